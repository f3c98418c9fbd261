"""Why a guest fits on no host: each reason with the number of hosts that it keeps from it."""

from __future__ import annotations

from collections import Counter

from placer.fleet.arrivals.rooms import HostRooms
from placer.fleet.arrivals.usable import Usable
from placer.fleet.bound.tables import Ints
from placer.fleet.model.entries import FleetGuest
from placer.fleet.problem.loads import Load
from placer.instance import format_size

MOST_TOLD = 5
"""Most reasons of one kind that are told, those of most hosts."""


class Reasons:
    """Counts hosts by what keeps a guest from them."""

    def __init__(self) -> None:
        self._hosts: Counter[str] = Counter()

    def add(self, reason: str, hosts: int = 1) -> None:
        """Count hosts."""
        self._hosts[reason] += hosts

    def words(self) -> tuple[str, ...]:
        """Give a sentence for each reason, those of most hosts first."""
        return tuple(
            f"{count} host{'s' if count > 1 else ''}: {reason}" for reason, count in self._hosts.most_common(MOST_TOLD)
        )


def count_unusable(reasons: Reasons, guest: FleetGuest, usable: Usable) -> None:
    """Count the hosts that a guest may not use."""
    listed = None
    if guest.hosts is not None:
        listed = {host for name in guest.hosts for host in usable.fleet.hosts_named(name)}
    for i, entry in enumerate(usable.fleet.hosts):
        fault = usable.faults(guest, i)
        if fault is not None:
            reasons.add(fault, len(entry.each))
        elif listed is not None:
            unlisted = sum(name not in listed for name in entry.each)
            if unlisted:
                reasons.add("not in its list of hosts", unlisted)


def count_full(reasons: Reasons, load: Load, rooms: HostRooms, full: list[Ints]) -> None:
    """Count the hosts without room, with the part of the guest that is hardest to hold and the most that is free."""
    count = sum(map(len, full))
    if not count:
        return
    part = max((max(split.parts, default=(0, 0)) for split in load.splits[-1:]), default=(0, 0))
    free = [family.free[rows].reshape(-1, 2) for family, rows in zip(rooms.families, full, strict=True) if len(rows)]
    vcpus, kib = max(int(each[:, 0].max()) for each in free), max(int(each[:, 1].max()) for each in free)
    limited = any(family.limited for family, rows in zip(rooms.families, full, strict=True) if len(rows))
    size = format_size(part[1])
    needed = f"{part[0]} vcpu{'' if part[0] == 1 else 's'} and {size}" if limited else size
    parts = len(load.splits[-1].parts)
    where = "on one pnode" if parts == 1 else f"in each of {parts} parts"
    most = f"{vcpus} vcpus and {format_size(kib)}" if limited else format_size(kib)
    reasons.add(f"no room for {needed} {where}; the most that a pnode has free is {most}, maybe not together", count)
