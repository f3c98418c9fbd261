"""The range of vnode numbers that a flexible guest may have, one given by its memory and its vcpus alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace as change

from placer.instance import Guest, Host, Instance, format_size
from placer.instance.note import Note
from placer.instance.units import KIB_PER_GIB
from placer.solving.alone import fits_alone, nearest_count
from placer.solving.vnode_reasons import reason_of_memory, reason_of_pcpus, too_wide, with_shared_cores

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
        Number of vnodes with which its memory fits and each vcpu has a pcpu; with which its memory fits, where no
        number gives each vcpu a pcpu; the least of the guest's range where no number fits.
    by_memory
        Number of vnodes with which its memory fits.
    fits_alone
        Whether the memory fits with this number.
    has_pcpus
        Whether each vcpu has a pcpu of its vnode's pnode with ``count`` vnodes. Only this guest counts: many guests
        on a host may well have more vcpus than there are pcpus.
    why
        The number and its reason in words, for the report.
    """

    count: int
    by_memory: int
    fits_alone: bool
    has_pcpus: bool
    why: Note


def fewest_vnodes(guest: Guest, host: Host, *, advice: bool = True) -> Fewest:
    """
    Find the fewest vnodes with which a flexible guest fits the host alone.

    The number can exceed that of the vcpus, and that of the pnodes: two vnodes may share a pnode, and are written as
    one there.

    Parameters
    ----------
    advice
        Whether the reason shall say how much memory would fit, where the guest does not; that takes solves of its own.
    """
    assert guest.flexible is not None
    counts = _counts(guest, host)
    for k in counts:
        if fits_alone(guest.split_into(k), host):
            from_here = range(k, counts.stop)
            wide = next((w for w in from_here if fits_alone(guest.split_into(w), host, pcpus=True)), None)
            why = reason_of_memory(guest, host, k) if wide in {None, k} else reason_of_pcpus(guest, wide)
            return Fewest(count=wide or k, by_memory=k, fits_alone=True, has_pcpus=wide is not None, why=why)
    tried = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else f"{counts[0]}"
    what = "set of so many pnodes" if guest.form == "set" else "number of vnodes"
    most = _most_gib(guest, host) if advice else 0
    nowhere = f"fit this host in no {what}"
    most_fits = f"; {most} GiB would" if most else ""
    said = f"its {format_size(guest.memory_kib)} {nowhere} ({tried}), with no other guest on it either{most_fits}"
    why = Note(said, kind=f"its memory and vcpus {nowhere}")
    return Fewest(
        count=counts[0],
        by_memory=counts[0],
        fits_alone=False,
        has_pcpus=False,
        why=why,
    )


def _counts(guest: Guest, host: Host) -> range:
    """Give the numbers that the guest may have: a set has no more pnodes than the guest may use."""
    assert guest.flexible is not None
    counts = guest.flexible.counts
    if guest.form != "set":
        return counts
    return range(counts[0], max(counts[0], min(counts[-1], len(_usable(guest, host)))) + 1)


def _usable(guest: Guest, host: Host) -> list[int]:
    """Give the ids of the pnodes with memory that the guest may use."""
    return [p.id for p in host.pnodes if p.memory_kib > 0 and (guest.pnodes is None or p.id in guest.pnodes)]


def _most_gib(guest: Guest, host: Host) -> int:
    """Find the most whole GiB of memory with which the guest would fit in some number of its range; 0 if none would."""
    flexible = guest.flexible
    assert flexible is not None
    low, high = 0, -(-flexible.memory_kib // KIB_PER_GIB)
    while high - low > 1:
        middle = (low + high) // 2
        smaller = change(guest, flexible=change(flexible, memory_kib=middle * KIB_PER_GIB))
        good = any(fits_alone(smaller.split_into(k), host) for k in _counts(smaller, host))
        low, high = (middle, high) if good else (low, middle)
    return low


def nearest_number(guest: Guest, host: Host) -> int:
    """Give the fewest vnodes with which a flexible guest fits the host alone, or those that come nearest to that."""
    found = fewest_vnodes(guest, host, advice=False)
    return found.by_memory if found.fits_alone else nearest_count(guest, host, _counts(guest, host))


def fits_in_vnodes_only(guest: Guest, host: Host) -> bool:
    """Whether a flexible set fits the host alone in no number of parts, but in vnodes, of which some share a pnode."""
    if guest.flexible is None or fewest_vnodes(guest, host, advice=False).fits_alone:
        return False
    open_range = change(guest.flexible, least=1, most=None)
    return fewest_vnodes(change(guest, form="vnuma", flexible=open_range), host, advice=False).fits_alone


def resolve_range(guest: Guest, host: Host, *, found: Fewest | None = None) -> Guest:
    """
    Set the range of vnode numbers of a flexible guest that states none; return any other guest unchanged.

    The range begins at the fewest vnodes with which the guest fits the host alone.

    Parameters
    ----------
    found
        The fewest vnodes with which a guest of a file fits: its range begins where each vcpu has a pcpu. Without it the
        guest is of an instance, whose range begins where its memory fits.
    """
    flexible = guest.flexible
    if flexible is None or flexible.most is not None:
        return guest
    usable = len(_usable(guest, host))
    few = found or fewest_vnodes(guest, host, advice=False)
    most = max(few.count, min(max(USUAL_MOST, few.count + 1), guest.core_count, usable))
    if guest.form == "set":
        most = max(1, min(most, usable))
    least = min(few.count if found else few.by_memory, most)
    return change(guest, flexible=change(flexible, least=least, most=most))


def settle(guest: Guest, host: Host, wanted: tuple[int, int] | Literal["fewest"] | None) -> tuple[Guest, Note]:
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
    why : Note
        The reason for the number of vnodes, for the report; empty where the number is still open.
    """
    if guest.flexible is None:
        return guest, Note("")
    found = fewest_vnodes(guest, host)
    open_guest = resolve_range(guest, host, found=found)
    counts = open_guest.flexible.counts if open_guest.flexible else ()
    whole = wanted is None and found.count == 1 and found.has_pcpus
    if not found.fits_alone:
        # cut, its overhead would load the host though it finds no place there, and leave less to other guests
        loads = guest.overhead_kib > 0 and not guest.has_own_affinity
        count = found.count if loads else nearest_count(guest, host, _counts(guest, host))
        return guest.split_into(count), found.why
    if wanted == "fewest" or whole or len(counts) == 1:
        return guest.split_into(found.count), with_shared_cores(found.why, guest, host) if whole else found.why
    return open_guest, Note("") if found.has_pcpus else too_wide(guest)


def resolve_ranges(instance: Instance) -> Instance:
    """Set the range of vnode numbers of every flexible guest that states none."""
    if all(guest.flexible is None or guest.flexible.most is not None for guest in instance.guests):
        return instance
    return change(instance, guests=tuple(resolve_range(guest, instance.host) for guest in instance.guests))
