"""What a rebalancing may take, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass

from placer.errors import InputError
from placer.instance import Guest, format_cpuset, shorten
from placer.rebalance.running import RunningHost


@dataclass(frozen=True, kw_only=True)
class Goal:
    """
    What a rebalancing may take, and what it is for.

    Parameters
    ----------
    moves
        The most guests that may move; None for any number.
    kib
        The most memory that may move, in KiB; None for any.
    restarts
        The most guests that may be restarted; they count as moves too.
    make_room
        Guests that shall fit beside all that runs, each with its vnodes; with the fewest moves.
    empty
        Ids of the pnodes that no guest shall be on afterwards; with the fewest moves.
    stay
        Names of guests that do not move.
    unpin
        Names of guests that may move though their own configuration binds them to pcpus other than all of some pnodes.
    """

    moves: int | None = None
    kib: int | None = None
    restarts: int = 0
    make_room: tuple[Guest, ...] = ()
    empty: tuple[int, ...] = ()
    stay: tuple[str, ...] = ()
    unpin: tuple[str, ...] = ()

    @property
    def fewest(self) -> bool:
        """Whether the fewest moves come before the least cost."""
        return bool(self.make_room or self.empty)


def check_goal(goal: Goal, running: RunningHost) -> None:
    """
    Refuse a goal that means nothing on this host.

    Raises
    ------
    InputError
        If a budget is negative, a guest that shall stay or be unpinned does not run, a guest to make room for runs
        already or is named twice, or a pnode is not there.
    """
    for name, value in (("moves", goal.moves), ("gib", goal.kib), ("restarts", goal.restarts)):
        if value is not None and value < 0:
            raise InputError("expected 0 or more, got a negative number", place=name)
    names = [guest.name for guest in running.instance.guests]
    for place, known in (("stay", {*names, *running.others}), ("unpin", {*names})):
        for name in getattr(goal, place):
            if name not in known:
                raise InputError(f'no guest "{shorten(name)}" runs on this host', place=place)
    new = [guest.name for guest in goal.make_room]
    for name in new:
        refuse_running(name, running, "make_room")
        if new.count(name) > 1:
            raise InputError(f'guest "{shorten(name)}" is named twice', place="make_room")
    there = running.instance.host.position_of
    for pnode in goal.empty:
        if pnode not in there:
            raise InputError(f"no pnode {pnode} on this host, expected one of {format_cpuset(there)}", place="empty")
    if len(set(goal.empty)) == len(there):
        raise InputError("names every pnode, expected at least one that is left for the guests", place="empty")


def refuse_running(name: str, running: RunningHost, place: str) -> None:
    """
    Refuse to make room for a guest that has the name of one that runs.

    Raises
    ------
    InputError
        With the place that names it: an argument, or its file.
    """
    if name in running.placement.pnode_of or name in running.others:
        raise InputError(f'guest "{shorten(name)}" runs already, expected a guest of another name', place=place)
