"""The names of the guests of a fleet: which are placed, which wait, and which are gone."""

from __future__ import annotations

from msgspec.structs import replace

from placer.errors import InputError, expect
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.loads import settled
from placer.instance import Guest, shorten


class Register:
    """
    Knows guests by their names.

    Parameters
    ----------
    fleet
        As it was at first.

    Attributes
    ----------
    placed
        Each guest that is placed, as one of its own.
    gone
        Guests that were placed, and left.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.placed: dict[str, FleetGuest] = {}
        self.gone: set[str] = set()
        self.entries = {entry.name: entry for entry in fleet.guests}

    def of_fleet(self, name: str) -> FleetGuest:
        """Give a guest of the fleet as one of its own."""
        entry = self.fleet.guests[self.fleet.guest_entry[name]]
        return replace(entry, guest=replace(settled(entry.guest), name=name), count=1, names=None)

    def leave(self, name: str) -> None:
        """Note that a guest that was placed is gone."""
        self.gone.add(name)
        del self.placed[name]

    def waits(self, name: str) -> bool:
        """Whether the fleet has a guest that is not placed."""
        return name in self.fleet.guest_entry and name not in self.gone and name not in self.placed

    def knows(self, name: str) -> bool:
        """Whether a name is of a guest, or of an entry of guests, that is there."""
        if name in self.entries:
            return not self.gone.issuperset(self.entries[name].each)
        return name in self.placed or self.waits(name)

    def entry(self, guest: Guest | FleetGuest | str, like: str | None) -> FleetGuest:
        """
        Give a guest that comes with its labels and hosts.

        Raises
        ------
        InputError
            If its name, or the other one, cannot be that.
        """
        if not isinstance(guest, Guest | FleetGuest | str):
            expect("guest", guest, Guest, FleetGuest, str)
        if isinstance(guest, str):
            if not self.waits(guest):
                what = "is placed already" if guest in self.placed else "is not in the fleet"
                raise InputError(f'guest "{shorten(guest)}" {what}', place="guest")
            entry = self.of_fleet(guest)
        else:
            entry = FleetGuest(guest=guest) if isinstance(guest, Guest) else guest
            if len(entry.each) != 1:
                raise InputError(f"{len(entry.each)} guests, expected one at a time", place="guest")
            entry = replace(entry, guest=replace(settled(entry.guest), name=entry.each[0]), names=None)
            self._check_new(entry)
        return entry if like is None else self._alike(entry, expect("like", like, str))

    def _check_new(self, entry: FleetGuest) -> None:
        if self.knows(entry.name):
            raise InputError(f'the fleet has a guest "{shorten(entry.name)}" already', place="guest")
        hosts = {each.name for each in self.fleet.hosts}
        for host in entry.hosts or ():
            if host not in hosts and host not in self.fleet.host_entry:
                raise InputError(f'no host "{shorten(host)}" in the fleet', place="guest")

    def _alike(self, entry: FleetGuest, like: str) -> FleetGuest:
        if not self.knows(like):
            raise InputError(f'no guest "{shorten(like)}" in the fleet', place="like")
        known = self.placed.get(like) or self.entries.get(like) or self.of_fleet(like)
        hosts = known.hosts if entry.hosts is None else entry.hosts
        return replace(entry, labels=tuple(dict.fromkeys((*entry.labels, *known.labels))), hosts=hosts)
