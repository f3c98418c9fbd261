"""From an end state and its stages to a plan, and from none to a reason."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from placer.assignment import Status
from placer.errors import Defect
from placer.fleet.moves.fewest import Fewest
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.judge import end_faults
from placer.fleet.moves.plan import Aim, FleetMoves, FleetStep
from placer.fleet.moves.running import Running
from placer.fleet.moves.single_moves import fits_on
from placer.fleet.moves.spots import Spot
from placer.fleet.moves.state import State
from placer.fleet.moves.steps import Move, Staged
from placer.fleet.problem.relaxed import relaxed
from placer.instance import format_size
from placer.instance.note import counted, name_some

Place = tuple[int, Spot]


def aim_of(goal: FleetGoal) -> Aim:
    """Give what counts for a goal."""
    return "moves" if goal.fewest else "distance" if goal.fragments is None else "fits"


def value_of(running: Running, state: State) -> int:
    """Give what a state comes to: guests of the shape that fit, or the distances of all guests."""
    if running.goal.fragments is None:
        return sum(place[1].distance for place in state.at if place is not None)
    return fits_on(running, state)


def placed_by(running: Running, state: State) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Give guest -> host and ids of pnodes."""
    return {
        running.guests[g]: (running.hosts[place[0]], _ids(running, place))
        for g, place in enumerate(state.at)
        if place is not None
    }


def _ids(running: Running, place: Place) -> tuple[int, ...]:
    host = running.kinds[running.kind_of[place[0]]].host
    return tuple(host.pnodes[p].id for p in place[1].pnodes)


def as_plan(running: Running, state: State, done: Staged, bound: float, seconds: float) -> FleetMoves:
    """Give the plan of stages to an end state."""
    aim = aim_of(running.goal)
    value = len(done.moves) if aim == "moves" else value_of(running, state)
    known = _bound(running, aim, bound, value)
    return FleetMoves(
        status=Status.OPTIMAL if known == value else Status.FEASIBLE,
        fleet=running.fleet,
        goal=running.goal,
        aim=aim,
        now=0 if aim == "moves" else value_of(running, State(running)),
        value=value,
        bound=known,
        stages=tuple(tuple(_step(running, move) for move in stage) for stage in done.stages),
        placed=placed_by(running, state),
        notes=tuple(notes(running)),
        relaxed=relaxed(running.fleet),
        wall_time_s=seconds,
        family=running.family,
    )


def newly_broken(running: Running, state: State, done: Staged) -> set[str]:
    """
    Give hosts that would break rules of placements in the end, and do not today.

    Raises
    ------
    Defect
        If the plan breaks a rule of no host.
    """
    fleet, end = running.fleet, placed_by(running, state)
    changed = {running.hosts[h] for move in done.moves for h in (move.before[0], move.after[0])}
    changed |= {end[running.guests[g]][0] for g in range(len(running.running), len(running.guests))}
    wrong = end_faults(fleet, end, changed)
    if not wrong:
        return set()
    today = set(end_faults(fleet, placed_by(running, State(running)), changed))
    new = [fault for fault in wrong if fault not in today]
    named = {host for host in changed if any(f'host "{host}"' in fault for fault in new)}
    if new and not named:
        raise Defect(f"the plan breaks rules: {new[0]}")
    return named


def _bound(running: Running, aim: Aim, bound: float, value: int) -> int:
    """Give the bound in whole numbers; where nothing is proved, what no plan can pass."""
    if aim == "moves":
        return min(value, int(bound))
    if aim == "fits":
        return max(value, int(-bound) if math.isfinite(bound) else _all_fit(running))
    return min(value, int(bound) if math.isfinite(bound) else 0)


