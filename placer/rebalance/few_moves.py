"""
The best end state after few moves, by pricing every set of so many moves.

The traffic of a guest concerns that guest alone, so moves add up, but for the load of shared pcpus, which is a sum for
each pool. So a set of moves is priced by its last move, given the loads of the others. With a few moves that takes some
tenths of a second for a million sets, and proves what linear relaxations take seconds for: a budget is their weak side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.errors import Defect
from placer.rebalance.end_problem import EndProblem
from placer.rebalance.single_moves import SingleMoves, single_moves

MOST_SETS = 3_000_000
"""Most sets of moves. Chosen: 3 moves of 27 guests to 7 other pnodes are a million sets, which take 0.3 s."""
MOST_TIES = 20_000
"""Most sets of least cost that are compared in the tiers below. Chosen, not tuned: a tenth of a second."""
CELLS = 1 << 18
"""Sets that are priced at once, between two looks at the clock."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sets:
    """Sets of moves: the moves of each, ``[s, k]``, its cost ``[s]`` and its loads ``[s, pools]``."""

    moves: IntArray
    cost: IntArray
    loads: IntArray

    def joined(self, chosen: IntArray, more: IntArray, cost: IntArray, single: SingleMoves) -> _Sets:
        """Give these sets, by their positions, each with one more move."""
        return _Sets(
            moves=np.column_stack([self.moves[chosen], more]),
            cost=cost,
            loads=self.loads[chosen] + single.loads[more],
        )


def best_of_few(ends: EndProblem, problem: Problem, main: int, context: SearchContext) -> Solution | None:
    """
    Find the best end state by pricing every set of moves within the budget.

    Parameters
    ----------
    problem
        That of ``ends``, with a feasible hint.
    main
        The tier in which moves are priced; in those before it no move costs anything.

    Returns
    -------
    Solution or None
        OPTIMAL; FEASIBLE where only the tiers up to ``main`` are proved, as too many sets cost the same. None where
        there are too many sets, the cost of moves does not add up, or time ends.

    Raises
    ------
    Defect
        If a set of moves costs something else than its parts.
    """
    budget = ends.goal.moves
    if budget is None or ends.goal.fewest or problem.hint is None:
        return None
    single = single_moves(ends, problem, main)
    if single is None or _count(np.diff(single.first), budget) > MOST_SETS:
        return None
    search = _Search(problem, single, main)
    sets = _Sets(
        moves=np.zeros((1, 0), dtype=np.int64),
        cost=problem.evaluate(single.base[None, :])[:, main],
        loads=single.load[None, :],
    )
    search.offer(sets)
    for k in range(1, budget + 1):
        found = [_Sets(moves=np.zeros((0, k), dtype=np.int64), cost=sets.cost[:0], loads=sets.loads[:0])]
        for chosen, more, cost in _extended(single, sets):
            if context.left_s() <= 0:
                return None
            kept = np.flatnonzero(cost <= search.least) if k == budget else np.arange(len(cost))
            longer = sets.joined(chosen[kept], more[kept], cost[kept], single)
            search.offer(longer)
            found += [longer] if k < budget else []
        sets = _Sets(
            moves=np.concatenate([each.moves for each in found]),
            cost=np.concatenate([each.cost for each in found]),
            loads=np.concatenate([each.loads for each in found]),
        )
    context.log(f"few moves: every set of up to {budget} of {len(single.rows)} moves is priced")
    return search.solution(context)


def _count(moves: IntArray, budget: int) -> int:
    """Count the sets of up to so many moves, at most one a guest: the coefficients of a product of (1 + moves x)."""
    counts = [1] + [0] * budget
    for each in moves.tolist():
        counts = [counts[0], *(counts[k] + each * counts[k - 1] for k in range(1, budget + 1))]
    return sum(counts)


