"""Moves between the hosts of a fleet: planning, writing and reading plans, and judging them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import floor
from typing import TYPE_CHECKING

from placer.errors import InputError, expect, listed
from placer.formats.text.files import Source
from placer.instance.units import KIB_PER_GIB

if TYPE_CHECKING:
    from threading import Event

    from placer.fleet.model.entries import HostFormat
    from placer.fleet.model.fleet import Fleet
    from placer.fleet.moves.plan import FleetMoves

MOST_GIB = 1 << 30
"""An exbibyte, more than any fleet has; nan is no number of GiB either."""


def rebalance_fleet(
    fleet: Fleet,
    *,
    empty: Iterable[str] = (),
    make_room: Iterable[str] = (),
    mend: bool = False,
    fragments: str | None = None,
    moves: int | None = None,
    gib: float | None = None,
    restarts: int = 0,
    stay: Iterable[str] = (),
    format: HostFormat = "libvirt",
    time_limit_s: float = 60.0,
    stop: Event | None = None,
    on_log: Callable[[str], None] | None = None,
) -> FleetMoves:
    """
    Plan moves of the guests that run in a fleet (``placed``), between hosts and within them.

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
        ``VCPUS``, ``VCPUS:MEMORY`` such as ``16:64GiB``, or the name of a guest of one vnode.
    moves, gib, restarts
        The budget: the most guests that move, the most memory that moves, in GiB, None for any; and the most guests
        with vnuma on Xen that are restarted, which cannot be migrated.
    stay
        Names of guests that do not move.
    format
        The toolstack of hosts that do not say theirs.
    time_limit_s
        Seconds.
    stop
        Set it to end the search with the best so far.
    on_log
        Called with a line on each step.

    Returns
    -------
    FleetMoves
        ``stages`` has the steps, ``value`` what the plan comes to, ``bound`` what is proved of all plans.

    Raises
    ------
    InputError
        If an argument is wrong or names what the fleet does not have, or the pnodes of a guest that runs are not given.
    """
    from threading import Event
    from typing import get_args

    from placer.assignment.context import SearchContext
    from placer.fleet.model.entries import HostFormat as Formats
    from placer.fleet.model.fleet import Fleet
    from placer.fleet.moves.goal import FleetGoal, shape_of
    from placer.fleet.moves.planning import plan_moves

    expect("fleet", fleet, Fleet)
    expect("mend", mend, bool)
    expect("fragments", fragments, str, type(None))
    if format not in get_args(Formats):
        raise InputError(f"expected one of {', '.join(get_args(Formats))}", place="format")
    context = SearchContext(time_limit_s=time_limit_s, stop=Event() if stop is None else stop, on_log=on_log)
    goal = FleetGoal(
        empty=_names("empty", empty),
        make_room=_names("make_room", make_room),
        mend=mend,
        fragments=None if fragments is None else shape_of(fragments, fleet),
        moves=_count("moves", moves),
        kib=_kib(gib),
        restarts=_count("restarts", restarts) or 0,
        stay=_names("stay", stay),
    )
    say = on_log or (lambda _line: None)
    return plan_moves(fleet, goal, family=format, time_limit_s=time_limit_s, stop=context.stop, say=say)


def read_fleet_moves(source: Source, fleet: Fleet) -> FleetMoves:
    """
    Read a plan of moves for the fleet as it is now.

    Raises
    ------
    InputError
        With the JSON path of the fault; if the fleet has changed since the plan, with what changed; or if the plan is
        not safe.
    """
    from placer.fleet.model.fleet import Fleet
    from placer.fleet.moves.moves_json import read_fleet_moves as read

    return read(source, expect("fleet", fleet, Fleet))


def dump_fleet_moves(plan: FleetMoves) -> str:
    """Write a plan of moves as JSON; :func:`read_fleet_moves` reads it back."""
    from placer.fleet.moves.moves_json import moves_json
    from placer.fleet.moves.plan import FleetMoves

    return moves_json(expect("plan", plan, FleetMoves))


def check_fleet_moves(plan: FleetMoves, *, seed: int = 0) -> tuple[str, ...]:
    """
    Replay a plan of moves, those of a stage in shuffled order, with memory at both ends.

    Parameters
    ----------
    seed
        Seed of the orders.

    Returns
    -------
    tuple of str
        A sentence for each fault. Empty for a plan that is safe, reaches its end state and keeps to its goal; and where
        the status is INFEASIBLE or UNKNOWN: there are no moves to judge, and their bound is not judged here.

    Raises
    ------
    InputError
        If an argument is of another type.
    """
    from placer.fleet.moves.judge import faults
    from placer.fleet.moves.plan import FleetMoves

    expect("seed", seed, int)
    return tuple(faults(expect("plan", plan, FleetMoves), seed=seed))


def _names(place: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(expect(place, name, str) for name in listed(place, names)))


def _count(place: str, number: int | None) -> int | None:
    if isinstance(number, bool):
        raise InputError("expected a number, got a truth value", place=place)
    return expect(place, number, int, type(None))


def _kib(gib: float | None) -> int | None:
    if gib is None:
        return None
    if isinstance(gib, bool) or not isinstance(gib, int | float) or not 0 <= gib <= MOST_GIB:
        raise InputError(f"expected a number of GiB from 0 to {MOST_GIB}", place="gib")
    return floor(gib * KIB_PER_GIB)
