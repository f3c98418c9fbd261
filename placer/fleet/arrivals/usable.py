"""The hosts that a guest may use: by labels, its list of hosts, and the parts of a host that it names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from placer.fleet.arrivals.rooms import HostRooms
from placer.fleet.bound.tables import Ints
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.parts import knows_parts, names_parts_of_host


class Usable:
    """
    Finds the hosts that guests may use.

    Parameters
    ----------
    fleet
        Its hosts.
    rooms
        Their order.
    """

    def __init__(self, fleet: Fleet, rooms: HostRooms) -> None:
        self.fleet = fleet
        self._families = [(family.names, family.entries) for family in rooms.families]
        self._all = [np.arange(len(names)) for names, _ in self._families]

    def of(self, guest: FleetGuest) -> list[Ints]:
        """Give for each family of hosts the rows of those that a guest may use."""
        if not guest.labels and guest.hosts is None and not names_parts_of_host(guest.guest):
            return self._all
        return self._rows(lambda entry: self.faults(guest, entry) is None, guest)

    def faults(self, guest: FleetGuest, entry: int) -> str | None:
        """Say why a guest may not use the hosts of an entry, whatever its list of hosts says; None where it may."""
        host = self.fleet.hosts[entry]
        lacking = sorted(set(guest.labels) - set(host.labels))
        if lacking:
            return f"no label {lacking[0]}"
        if names_parts_of_host(guest.guest) and not knows_parts(host.host, guest.guest):
            return "no pcpus, pnodes, devices, cpupool or page size as it names"
        return None

    def _rows(self, may: Callable[[int], bool], guest: FleetGuest) -> list[Ints]:
        entries = {entry for entry in range(len(self.fleet.hosts)) if may(entry)}
        listed = None
        if guest.hosts is not None:
            listed = {host for name in guest.hosts for host in self.fleet.hosts_named(name)}
        found = []
        for names, of_entry in self._families:
            rows = np.flatnonzero(np.isin(of_entry, list(entries)))
            if listed is not None:
                rows = np.array([row for row in rows.tolist() if names[row] in listed], dtype=np.int64)
            found.append(rows)
        return found