def _extended(single: SingleMoves, sets: _Sets) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
    """Give positions of sets, a move more for each, of a guest behind all of the set, and the cost, ``[c]`` each."""
    guest_of = np.searchsorted(single.first, np.arange(len(single.rows)), side="right") - 1
    last = guest_of[sets.moves[:, -1]] if sets.moves.shape[1] else np.full(len(sets.moves), -1)
    for g in range(-1, len(single.first) - 2):
        more = np.arange(single.first[g + 1], len(single.rows))
        mine = np.flatnonzero(last == g)
        size = max(1, CELLS // max(1, len(more)))
        for start in range(0, len(mine) if len(more) else 0, size):
            chosen = mine[start : start + size]
            cost = _prices(single, sets, chosen, more)
            yield np.repeat(chosen, len(more)), np.tile(more, len(chosen)), cost.ravel()


def _prices(single: SingleMoves, sets: _Sets, chosen: IntArray, more: IntArray) -> IntArray:
    """Price each of some sets with each of some moves more, ``[chosen, more]``."""
    loads, change = sets.loads[chosen], single.loads[more]
    cost = sets.cost[chosen][:, None] + single.alone[more]
    for pool, row in enumerate(single.table):
        moved = np.flatnonzero(change[:, pool])
        now = loads[:, pool][:, None]
        cost[:, moved] += row[now + change[moved, pool]] - row[now]
    return np.asarray(cost)


class _Search:
    """The feasible assignments of least cost among all sets that were offered."""

    def __init__(self, problem: Problem, single: SingleMoves, main: int) -> None:
        assert problem.hint is not None
        self._problem, self._single, self._main = problem, single, main
        self.least = int(problem.evaluate(problem.hint[None, :])[0, main])
        self._ties = [problem.hint[None, :]]
        self._count, self._all = 1, True
        self._room: list[IntArray] = []
        self._change: list[IntArray] = []
        for resource in problem.resources:
            held = _per_site(problem.m, resource.weight, single.base[None, :])
            self._room.append(resource.capacity - held[0])
            self._change.append(_per_site(problem.m, resource.weight, single.rows) - held)

    def offer(self, sets: _Sets) -> None:
        """Keep what is feasible of the sets of least cost."""
        good = np.flatnonzero(sets.cost <= self.least)
        for room, change in zip(self._room, self._change, strict=True):
            moves = sets.moves[good]
            total = np.zeros((len(good), self._problem.m), dtype=np.int64)
            for k in range(moves.shape[1]):
                total += change[moves[:, k]]
            good = good[(total <= room).all(axis=1)]
        for cost in np.unique(sets.cost[good]).tolist():
            rows = self._assembled(sets.moves[good[sets.cost[good] == cost]])
            rows = rows[self._problem.feasible(rows)]
            if len(rows):
                self._keep(rows, cost)
                return

    def solution(self, context: SearchContext) -> Solution:
        """Compare those of least cost in all tiers."""
        rows = np.concatenate(self._ties)
        costs = self._problem.evaluate(rows)
        if (costs[:, self._main] != self.least).any():
            raise Defect(f"sets of moves cost {costs[:, self._main].tolist()}, by their parts {self.least}")
        first = int(np.lexsort(costs.T[::-1])[0])
        known = len(costs[0]) if self._all else self._main + 1
        return Solution(
            status=Status.OPTIMAL if self._all else Status.FEASIBLE,
            site_of=rows[first],
            costs=tuple(costs[first].tolist()),
            bounds=tuple(cost if t < known else 0 for t, cost in enumerate(costs[first].tolist())),
            wall_time_s=context.elapsed_s(),
            attempts="every set of few moves",
        )

    def _keep(self, rows: IntArray, cost: int) -> None:
        if cost < self.least:
            self.least, self._ties, self._count, self._all = cost, [], 0, True
        room = MOST_TIES - self._count
        self._all = self._all and len(rows) <= room
        self._ties.append(rows[:room])
        self._count += len(rows[:room])

    def _assembled(self, sets: IntArray) -> IntArray:
        """Give the assignment of each set of moves, ``[s, n]``."""
        rows = np.tile(self._single.base, (len(sets), 1))
        for k in range(sets.shape[1]):
            moved = self._single.rows[sets[:, k]]
            rows = np.where(moved != self._single.base, moved, rows)
        return rows


def _per_site(m: int, weight: IntArray, rows: IntArray) -> IntArray:
    """Sum the weights ``[n]`` on each site, ``[b, m]``, of assignments ``[b, n]``."""
    return np.stack([(rows == p) @ weight for p in range(m)], axis=1)
