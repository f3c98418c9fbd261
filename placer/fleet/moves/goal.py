"""What a rebalancing of a fleet is for, and what it may take."""

from __future__ import annotations

import re
from dataclasses import dataclass

from placer.errors import InputError
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.loads import settled
from placer.instance import parse_size, shorten

MOST_VCPUS = 65_536
"""Most vcpus of a shape, as many as a pnode may have pcpus."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """
    What a guest takes of one pnode.

    Parameters
    ----------
    vcpus, kib
        Its vcpus and its memory, in KiB.
    """

    vcpus: int
    kib: int


@dataclass(frozen=True, kw_only=True)
class FleetGoal:
    """
    What a rebalancing is for, and what it may take.

    With ``empty``, ``make_room`` or ``mend`` the fewest moves are asked. Otherwise as many guests of the shape
    ``fragments`` as possible shall fit, or, without it, guests shall access memory at the least distance.

    Parameters
    ----------
    empty
        Names of hosts that no guest shall be on afterwards.
    make_room
        Names of guests of the fleet that do not run, and shall fit afterwards.
    mend
        Whether hosts that hold more than they offer, and rules that are broken, are reason enough for moves.
    fragments
        The shape of which as many guests as possible shall fit afterwards.
    moves, kib, restarts
        The most guests that move and the most memory that moves, None for any; the most guests that are restarted.
    stay
        Names of guests, or entries of guests, that do not move.
    """

    empty: tuple[str, ...] = ()
    make_room: tuple[str, ...] = ()
    mend: bool = False
    fragments: Shape | None = None
    moves: int | None = None
    kib: int | None = None
    restarts: int = 0
    stay: tuple[str, ...] = ()

    @property
    def fewest(self) -> bool:
        """Whether the fewest moves are asked."""
        return bool(self.empty or self.make_room or self.mend)


def shape_of(text: str, fleet: Fleet) -> Shape:
    """
    Read a shape: ``VCPUS:MEMORY`` such as ``16:64GiB``, ``VCPUS`` alone, or the name of a guest of one vnode.

    Raises
    ------
    InputError
        If it is none of these, or takes nothing.
    """
    if text in fleet.guest_entry or any(entry.name == text for entry in fleet.guests):
        return _of_guest(text, fleet)
    vcpus, _, memory = text.partition(":")
    expected = "expected VCPUS, VCPUS:MEMORY such as 16:64GiB, or the name of a guest of one vnode"
    if not re.fullmatch(r"\d{1,5}", vcpus, re.ASCII) or int(vcpus) > MOST_VCPUS:
        raise InputError(f'"{shorten(text)}" is no shape, {expected}', place="fragments")
    try:
        kib = parse_size(memory) if memory else 0
    except ValueError as error:
        raise InputError(f"{error}, {expected}", place="fragments") from None
    if not int(vcpus) and not kib:
        raise InputError("a shape that takes nothing, expected vcpus or memory", place="fragments")
    return Shape(vcpus=int(vcpus), kib=kib)


def _of_guest(name: str, fleet: Fleet) -> Shape:
    guest = next(entry.guest for entry in fleet.guests if name == entry.name or name in entry.each)
    whole = settled(guest).split_into(1)
    if not guest.allows_vnode_count(1):
        raise InputError(f'guest "{shorten(name)}" has several vnodes, expected one of one vnode', place="fragments")
    vnode = whole.vnodes[0]
    return Shape(vcpus=whole.online_on(vnode), kib=vnode.memory_kib + whole.overhead_share_kib(vnode))


def check_goal(goal: FleetGoal, fleet: Fleet) -> None:
    """
    Refuse a goal that means nothing in this fleet.

    Raises
    ------
    InputError
        If a budget is negative, a name is not of the fleet, a guest to make room for runs, or two kinds of goals are
        given.
    """
    for name, value in (("moves", goal.moves), ("gib", goal.kib), ("restarts", goal.restarts)):
        if value is not None and value < 0:
            raise InputError("expected 0 or more, got a negative number", place=name)
    if goal.fewest and goal.fragments is not None:
        raise InputError(
            "asks for the fewest moves and for fewer fragments, expected one of the two", place="fragments"
        )
    entries = {entry.name for entry in fleet.guests}
    running = {placed.guest for placed in fleet.placed}
    for name in goal.stay:
        if name not in fleet.guest_entry and name not in entries:
            raise InputError(f'no guest "{shorten(name)}" in the fleet', place="stay")
    for name in goal.make_room:
        if name not in fleet.guest_entry and name not in entries:
            raise InputError(f'no guest "{shorten(name)}" in the fleet', place="make_room")
        if runs := [guest for guest in fleet.guests_named(name) if guest in running]:
            raise InputError(f'guest "{shorten(runs[0])}" runs already, expected one that does not', place="make_room")
    for name in goal.empty:
        if any(host not in fleet.host_entry for host in fleet.hosts_named(name)):
            raise InputError(f'no host "{shorten(name)}" in the fleet', place="empty")
    if goal.empty and len(emptied(goal, fleet)) == len(fleet.host_entry):
        raise InputError("names every host, expected at least one that is left for the guests", place="empty")


def emptied(goal: FleetGoal, fleet: Fleet) -> frozenset[str]:
    """Give the hosts that shall be empty."""
    return frozenset(host for name in goal.empty for host in fleet.hosts_named(name))


def wanted(goal: FleetGoal, fleet: Fleet) -> tuple[str, ...]:
    """Give the guests to make room for."""
    return tuple(dict.fromkeys(guest for name in goal.make_room for guest in fleet.guests_named(name)))
