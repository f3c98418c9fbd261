"""A guest of which only memory and vcpus are given: into how many vnodes it is cut is placer's to decide."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from placer.instance.checked import Checked
from placer.instance.units import Kib

MOST_VNODES = 32
"""Xen takes no more (XSA-77 page limits on the vNUMA tables)."""
KIB_PER_GIB = 1024**2
SUPERPAGE_KIB = 2048
UNEVEN = 0.1
"""Parts in whole GiB may be this far from equal; else they are in multiples of 2 MiB."""


class Flexible(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    Memory and vcpus of a guest whose number of vnodes is to be chosen.

    Parameters
    ----------
    memory_kib
        Memory of the whole guest, in KiB.
    vcpu_count
        Its vcpus, 0 to n - 1.
    least, most
        The fewest and the most vnodes it may be cut into. None: up to 4, or one more than the fewest with which it
        fits the host alone, but beyond those no more than it has vcpus or the host pnodes with memory.
    always_vnuma
        Whether it is written with vnuma even where it is one vnode.

    Raises
    ------
    ValueError
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
        """The numbers of vnodes it may be cut into."""
        return range(self.least, (MOST_VNODES if self.most is None else self.most) + 1)


def parts(memory_kib: int, vcpu_count: int, k: int) -> list[tuple[int, range]]:
    """
    Cut memory and vcpus into k parts.

    Sizes are as equal as they go in whole GiB where that leaves each within 10 % of equal, else in multiples of
    2 MiB, larger parts first; what is left over is part 0's. Vcpus are contiguous.

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
    sizes = _sizes(memory_kib, k, KIB_PER_GIB)
    if max(abs(size * k - memory_kib) for size in sizes) > UNEVEN * memory_kib:
        sizes = _sizes(memory_kib, k, SUPERPAGE_KIB)
    ends = [0]
    for part in range(k):
        ends.append(ends[-1] + vcpu_count // k + (part < vcpu_count % k))
    return [(size, range(ends[v], ends[v + 1])) for v, size in enumerate(sizes)]


def _sizes(memory_kib: int, k: int, unit: int) -> list[int]:
    units = memory_kib // unit
    sizes = [(units // k + (part < units % k)) * unit for part in range(k)]
    sizes[0] += memory_kib % unit
    return sizes
