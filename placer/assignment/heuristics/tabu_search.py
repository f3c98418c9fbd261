"""
Tabu search over shifts and swaps, for a good assignment fast.

Moves are compared by the whole vector of tier costs, lexicographically. Broken rules are counted as overload, which
is compared before all tiers, so that the search may start from an assignment that breaks rules and repair it; where
flows run between groups, overload has a price instead (:mod:`~placer.assignment.heuristics.penalty`).

Tabu search: Glover (ORSA Journal on Computing 1, 1989); with random tenures, and for quadratic assignments: Taillard
(Parallel Computing 17, 1991). Ruin and recreate: Schrimpf, Schneider, Stamm-Wilbrandt and Dueck (Journal of
Computational Physics 159, 2000). Their combination here is own.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.greedy import greedy_construction
from placer.assignment.heuristics.group_construction import construct_by_groups
from placer.assignment.heuristics.neighbourhood import Neighbourhood, Shift, Swap
from placer.assignment.heuristics.penalty import PenaltyManager
from placer.assignment.structure.term_index import TermIndex

# Chosen by trial, and no measurement is recorded: with longer tenures and wider ruins the search goes farther from the
# best assignment, and comes back to it later.
TENURE = (4, 12)
"""Moves for which an item may not return to a site it left: fewest, and one more than most."""
RUIN_EVERY = 20
"""Moves without a better assignment between two ruins."""
RUINED = (1, 5)
"""Groups that a ruin takes off their sites: fewest, and one more than most at first."""
INTERGROUP_RUIN_EVERY = 50
"""Moves between two ruins where flows run between groups: a new assignment needs more moves to settle there."""
MENDING = 30
"""Moves that are made beyond the patience while no assignment keeps the rules: most are mended in a few."""
WIDER_EVERY = 100
"""Moves without a better assignment after which a ruin may take one more group where flows run between groups."""


def local_search(problem: Problem, context: SearchContext) -> Solution:
    """
    Search until time is up, or the costs meet the elementary bounds.

    Returns
    -------
    Solution
        FEASIBLE, or UNKNOWN if no assignment was found; without bounds, so it proves nothing.
    """
    index = TermIndex(problem)
    found = tabu_search(index, context, time_limit_s=context.left_s(), bounds=lower_bounds(index))
    if found is None:
        return Solution(
            status=Status.UNKNOWN, wall_time_s=context.elapsed_s(), attempts="local search found no assignment"
        )
    costs = tuple(problem.evaluate(found[None, :])[0].tolist())
    return Solution(status=Status.FEASIBLE, site_of=found, costs=costs, wall_time_s=context.elapsed_s())


def tabu_search(
    index: TermIndex,
    context: SearchContext,
    *,
    time_limit_s: float,
    start: IntArray | None = None,
    patience: int = 10**9,
    bounds: tuple[int, ...] | None = None,
) -> IntArray | None:
    """
    Search from an assignment, or from a greedy one, for a better one.

    Parameters
    ----------
    time_limit_s
        Seconds at most.
    start
        ``[n]``, may break rules; None starts from a greedy assignment, or from the problem's hint if that costs no
        more.
    patience
        Moves without a better assignment after which the search ends; :data:`MENDING` at least if none keeps the rules.
    bounds
        ``[tiers]``, lower bounds of the tiers; the search ends at an assignment that meets them all.

    Returns
    -------
    array ``[n]`` or None
        The best assignment that keeps every rule; None if none was found.
    """
    problem = index.problem
    if not problem.n:
        return np.zeros(0, dtype=np.int64)
    if not problem.allowed.any(axis=1).all():
        return None
    random = np.random.default_rng(context.seed)
    moves = _first_assignment(index, start, random, context)
    best = _Best(moves, context)
    goal = None if bounds is None else np.array([0, *bounds])
    tabu = np.zeros((problem.n, problem.m), dtype=np.int64)
    penalty = PenaltyManager(index, moves)
    deadline = context.elapsed_s() + min(time_limit_s, context.left_s())
    step = 0
    while best.stale < patience or (step < MENDING and not best.keeps_rules):
        if context.elapsed_s() >= deadline or context.stop.is_set():
            break
        if goal is not None and not (best.costs > goal).any():
            break
        step += 1
        if not _step(moves, tabu, step, best.costs, random):
            break
        best.stale += 1
        penalty.learn(overloaded=moves.costs[0] > 0)
        if best.stale % (INTERGROUP_RUIN_EVERY if problem.has_intergroup_flow else RUIN_EVERY) == 0:
            wider = best.stale // WIDER_EVERY if problem.has_intergroup_flow else 0
            moves.jump(_ruin_and_recreate(index, best.site_of, random, RUINED[1] + wider))
            penalty.begin_again()
        best.offer(moves)
    found = f"costs {tuple(best.costs[1:].tolist())}" if best.keeps_rules else "no placement"
    context.log(f"local search: {step} moves, {found}")
    return best.site_of if best.keeps_rules else None


class _Best:
    """
    The best assignment so far, whose costs are reported if it keeps every rule.

    Attributes
    ----------
    site_of, costs
        ``[n]``, and ``[1 + tiers]``: the overload, then each tier.
    stale
        Moves since it was found.
    """

    def __init__(self, moves: Neighbourhood, context: SearchContext) -> None:
        self._context = context
        self._problem = moves.index.problem
        self._keep(moves)

    @property
    def keeps_rules(self) -> bool:
        """Whether it overloads no site and breaks no other rule."""
        return bool(self.costs[0] == 0)

    def offer(self, moves: Neighbourhood) -> None:
        """Keep the present assignment if it costs less."""
        if tuple(moves.costs) < tuple(self.costs):
            self._keep(moves)

    def _keep(self, moves: Neighbourhood) -> None:
        self.site_of, self.costs, self.stale = moves.site_of.copy(), moves.costs.copy(), 0
        if self.keeps_rules:
            self._context.keep(self._problem, self.site_of)
            self._context.tell("local search", costs=tuple(self.costs[1:].tolist()))


def _first_assignment(
    index: TermIndex, start: IntArray | None, random: np.random.Generator, context: SearchContext
) -> Neighbourhood:
    """Begin with ``start``, else with a greedy assignment or the problem's hint."""
    moves = Neighbourhood(index, _initial(index, random, context) if start is None else start)
    if start is None and index.problem.hint is not None:
        _take_hint(moves, index.problem.hint, random)
    return moves


