"""Expected guests as parts: the room of a pnode that each of their vnodes takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from placer.errors import InputError
from placer.instance import Host, format_size
from placer.instance.expected import Expected
from placer.instance.flexible import MOST_VNODES
from placer.lowering.future import MILLI, each_shared, room

Amounts = NDArray[np.int64]
"""Whole numbers of KiB, of thousandths of pcpus, or of vnodes."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """
    A vnode of an expected guest.

    Parameters
    ----------
    kib, milli_pcpus
        What it takes: memory in KiB, pcpus in thousandths.
    count
        How many such vnodes the guest has.
    vcpus
        Vcpus of the whole guest.
    weight
        How many expected guests have this shape, in proportion to the others.
    """

    kib: int
    milli_pcpus: int
    count: int
    vcpus: float
    weight: int

    def fitting(self, kib: Amounts, milli_pcpus: Amounts) -> Amounts:
        """Count the vnodes that each free room holds: memory in KiB, pcpus in thousandths, broadcast; below 0 is 0."""
        by_memory: Amounts = np.maximum(kib, 0) // self.kib
        return np.minimum(by_memory, np.maximum(milli_pcpus, 0) // self.milli_pcpus) if self.milli_pcpus else by_memory


class NoneFitsError(InputError):
    """Not one of the expected guests fits the host."""


def parts_that_fit(host: Host, shapes: Iterable[Expected], *, place: str) -> list[Part]:
    """
    Split expected guests into the vnodes that the host could hold, with what is free now.

    Parameters
    ----------
    place
        Where the shapes come from, for messages.

    Raises
    ------
    NoneFitsError
        If not one of the shapes fits.
    """
    shapes = tuple(shapes)
    memory, pcpus = room(host)
    free = np.array((memory, pcpus), dtype=np.int64)
    milli_each = {"dedicated": MILLI, "shared": each_shared(host)}
    found = [
        part for part in (_part(shape, free, milli_each[shape.cpu_policy]) for shape in shapes) if part is not None
    ]
    if not found:
        smallest = min(shape.memory_kib for shape in shapes)
        what = f"the smallest is {format_size(smallest)}, the largest pnode has {format_size(max(0, *memory))} free"
        if any(shape.cpu_policy == "dedicated" for shape in shapes):
            what += f" and {max(0, *pcpus) // MILLI} pcpus that a vcpu may own"
        raise NoneFitsError(f"not one of the {len(shapes)} expected shapes fits this host: {what}", place=place)
    return found


def _part(shape: Expected, free: Amounts, milli_each: int) -> Part | None:
    """Split one shape into its vnodes, or as few as fit into the free room ``[2, m]``; None without room for them."""
    counts = range(1, MOST_VNODES + 1) if shape.vnodes is None else (shape.vnodes,)
    for count in counts:
        part = Part(
            kib=-(-shape.memory_kib // count),
            milli_pcpus=-(-shape.vcpu_count // count) * milli_each,
            count=count,
            vcpus=shape.vcpu_count,
            weight=shape.weight,
        )
        if part.fitting(*free).sum() >= count:
            return part
    return None
