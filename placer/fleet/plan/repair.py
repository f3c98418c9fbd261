"""Guests that fell out of a plan are put where there is room: on hosts in use, then on one more."""

from __future__ import annotations

from collections.abc import Sequence

from placer.fleet.bound.realise import Room
from placer.fleet.model.fleet import Fleet
from placer.fleet.plan.assigning import Assignment
from placer.fleet.problem.loads import Load
from placer.fleet.problem.problem import FleetProblem


class Rooms:
    """
    What is left of each host.

    Parameters
    ----------
    fleet, problem
        The hosts and classes.
    """

    def __init__(self, fleet: Fleet, problem: FleetProblem) -> None:
        self.fleet = fleet
        self.type_of = {host: t for t, each in enumerate(problem.types) for host in each.hosts}
        self.problem = problem
        self.class_of = {guest: k for k, each in enumerate(problem.classes) for guest in each.guests}
        self.rooms: dict[str, Room] = {}

    def of(self, host: str) -> Room:
        """Give the room of a host; one without guests of the plan is as its type says."""
        if host not in self.rooms:
            kind = self.problem.types[self.type_of[host]]
            self.rooms[host] = Room(kind.pnodes, limited=kind.limited)
        return self.rooms[host]

    def fill(self, host: str, guests: list[str]) -> None:
        """Take what the guests of a host need, the largest first; what does not fit this way leaves no room at all."""
        self.rooms.pop(host, None)
        room = self.of(host)
        loads = sorted((self._load(guest) for guest in guests), key=lambda load: -load.weight)
        if not all(room.take(load) for load in loads):
            room.left = [[0, 0] for _ in room.left]

    def _load(self, guest: str) -> Load:
        return self.problem.classes[self.class_of[guest]].load

    def take(self, guests: Sequence[str], host: str) -> bool:
        """Take what guests need together; whether they fit, otherwise nothing is taken."""
        room = self.of(host)
        before = [list(pnode) for pnode in room.left]
        if all(room.take(self._load(guest)) for guest in guests):
            return True
        room.left = before
        return False

    def may_use(self, guest: str, host: str) -> bool:
        """Whether a guest may use a host at all."""
        return self.class_of[guest] in self.problem.types[self.type_of[host]].classes


def put_back(assignment: Assignment, rooms: Rooms, guests: list[str]) -> tuple[set[str], list[str]]:
    """
    Put guests where there is room and their rules allow it, the largest first.

    Returns
    -------
    changed : set of str
        The hosts that got one.
    left : list of str
        The guests that found no place.
    """
    changed: set[str] = set()
    left: list[str] = []
    weight = {guest: rooms.problem.classes[rooms.class_of[guest]].load.weight for guest in guests}
    book, lost = assignment.rulebook, set(guests)
    units = [unit if lost.issuperset(unit := book.bundle_of.get(guest, (guest,))) else (guest,) for guest in guests]
    unused = [host for host in rooms.type_of if host not in assignment.guests_on]
    for unit in sorted(dict.fromkeys(units), key=lambda unit: (-sum(map(weight.__getitem__, unit)), unit)):
        for host in (*assignment.guests_on, *unused):
            may = all(rooms.may_use(guest, host) for guest in unit) and book.may_all(unit, host)
            if may and rooms.take(unit, host):
                for guest in unit:
                    assignment.put(guest, host)
                changed.add(host)
                break
        else:
            left += unit
        unused = [host for host in unused if host not in assignment.guests_on]
    return changed, left
