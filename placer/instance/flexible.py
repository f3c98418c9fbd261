"""The memory and vcpus of a flexible guest, whose number of vnodes placer chooses."""

from __future__ import annotations

from itertools import accumulate, pairwise
from math import lcm
from typing import Annotated

from msgspec import Meta

from placer.instance.checked import Checked
from placer.instance.topology import Topology, shares
from placer.instance.units import KIB_PER_GIB, KIB_PER_MIB, Kib

MOST_VNODES = 32
"""Most vnodes of a flexible guest: Xen takes no more for a guest with vNUMA."""
SUPERPAGE_KIB = 2048
"""Size of a superpage of x86: memory cut at its multiples can be mapped by superpages in every part."""
UNEVEN = 0.1
"""
Largest deviation of a part in whole GiB from an equal part; beyond it parts are multiples of 2 MiB. Chosen, not tuned:
whole GiB are sizes that people recognise, more deviation would make the parts load pnodes differently.
"""


class Flexible(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    Memory and vcpus of a guest whose number of vnodes placer chooses.

    Parameters
    ----------
    memory_kib
        Memory of the whole guest, in KiB.
    vcpu_count
        Number of its vcpus, which are 0 to n - 1.
    least, most
        The fewest and the most vnodes that it may have. None: up to 4, or up to one more than the fewest with which it
        alone fits the host if that is more; but beyond these fewest, no more than it has vcpus and the host has pnodes
        with memory.
    always_vnuma
        Whether it is written with vnuma even if it is one vnode.

    Raises
    ------
    InstanceError
        If most is below least.
    """

    memory_kib: Kib
    vcpu_count: Annotated[int, Meta(ge=1, le=4096)]
    least: Annotated[int, Meta(ge=1, le=MOST_VNODES)] = 1
    most: Annotated[int, Meta(ge=1, le=MOST_VNODES)] | None = None
    always_vnuma: bool = False

    def __post_init__(self) -> None:
        if self.most is not None and self.most < self.least:
            raise ValueError(f"most is {self.most} vnodes, expected at least {self.least}, as least says")

    @property
    def counts(self) -> range:
        """The numbers of vnodes that it may have."""
        return range(self.least, (MOST_VNODES if self.most is None else self.most) + 1)


def parts(
    memory_kib: int, vcpu_count: int, k: int, topology: Topology | None = None, page_size: int | None = None
) -> list[tuple[int, range]]:
    """
    Split memory and vcpus into k parts.

    Sizes are whole GiB if each part is then within 10 % of an equal part, else multiples of 2 MiB. They are as equal as
    possible, larger parts first; part 0 takes the remainder. The vcpus of a part are contiguous, and divided as
    :func:`placer.instance.topology.shares` does. Memory in huge pages is
    cut at whole pages.

    Returns
    -------
    list of (int, range)
        KiB and vcpus of each part.

    Examples
    --------
    >>> [kib // 2**20 for kib, _ in parts(21 * 2**20, 4, 2)]
    [11, 10]
    >>> [(kib // 1024, [*vcpus]) for kib, vcpus in parts(10 * 2**20, 5, 4)]
    [(2560, [0, 1]), (2560, [2]), (2560, [3]), (2560, [4])]
    """
    sizes = _sizes(memory_kib, k, _whole(KIB_PER_GIB, page_size))
    if max(abs(size * k - memory_kib) for size in sizes) > UNEVEN * memory_kib:
        sizes = _sizes(memory_kib, k, _whole(SUPERPAGE_KIB, page_size))
    return list(zip(sizes, _ranges(shares(vcpu_count, k, topology)), strict=True))


def set_parts(memory_kib: int, vcpu_count: int, k: int, page_size: int | None = None) -> list[tuple[int, range]]:
    """
    Split memory and vcpus over a set of k pnodes: as equal as whole MiB, whole huge pages and whole vcpus go.

    Larger parts come first.

    Returns
    -------
    list of (int, range)
        KiB and vcpus of each part; part 0 takes what is less than a MiB.

    Examples
    --------
    >>> [(kib // 1024, [*vcpus]) for kib, vcpus in set_parts(1000 * 1024, 4, 3)]
    [(334, [0, 1]), (333, [2]), (333, [3])]
    """
    return list(zip(_sizes(memory_kib, k, _whole(KIB_PER_MIB, page_size)), _ranges(shares(vcpu_count, k)), strict=True))


def _ranges(counts: list[int]) -> list[range]:
    return [range(a, b) for a, b in pairwise(accumulate(counts, initial=0))]


def _whole(unit: int, page_size: int | None) -> int:
    """Give the unit, or the least multiple of it and of the page size."""
    return lcm(unit, page_size) if page_size else unit


def _sizes(memory_kib: int, k: int, unit: int) -> list[int]:
    units = memory_kib // unit
    sizes = [(units // k + (part < units % k)) * unit for part in range(k)]
    sizes[0] += memory_kib % unit
    return sizes
