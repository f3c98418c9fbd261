"""Plans moves of a fleet: an end state, its bound, and stages to it, judged before they are given."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Event
from time import perf_counter

import numpy as np

from placer.errors import Defect
from placer.fleet.model.entries import HostFormat
from placer.fleet.model.fleet import Fleet
from placer.fleet.moves.classes import Bools
from placer.fleet.moves.columns import Columns
from placer.fleet.moves.fewer import within_fewer
from placer.fleet.moves.fewest import Fewest, fewest_moves
from placer.fleet.moves.goal import FleetGoal, check_goal
from placer.fleet.moves.judge import end_faults
from placer.fleet.moves.plan import FleetMoves
from placer.fleet.moves.realise import realised
from placer.fleet.moves.result import Missing, aim_of, as_plan, newly_broken, no_plan, placed_by, value_of
from placer.fleet.moves.running import Running
from placer.fleet.moves.single_moves import single_moves
from placer.fleet.moves.state import State
from placer.fleet.moves.steps import Move, Staged, staged

GREEDY = 0.3
"""Part of the time for the first plan. Chosen: 280 hosts and 100 moves take less than a second."""
GENERATING = 0.6
"""Part of what is left for columns; the rest chooses among them."""
TRIES = 4
"""How often hosts are left as they are that a plan would break rules on, and planning starts again. Chosen."""
WIDER = 12
"""How often further columns are added where whole ones miss the bound. Chosen."""
LEAST_S = 0.2
"""Seconds for which it is worth to begin that. Chosen."""
STAGING = 0.6
"""Part of the time left for moves in stages as one program. Chosen: of 100 full hosts 1 to 6 s are enough."""
MOST_HOSTS = 2500
"""Hosts beyond which no columns are generated: their tables would not be filled in time. Chosen."""


@dataclass(frozen=True)
class _Found:
    state: State
    staged: Staged
    value: int


def plan_moves(
    fleet: Fleet,
    goal: FleetGoal,
    *,
    family: HostFormat = "libvirt",
    time_limit_s: float = 60.0,
    stop: Event | None = None,
    say: Callable[[str], None] = lambda _line: None,
) -> FleetMoves:
    """
    Plan moves (:func:`placer.rebalance_fleet`).

    Raises
    ------
    InputError
        If the goal means nothing in this fleet, or the pnodes of a guest are not given.
    """
    began = perf_counter()
    check_goal(goal, fleet)
    until, ended = began + time_limit_s, stop or Event()

    def solved(moves: int | None, end: float) -> FleetMoves:
        start, running = perf_counter(), Running(fleet, replace(goal, moves=moves), family)
        return _Planning(running, start, end, ended, say).run()

    return within_fewer(solved(goal.moves, until), until, ended, solved)


class _Planning:
    def __init__(self, running: Running, began: float, until: float, stop: Event, say: Callable[[str], None]) -> None:
        self.running, self.goal = running, running.goal
        self.began, self.until, self.stop, self.say = began, until, stop, say
        self.closed = self._closed_at_first()
        self.bound: float = 0.0 if self.goal.fewest else -math.inf
        self.first: Fewest | None = None
        self.impossible = False

    def run(self) -> FleetMoves:
        best: _Found | None = None
        for _ in range(TRIES):
            best = self._best()
            if best is None or self.goal.mend:
                break
            broken = newly_broken(self.running, best.state, best.staged)
            if not broken:
                break
            self.say(f"hosts {', '.join(sorted(broken))} would break rules, and stay as they are")
            self.running.closed |= np.array([host in broken for host in self.running.hosts])
            self.closed |= self.running.closed
            self.running.forget()
            best = None
        wrong = end_faults(self.running.fleet, placed_by(self.running, best.state)) if best and self.goal.mend else []
        seconds = perf_counter() - self.began
        if best is None or wrong:
            known = Missing(self.first, self.bound, self._ended(), self.impossible, next(iter(wrong), None))
            return no_plan(self.running, known, seconds)
        return as_plan(self.running, best.state, best.staged, self.bound, seconds)

    def _ended(self) -> bool:
        return perf_counter() > self.until or self.stop.is_set()

    def _closed_at_first(self) -> Bools:
        """Leave hosts as they are that hold more than they offer, unless that shall be mended."""
        running = self.running
        if self.goal.mend:
            return np.zeros(len(running.hosts), dtype=bool)
        short = np.flatnonzero(np.any(running.free[:-1] < 0, axis=1))
        closed: Bools = np.zeros(len(running.hosts), dtype=bool)
        closed[running.row_of.searchsorted(short, side="right") - 1] = True
        closed &= ~np.array([host in running.emptied for host in running.hosts])
        return closed

    def _best(self) -> _Found | None:
        found = [each for each in self._candidates() if each is not None]
        better = min if aim_of(self.goal) != "fits" else max
        return better(found, key=lambda each: (each.value, self._tie(each)), default=None)

    def _tie(self, found: _Found) -> int:
        moves = len(found.staged.moves)
        return -moves if aim_of(self.goal) == "fits" else moves

    def _candidates(self) -> Iterator[_Found | None]:
        first, greedy = self._first()
        known = self._found(first) if first is not None else None
        if known is None and first is not None and greedy:
            known = self._found(first, Staged(tuple((move,) for move in greedy), ()))
        yield known
        if known is not None and self._met(known.value):
            return
        most = math.inf if self.goal.moves is None else self.goal.moves
        hopeless = self.first is not None and (self.first.stuck or self.first.bound > most)
        if len(self.running.hosts) > MOST_HOSTS or hopeless or self._ended():
            return
        if self.goal.fewest and not self.goal.mend:
            for found in self._in_stages(known):
                known = found
                yield found
            if known is not None and self._met(known.value):
                return
        yield from self._by_columns(known)

    def _in_stages(self, known: _Found | None) -> Iterator[_Found]:
        """Look for an order of moves itself, in one stage, in two and so on."""
        from placer.fleet.moves.ordered import in_stages  # brings ortools along

        until = perf_counter() + STAGING * (self.until - perf_counter())
        value = None if known is None else known.value
        for each in in_stages(self.running, until, self.stop, least=math.ceil(self.bound), fewer_than=value):
            found = self._found(each.state, each.staged)
            if found is not None:
                self.say(f"{found.value} moves in {len(found.staged.stages)} stages")
                yield found

    def _first(self) -> tuple[State | None, list[Move]]:
        until = self.began + GREEDY * (self.until - self.began)
        if not self.goal.fewest:
            closed = np.flatnonzero(self.closed)
            state, moves = single_moves(self.running, closed, until)
            self.say(f"{len(moves)} moves one by one")
            return state, moves
        self.first = fewest_moves(self.running, until)
        self.bound = max(self.bound, float(self.first.bound))
        self.say(f"at least {self.first.bound} moves")
        return self.first.state, []

    def _by_columns(self, known: _Found | None) -> Iterator[_Found | None]:
        columns = Columns(self.running, self.closed)
        if not columns.position:  # every host stays as it is
            return
        start = columns.add_state(known.state) if known is not None else None
        until = perf_counter() + GENERATING * (self.until - perf_counter())
        enough = math.inf if known is None else self._program(columns, known.value)
        columns.generate(until, self.say, self.stop, enough)
        self._learn(columns)
        if known is not None and self._met(known.value):
            return
        for seed in range(WIDER):
            if seed and (self._ended() or perf_counter() > self.until - LEAST_S):
                return
            if seed:
                columns.widen(seed)
            counts = columns.whole(perf_counter() + (self.until - perf_counter()) / 2, start, self.stop)
            state = realised(self.running, counts) if counts is not None else None
            found = self._found(state) if state is not None else None
            if found is not None:
                yield found
                if self._met(found.value):
                    return
                start = columns.add_state(found.state) or start

    def _program(self, columns: Columns, value: int) -> float:
        """Give from which bound of the program on nothing is better than a value."""
        if aim_of(self.goal) == "moves":
            return value - columns.gone - 1 + 1e-4
        # of guests that fit whole ones count, of distances every unit
        return -value - columns.fixed_cost - 1 + 1e-4 if aim_of(self.goal) == "fits" else math.inf

    def _learn(self, columns: Columns) -> None:
        aim, bound = aim_of(self.goal), columns.cost_of(columns.bound)
        if not math.isfinite(bound):
            return
        if aim == "moves":
            self.impossible = bound > len(self.running.running)  # more than all guests: what is missing has a price
            self.bound = self.bound if self.impossible else max(self.bound, math.ceil(bound - 1e-5))
        elif aim == "fits":
            self.bound = max(self.bound, math.ceil(bound + columns.fixed_cost - 1e-5))
        else:
            self.bound = max(self.bound, math.ceil(bound + columns.fixed_cost - 1e-3))

    def _met(self, value: int) -> bool:
        return self.bound >= (-value if aim_of(self.goal) == "fits" else value)

    def _found(self, state: State, done: Staged | None = None) -> _Found | None:
        """Divide the way to an end state into stages; None where there is none within the budgets and the goal."""
        goal, running = self.goal, self.running
        if goal.mend and (any(state.rules.excess()) or state.misplaced()):
            return None
        moved = {g: place for g, place in state.moved().items() if g in running.running}
        done = staged(running, moved) if done is None else done
        if done.stuck:
            return None
        kib = sum(running.classes[running.class_of[move.guest]].kib for move in done.moves)
        restarts = sum(running.way_of(move.guest) == "restart" for move in done.moves)
        budgets = ((len(done.moves), goal.moves), (kib, goal.kib), (restarts, goal.restarts))
        if any(most is not None and use > most for use, most in budgets):
            return None
        end = State(running)
        for move in done.moves:
            end.remove(move.guest)
            end.put(move.guest, move.after)
        for g in range(len(running.running), len(running.guests)):
            place = state.at[g]
            if place is None:
                raise Defect("a guest to make room for has no place")
            end.put(g, place)
        value = len(done.moves) if goal.fewest else value_of(running, end)
        return _Found(end, done, value)
