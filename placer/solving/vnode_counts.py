"""The range of vnode numbers that a flexible guest may have, one given by its memory and its vcpus alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from msgspec.structs import replace as change

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.instance import Guest, Host, Instance, format_size
from placer.instance.flexible import KIB_PER_GIB
from placer.lowering.lower import lower

TIME_LIMIT_S = 10.0
"""
Seconds for one question whether a guest fits the host alone.

A guest whose question is still open then counts as not fitting, so the limit is far above every measured time: at most
0.09 s for guests of 8 vcpus and 30 to 98 % of the free memory, cut into 1 to 8 vnodes, on the hosts of the shipped
instances.
"""
USUAL_MOST = 4
"""
The most vnodes of a guest without a stated range, where the fewest that fit are less.

Chosen, not tuned: more vnodes can use more sockets, and each number is one more variant to solve.
"""


@dataclass(frozen=True, kw_only=True)
class Fewest:
    """
    The fewest vnodes with which a guest fits its host alone.

    Parameters
    ----------
    count
        Number of vnodes; the least of the guest's range where no number fits.
    fits_alone
        Whether the guest fits with this number.
    why
        The number and its reason in words, for the report.
    """

    count: int
    fits_alone: bool
    why: str


def fewest_vnodes(guest: Guest, host: Host) -> Fewest:
    """
    Find the fewest vnodes with which a flexible guest fits the host alone.

    The number can exceed that of the vcpus, and that of the pnodes: two vnodes may share a pnode, and are written as
    one there.
    """
    assert guest.flexible is not None
    counts = guest.flexible.counts
    for k in counts:
        if fits_alone(guest.split_into(k), host):
            return Fewest(count=k, fits_alone=True, why=_why(guest, host, k))
    some = f"{counts[0]} to {counts[-1]} do" if len(counts) > 1 else "so many do"
    plural = "s" if counts[0] > 1 else ""
    why = f"{counts[0]} vnode{plural}; {some} not fit this host, even without other guests"
    most = _most_gib(guest, host)
    return Fewest(count=counts[0], fits_alone=False, why=f"{why}; {most} GiB would" if most else why)


def _most_gib(guest: Guest, host: Host) -> int:
    """Find the most whole GiB of memory with which the guest would fit in some number of its range; 0 if none would."""
    flexible = guest.flexible
    assert flexible is not None
    low, high = 0, -(-flexible.memory_kib // KIB_PER_GIB)
    while high - low > 1:
        middle = (low + high) // 2
        smaller = change(guest, flexible=change(flexible, memory_kib=middle * KIB_PER_GIB))
        good = any(fits_alone(smaller.split_into(k), host) for k in flexible.counts)
        low, high = (middle, high) if good else (low, middle)
    return low


def resolve_range(guest: Guest, host: Host, *, found: Fewest | None = None) -> Guest:
    """
    Set the range of vnode numbers of a flexible guest that states none; return any other guest unchanged.

    The range begins at the fewest vnodes with which the guest fits the host alone.

    Parameters
    ----------
    found
        The fewest vnodes with which the guest fits, if they are known already.
    """
    flexible = guest.flexible
    if flexible is None or flexible.most is not None:
        return guest
    usable = sum(pnode.memory_kib > 0 and (guest.pnodes is None or pnode.id in guest.pnodes) for pnode in host.pnodes)
    few = found or fewest_vnodes(guest, host)
    most = max(few.count, min(max(USUAL_MOST, few.count + 1), flexible.vcpu_count, usable))
    return change(guest, flexible=change(flexible, least=few.count, most=most))


def settle(guest: Guest, host: Host, wanted: tuple[int, int] | Literal["fewest"] | None) -> tuple[Guest, str]:
    """
    Split a guest whose file states no vnodes if there is one number to take, else set the range of numbers.

    Parameters
    ----------
    wanted
        A range: the guest has it already. ``fewest``: the fewest vnodes that fit the host alone. None: one vnode where
        that fits, else any number.

    Returns
    -------
    guest : Guest
        With vnodes, or flexible with a range; unchanged if it is not flexible.
    why : str
        The reason for the number of vnodes, for the report; empty where the number is still open.
    """
    if guest.flexible is None:
        return guest, ""
    found = fewest_vnodes(guest, host)
    open_guest = resolve_range(guest, host, found=found)
    counts = open_guest.flexible.counts if open_guest.flexible else ()
    whole = wanted is None and found.count == 1
    if wanted == "fewest" or whole or not found.fits_alone or len(counts) == 1:
        return guest.split_into(found.count), found.why
    return open_guest, ""


def resolve_ranges(instance: Instance) -> Instance:
    """Set the range of vnode numbers of every flexible guest that states none."""
    if all(guest.flexible is None or guest.flexible.most is not None for guest in instance.guests):
        return instance
    return change(instance, guests=tuple(resolve_range(guest, instance.host) for guest in instance.guests))


def fits_alone(guest: Guest, host: Host) -> bool:
    """Whether the guest, without any other, can be placed on the host."""
    problem = lower(Instance(host=host, guests=(guest,))).problem
    memory = problem.resources[0]
    smallest = memory.weight.min()
    if smallest and (memory.capacity // smallest).sum() < problem.n:
        return False  # even if all vnodes had the smallest size; needs no solver
    from placer.assignment.portfolio import optimal  # here, because it imports every strategy

    question = replace(problem, tiers=((),))
    return optimal(question, SearchContext(time_limit_s=TIME_LIMIT_S)).status is Status.OPTIMAL


def _why(guest: Guest, host: Host, k: int) -> str:
    """Say why fewer vnodes do not fit: for their memory alone, or only with overhead and pinning."""
    size, least = format_size(guest.memory_kib), guest.flexible.least if guest.flexible else 1
    if k == least:
        return (
            f"1 vnode, because one pnode holds its {size}" if k == 1 else f"{k} vnodes, the fewest that may be chosen"
        )
    fewer = "one pnode does" if k == 2 else f"{least} to {k - 1} vnodes do" if k - 1 > least else f"{least} vnodes do"
    if guest.memory_kib > max(pnode.memory_kib - pnode.reserve_kib for pnode in host.pnodes):
        return f"{k} vnodes, because {fewer} not hold its {size}"
    return f"{k} vnodes, because {fewer} not take its {size} with its overhead and pinning"
