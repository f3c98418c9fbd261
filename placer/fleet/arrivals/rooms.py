"""What is left of every host while guests come and go: vcpus and KiB of each pnode, in arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from placer.fleet.bound.tables import Ints
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.loads import capacity_of, limited_host

Taken = Iterable[tuple[int, int, int]]
"""Position of a pnode, and the vcpus and KiB that are taken of it."""


@dataclass
class Family:
    """
    Hosts with as many pnodes, all of which limit vcpus, or none.

    Parameters
    ----------
    names
        The hosts.
    entries
        Array ``[hosts]``: position of the entry of each.
    offered, free
        Arrays ``[hosts, pnodes, 2]``: vcpus and KiB of each pnode, at first and now.
    limited
        Whether vcpus count.
    """

    names: tuple[str, ...]
    entries: Ints
    offered: Ints
    free: Ints
    limited: bool
    state: Ints = field(init=False)
    """Array ``[hosts]``: equal for hosts of one entry with equal room."""
    _known: dict[bytes, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.state = np.array([self._state(row) for row in range(len(self.names))], dtype=np.int64)

    def _state(self, row: int) -> int:
        key = self.entries[row].tobytes() + self.free[row].tobytes()
        return self._known.setdefault(key, len(self._known))

    def change(self, row: int, taken: Taken, sign: int) -> None:
        """Take room of a host with a sign of -1, and give it back with 1."""
        for p, vcpus, kib in taken:
            self.free[row, p] += (sign * vcpus * self.limited, sign * kib)
        self.state[row] = self._state(row)

    def equals(self, row: int) -> Ints:
        """Give all hosts that are equal to one in entry and room."""
        return np.flatnonzero(self.state == self.state[row])


class HostRooms:
    """
    The room of all hosts.

    Parameters
    ----------
    fleet
        Its hosts; they are taken as empty of guests of the fleet.
    """

    def __init__(self, fleet: Fleet) -> None:
        found: dict[tuple[int, bool], list[tuple[str, int, tuple[tuple[int, int], ...]]]] = {}
        for i, entry in enumerate(fleet.hosts):
            host = limited_host(fleet, i)
            offered, limited = capacity_of(host), host.overcommit is not None
            found.setdefault((len(offered), limited), []).extend((name, i, offered) for name in entry.each)
        self.families = [_family(hosts, limited=limited) for (_, limited), hosts in found.items()]
        self.at = {name: (i, row) for i, family in enumerate(self.families) for row, name in enumerate(family.names)}

    def take(self, host: str, taken: Taken) -> None:
        """Take room of a host."""
        self._change(host, taken, -1)

    def give(self, host: str, taken: Taken) -> None:
        """Give room back."""
        self._change(host, taken, 1)

    def _change(self, host: str, taken: Taken, sign: int) -> None:
        family, row = self.at[host]
        self.families[family].change(row, taken, sign)


def _family(hosts: list[tuple[str, int, tuple[tuple[int, int], ...]]], *, limited: bool) -> Family:
    names, entries, offered = zip(*hosts, strict=True)
    rooms = np.array(offered, dtype=np.int64).reshape(len(names), -1, 2)
    return Family(
        names=names, entries=np.array(entries, dtype=np.int64), offered=rooms, free=rooms.copy(), limited=limited
    )
