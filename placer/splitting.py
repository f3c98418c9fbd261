"""How many vnodes a guest without vnuma gets, and how large they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from placer.budget import Budget
from placer.instance import Guest, Host, Instance, Vnode, format_size
from placer.problem import Status
from placer.strategies.optimal import optimal
from placer.translate import translate

KIB_PER_GIB = 1024**2
SUPERPAGE_KIB = 2048
UNEVEN = 0.1
"""Parts in whole GiB may be this far from equal; else they are in multiples of 2 MiB."""
MOST_VNODES = 32
"""Xen takes no more (XSA-77 page limits on the vNUMA tables)."""
TIME_LIMIT_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Cut:
    """
    A guest with vnodes, and why it has that many.

    Parameters
    ----------
    guest
        Of form ``whole`` or ``parts``, or ``vnuma`` where one row was asked for.
    why
        For the report.
    """

    guest: Guest
    why: str


def cut(memory_kib: int, vcpu_count: int, k: int) -> tuple[Vnode, ...]:
    """
    Cut memory and vcpus into k parts.

    Sizes are as equal as they go in whole GiB where that leaves each within 10 % of equal, else in multiples of
    2 MiB, larger parts first; what is left over is vnode 0's. Vcpus are contiguous.

    Examples
    --------
    >>> [vnode.memory_kib // 2**20 for vnode in cut(21 * 2**20, 4, 2)]
    [11, 10]
    >>> [(vnode.memory_kib // 1024, vnode.vcpus) for vnode in cut(10 * 2**20, 5, 4)]
    [(2560, (0, 1)), (2560, (2,)), (2560, (3,)), (2560, (4,))]
    """
    sizes = _sizes(memory_kib, k, KIB_PER_GIB)
    if max(abs(size * k - memory_kib) for size in sizes) > UNEVEN * memory_kib:
        sizes = _sizes(memory_kib, k, SUPERPAGE_KIB)
    ends = [0]
    for part in range(k):
        ends.append(ends[-1] + vcpu_count // k + (part < vcpu_count % k))
    return tuple(Vnode(memory_kib=size, vcpus=tuple(range(ends[v], ends[v + 1]))) for v, size in enumerate(sizes))


def cut_to_fit(guest: Guest, host: Host, *, always_vnuma: bool = False) -> Cut:
    """
    Give a guest of one vnode the least number of vnodes with which it fits the host alone.

    There may be more of them than vcpus, and than pnodes: two parts may stand on one pnode, where they become one.

    Parameters
    ----------
    guest
        With all its memory and vcpus on one vnode.
    always_vnuma
        Write even a guest of one vnode with vnuma.
    """
    whole = replace_vnodes(guest, 1, always_vnuma=always_vnuma)
    if fits(whole, host):
        return Cut(guest=whole, why=f"1 vnode, because one pnode holds its {format_size(guest.memory_kib)}")
    for k in range(2, MOST_VNODES + 1):
        parts = replace_vnodes(guest, k, always_vnuma=always_vnuma)
        if fits(parts, host):
            fewer = "one pnode does" if k == 2 else f"1 to {k - 1} vnodes do"
            return Cut(guest=parts, why=f"{k} vnodes, because {fewer} not {_obstacle(guest, host)}")
    return Cut(guest=whole, why=f"1 vnode; 1 to {MOST_VNODES} do not fit this host, even without other guests")


def replace_vnodes(guest: Guest, k: int, *, always_vnuma: bool = False) -> Guest:
    """Cut a guest of one vnode into k."""
    from msgspec.structs import replace as change

    form = "parts" if k > 1 else "vnuma" if always_vnuma else "whole"
    return change(guest, vnodes=cut(guest.memory_kib, guest.vcpu_count, k), form=form)


def fits(guest: Guest, host: Host) -> bool:
    """Whether a guest alone can be placed on the host."""
    problem = translate(Instance(host=host, guests=(guest,)))
    memory = problem.resources[0]
    smallest = memory.weight.min()
    if smallest and (memory.capacity // smallest).sum() < problem.n:
        return False  # no solver is asked where even parts of the smallest size are too many
    question = replace(problem, tiers=((),))
    return optimal(question, Budget(time_limit_s=TIME_LIMIT_S)).status is Status.OPTIMAL


def _obstacle(guest: Guest, host: Host) -> str:
    """Say what the next smaller number of vnodes fails at: memory alone, or all that is asked of a pnode."""
    size = format_size(guest.memory_kib)
    if guest.memory_kib > max(pnode.memory_kib - pnode.reserve_kib for pnode in host.pnodes):
        return f"hold its {size}"
    return f"take its {size} with its overhead and pinning"


def _sizes(memory_kib: int, k: int, unit: int) -> list[int]:
    units = memory_kib // unit
    sizes = [(units // k + (part < units % k)) * unit for part in range(k)]
    sizes[0] += memory_kib % unit
    return sizes