def _all_fit(running: Running) -> int:
    """Count the guests of the shape that would fit if all that is free lay together."""
    shape = running.goal.fragments
    assert shape is not None
    free = np.maximum(running.free[:-1], 0).sum(axis=0)
    each = [int(have) // asks for have, asks in zip(free.tolist(), (shape.vcpus, shape.kib), strict=True) if asks]
    return min(each)


def _step(running: Running, move: Move) -> FleetStep:
    each = running.classes[running.class_of[move.guest]]
    assert each.way != "stay"
    return FleetStep(
        guest=running.guests[move.guest],
        way=each.way,
        source=running.hosts[move.before[0]],
        target=running.hosts[move.after[0]],
        before=_ids(running, move.before),
        after=_ids(running, move.after),
        kib=each.kib,
    )


def notes(running: Running) -> list[str]:
    """Say which guests do not move, and why, and what else runs on hosts that are to be empty."""
    asked = {guest for name in running.goal.stay for guest in running.fleet.guests_named(name)}
    still = [g for g in running.running if running.way_of(g) == "stay" and running.guests[g] not in asked]
    vnuma = [running.guests[g] for g in still if running.only_restarts(g)]
    bound = [running.guests[g] for g in still if not running.only_restarts(g)]
    found = []
    if vnuma:
        why = "Xen does not migrate a guest with vnuma; with a budget of restarts it may be started anew"
        found.append(f"{counted(len(vnuma), 'guest')} not moved ({name_some(vnuma)}): {why}")
    if bound:
        why = "a guest that names parts of its host, owns pcpus or is in a rule between pnodes is bound to its host"
        found.append(f"{counted(len(bound), 'guest')} not moved ({name_some(bound)}): {why}")
    fleet = running.fleet
    for name in sorted(running.emptied):
        domains = fleet.hosts[fleet.host_entry[name]].host.domains
        others = [domain.name for domain in domains if domain.name != "Domain-0"]
        if others:
            found.append(f"{name} also runs what is no guest of the fleet and stays there: {name_some(others)}")
    return found


@dataclass(frozen=True)
class Missing:
    """
    What is known where there is no plan.

    Parameters
    ----------
    first
        What was found of the fewest moves; None where they are not asked.
    bound
        So many moves are needed at least.
    ended
        Whether the time was up, or the search was interrupted.
    impossible
        Whether no end state is within the budgets.
    broken
        What the plan that was found leaves broken; None for nothing.
    """

    first: Fewest | None
    bound: float
    ended: bool
    impossible: bool
    broken: str | None = None


def _budgets(goal: FleetGoal) -> str:
    """Name what bounds the moves beside the rooms of hosts."""
    words = [] if goal.moves is None else [counted(goal.moves, "move")]
    words += [] if goal.kib is None else [format_size(goal.kib)]
    words += [counted(goal.restarts, "restart"), "the hosts that guests may use"]
    return ", ".join(words)


def no_plan(running: Running, missing: Missing, seconds: float) -> FleetMoves:
    """Say why there is no plan."""
    aim, goal, first = aim_of(running.goal), running.goal, missing.first
    status = Status.INFEASIBLE
    if missing.broken is not None:
        status, reason = Status.UNKNOWN, f"no plan was found that mends this: {missing.broken}"
    elif first is not None and first.stuck:
        staying = [running.guests[g] for h in first.stuck for g in running.guests_on[running.position[h]]]
        staying = [name for name in staying if running.way_of(running.names[name]) == "stay"]
        reason = f"{name_some(first.stuck)}: guests that must leave may not move: {name_some(staying)}"
    elif aim == "moves" and goal.moves is not None and missing.bound > goal.moves:
        reason = f"{counted(int(missing.bound), 'move')} needed at least, and {goal.moves} may be made"
    elif missing.impossible:
        reason = f"no end state is within {_budgets(goal)}, in whatever order guests move"
    else:
        status = Status.UNKNOWN
        reason = "no order of moves was found to the end states that were found, within the budgets"
        if missing.ended:
            reason = "the search ended before a plan was found; with more time it may find one"
        elif first is not None and first.homeless:
            reason = f"no place was found for {name_some(first.homeless)} that an order of moves leads to"
    return FleetMoves(
        status=status,
        fleet=running.fleet,
        goal=goal,
        aim=aim,
        now=0 if aim == "moves" else value_of(running, State(running)),
        value=None,
        bound=int(missing.bound) if aim == "moves" else 0,
        notes=tuple(notes(running)),
        relaxed=relaxed(running.fleet),
        reason=reason,
        wall_time_s=seconds,
        family=running.family,
    )
