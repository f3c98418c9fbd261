"""How many vnodes a guest may have of which only memory and vcpus are given."""

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
USUAL_MOST = 4
"""Vnodes that a guest may be cut into where nothing else is said, or one more than the fewest that fit."""


@dataclass(frozen=True, kw_only=True)
class Fewest:
    """
    The fewest vnodes with which a guest fits its host alone.

    Parameters
    ----------
    count
        How many; the fewest that it may have where none fit.
    fits_alone
        Whether it fits with so many.
    why
        For the report.
    """

    count: int
    fits_alone: bool
    why: str


def fewest_vnodes(guest: Guest, host: Host) -> Fewest:
    """
    Find the fewest vnodes with which a flexible guest fits the host alone.

    There may be more of them than vcpus, and than pnodes: two parts may stand on one pnode, where they become one.
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
    """Find how many whole GiB of memory would fit the host alone in some number of vnodes; 0 for none."""
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
    Say from how many to how many vnodes a flexible guest may have, where it leaves that open.

    No fewer than those with which it fits the host alone.

    Parameters
    ----------
    found
        The fewest with which it fits, where that is known.
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
    Cut a guest whose file states no vnodes, where their number is clear, or say from how many to how many it may have.

    Parameters
    ----------
    wanted
        The range that the guest has anyway; ``fewest`` for as few as fit the host alone; None for one where that fits.

    Returns
    -------
    guest : Guest
        Cut, or flexible; as it is where it states its vnodes.
    why : str
        Why it is cut so, for the report; empty where it is not cut here.
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
    """Say of every flexible guest from how many to how many vnodes it may have."""
    if all(guest.flexible is None or guest.flexible.most is not None for guest in instance.guests):
        return instance
    return change(instance, guests=tuple(resolve_range(guest, instance.host) for guest in instance.guests))


def fits_alone(guest: Guest, host: Host) -> bool:
    """Whether a guest alone can be placed on the host."""
    problem = lower(Instance(host=host, guests=(guest,))).problem
    memory = problem.resources[0]
    smallest = memory.weight.min()
    if smallest and (memory.capacity // smallest).sum() < problem.n:
        return False  # no solver is asked where even parts of the smallest size are too many
    from placer.assignment.portfolio import optimal  # brings the strategies along

    question = replace(problem, tiers=((),))
    return optimal(question, SearchContext(time_limit_s=TIME_LIMIT_S)).status is Status.OPTIMAL


def _why(guest: Guest, host: Host, k: int) -> str:
    """Say what fewer vnodes fail at: memory alone, or all that is asked of a pnode."""
    size, least = format_size(guest.memory_kib), guest.flexible.least if guest.flexible else 1
    if k == least:
        return f"1 vnode, because one pnode holds its {size}" if k == 1 else f"{k} vnodes, as fewer were not asked for"
    fewer = "one pnode does" if k == 2 else f"{least} to {k - 1} vnodes do" if k - 1 > least else f"{least} vnodes do"
    if guest.memory_kib > max(pnode.memory_kib - pnode.reserve_kib for pnode in host.pnodes):
        return f"{k} vnodes, because {fewer} not hold its {size}"
    return f"{k} vnodes, because {fewer} not take its {size} with its overhead and pinning"
