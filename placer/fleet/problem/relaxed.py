"""What bounds leave out: rules and properties of guests that loads of vcpus and memory do not have."""

from __future__ import annotations

from collections.abc import Callable

from placer.fleet.model.fleet import Fleet
from placer.instance import Guest, Host


def relaxed(fleet: Fleet) -> tuple[str, ...]:
    """
    Name everything that a bound from loads leaves out: a plan that keeps it too may need more.

    Returns
    -------
    tuple of str
        A few words each, with how many guests or hosts it concerns.
    """
    words = []
    if fleet.rules:
        words.append(_counted(len(fleet.rules), "rule", "between guests on hosts"))
    if fleet.pnode_rules:
        words.append(_counted(len(fleet.pnode_rules), "rule", "between guests on pnodes"))
    for what, has in _OF_GUESTS.items():
        count = sum(len(entry.each) for entry in fleet.guests if has(entry.guest))
        if count:
            words.append(f"{what} of {_counted(count, 'guest')}")
    for what, holds in _OF_HOSTS.items():
        count = sum(len(entry.each) for entry in fleet.hosts if holds(entry.host))
        if count:
            words.append(f"{what} of {_counted(count, 'host')}")
    return tuple(words)


_OF_GUESTS: dict[str, Callable[[Guest], bool]] = {
    "affinity": lambda guest: bool(guest.hard_affinity),
    "pnodes that may be used": lambda guest: (
        guest.pnodes is not None or any(vnode.pnode is not None or vnode.pnodes is not None for vnode in guest.vnodes)
    ),
    "huge pages": lambda guest: guest.page_size is not None or any(vnode.page_size for vnode in guest.vnodes),
    "dedicated vcpus": lambda guest: bool(guest.dedicated),
    "cpupools": lambda guest: guest.pool is not None,
    "overhead on other pnodes": lambda guest: bool(guest.overhead_kib) and not guest.has_own_affinity,
}
_OF_HOSTS: dict[str, Callable[[Host], bool]] = {
    "claims": lambda host: bool(host.claimed_kib),
    "room to spare for sets": lambda host: host.low_zone_kib is not None,
    "unreachable pnodes": lambda host: any(distance >= 255 for row in host.distances for distance in row),
}


def _counted(count: int, noun: str, more: str = "") -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}" + (f" {more}" if more else "")