def _initial(index: TermIndex, random: np.random.Generator, context: SearchContext) -> IntArray:
    """
    Build the better of two assignments: item by item, and group by group.

    Only item by item where flows run between groups: to place whole groups looks at the flows within them.
    """
    problem = index.problem
    one_by_one = greedy_construction(index, random)
    if problem.has_intergroup_flow:
        return one_by_one
    costs, fits = tuple(problem.evaluate(one_by_one[None, :])[0].tolist()), problem.feasible(one_by_one[None, :])[0]
    if fits:
        context.keep(problem, one_by_one)
        context.tell("local search", costs=costs)
    by_groups = construct_by_groups(index, context)
    if by_groups is None or (fits and costs < tuple(problem.evaluate(by_groups[None, :])[0].tolist())):
        return one_by_one
    return by_groups


def _take_hint(moves: Neighbourhood, hint: IntArray, random: np.random.Generator) -> None:
    """Jump to the hint, with its missing and forbidden sites filled in greedily, unless that costs more."""
    index, greedy, costs = moves.index, moves.site_of, tuple(moves.costs)
    allowed = index.problem.allowed[np.arange(len(hint)), hint] & (hint >= 0)
    moves.jump(greedy_construction(index, random, np.where(allowed, hint, -1)))
    if costs < tuple(moves.costs):
        moves.jump(greedy)


def _ruin_and_recreate(index: TermIndex, site_of: IntArray, random: np.random.Generator, most: int) -> IntArray:
    """Take fewer than ``most`` random groups off their sites and place them anew, for a start near the best."""
    groups = index.problem.groups
    kept = site_of.copy()
    if len(groups) == 1:
        return greedy_construction(index, random, _scatter(index.problem, kept, random))
    for g in random.choice(len(groups), size=min(len(groups), int(random.integers(RUINED[0], most))), replace=False):
        kept[groups[g]] = -1
    kept[
        index.problem.colocated[kept < 0].any(axis=0)
    ] = -1  # an item held on one site with a ruined item is ruined too
    return greedy_construction(index, random, kept)


def _scatter(problem: Problem, site_of: IntArray, random: np.random.Generator) -> IntArray:
    """Ruin the only group: take some of its items off, or put one on a random site and take all others off."""
    kept, v = site_of.copy(), int(random.integers(problem.n))
    if random.random() < 0.5:
        kept[random.permutation(problem.n)[: random.integers(1, problem.n // 2 + 2)]] = -1
    else:
        kept[:] = -1
        kept[v] = random.choice(np.flatnonzero(problem.allowed[v]))
    kept[problem.colocated[kept < 0].any(axis=0)] = -1
    return kept


def _step(moves: Neighbourhood, tabu: IntArray, step: int, best_costs: IntArray, random: np.random.Generator) -> bool:
    """Make the best shift or swap that is not tabu or beats the best known costs; False if there is none."""
    shift = moves.best_shift(tabu > step, best_costs)
    swap = moves.best_swap(tabu > step, best_costs, random)
    if shift is None and swap is None:
        return False
    tenure = int(random.integers(*TENURE))
    move: Shift | Swap | None = shift
    if shift is None or (swap is not None and moves.ranked(shift.delta) > moves.ranked(swap.delta)):
        move = swap
    assert move is not None
    for v in (move.item,) if isinstance(move, Shift) else (move.item, move.other):
        tabu[v, moves.site_of[v]] = step + tenure
    moves.make(move)
    return True
