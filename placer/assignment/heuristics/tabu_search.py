"""
Tabu search over shifts and swaps, for a good answer fast.

The lexicographic vector of tier costs is minimised whole. Overload of a site and incompatible sites in one group
stand before all tiers, so that the search may start from an assignment that breaks rules and mends it.
"""

from __future__ import annotations

import numpy as np

from placer.assignment import BoolArray, IntArray, Problem, Solution, Status
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.group_construction import construct_by_groups
from placer.assignment.heuristics.neighbourhood import Neighbourhood, Shift, Swap
from placer.assignment.heuristics.partial_assignment import PartialAssignment
from placer.assignment.heuristics.penalty import PenaltyManager
from placer.assignment.structure.term_index import TermIndex

TENURE = (4, 12)
"""Moves for which an item may not return to a site it left: fewest and most."""
RUIN_EVERY = 20
"""Moves without a better assignment after which a few groups are placed anew."""
RUINED = (1, 5)
"""How many: fewest, and one more than most at first."""
ENTANGLED_RUIN_EVERY = 50
"""The same where flows run between groups: there it takes longer to settle,"""
WIDER_EVERY = 100
"""and after so many moves without a better assignment one more group may be placed anew."""


def local_search(problem: Problem, context: SearchContext) -> Solution:
    """
    Search until time is up, or nothing better can exist.

    Returns
    -------
    Solution
        FEASIBLE, or UNKNOWN where no assignment was found; it proves nothing.
    """
    index = TermIndex(problem)
    found = tabu_search(index, context, time_limit_s=context.left_s(), floor=lower_bounds(index))
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
    floor: tuple[int, ...] | None = None,
) -> IntArray | None:
    """
    Search from an assignment, or from a greedy one, for a better one.

    Parameters
    ----------
    time_limit_s
        Seconds at most.
    start
        ``[n]``, may break rules; None starts greedily, or from the problem's hint if that costs no more.
    patience
        Moves without a better assignment after which it gives up.
    floor
        Tier costs that none can beat; the search ends where it meets them.

    Returns
    -------
    array ``[n]`` or None
        The best assignment that keeps every rule; None where there was none.
    """
    problem = index.problem
    if not problem.n:
        return np.zeros(0, dtype=np.int64)
    if not problem.allowed.any(axis=1).all():
        return None
    random = np.random.default_rng(context.seed)
    moves = Neighbourhood(index, _initial(index, random, context) if start is None else start)
    if start is None and problem.hint is not None:
        _take_hint(moves, problem.hint, random)
    goal = None if floor is None else np.array([0, *floor])
    best, best_costs, stale = moves.site_of.copy(), moves.costs.copy(), 0
    if best_costs[0] == 0:
        context.tell("local search", costs=tuple(best_costs[1:].tolist()))
    tabu = np.zeros((problem.n, problem.m), dtype=np.int64)
    price = PenaltyManager(index, moves)
    deadline = context.elapsed_s() + min(time_limit_s, context.left_s())
    step = 0
    while stale < patience and context.elapsed_s() < deadline and not context.stop.is_set():
        if goal is not None and not (best_costs > goal).any():
            break
        step += 1
        if not _step(moves, tabu, step, best_costs, random):
            break
        stale += 1
        price.learn(overloaded=moves.costs[0] > 0)
        if stale % (ENTANGLED_RUIN_EVERY if problem.has_intergroup_flow else RUIN_EVERY) == 0:
            wider = stale // WIDER_EVERY if problem.has_intergroup_flow else 0
            moves.jump(_ruin_and_recreate(index, best, random, RUINED[1] + wider))
        if tuple(moves.costs) < tuple(best_costs):
            best, best_costs, stale = moves.site_of.copy(), moves.costs.copy(), 0
            if best_costs[0] == 0:
                context.tell("local search", costs=tuple(best_costs[1:].tolist()))
    found = f"costs {tuple(best_costs[1:].tolist())}" if best_costs[0] == 0 else "no placement"
    context.log(f"local search: {step} moves, {found}")
    return best if best_costs[0] == 0 else None


def _initial(index: TermIndex, random: np.random.Generator, context: SearchContext) -> IntArray:
    """Place item by item and, unless flows run between the groups, group by group; the better of the two."""
    problem = index.problem
    one_by_one = greedy_construction(index, random)
    if problem.has_intergroup_flow:
        return one_by_one
    costs, fits = tuple(problem.evaluate(one_by_one[None, :])[0].tolist()), problem.feasible(one_by_one[None, :])[0]
    if fits:
        context.tell("local search", costs=costs)
    by_groups = construct_by_groups(index, context)
    if by_groups is None or (fits and costs < tuple(problem.evaluate(by_groups[None, :])[0].tolist())):
        return one_by_one
    return by_groups


def greedy_construction(index: TermIndex, random: np.random.Generator, kept: IntArray | None = None) -> IntArray:
    """
    Place the items by falling size, each where it costs least; where it fits nowhere, on the emptiest allowed site.

    Parameters
    ----------
    kept
        ``[n]``, items that stay where they are, -1 for those to place; None places all. Then the order is random.

    Returns
    -------
    array ``[n]``
        Every item on an allowed site; it may break other rules.
    """
    problem = index.problem
    partial = PartialAssignment(problem)
    size = (index.weight / np.maximum(index.capacity.max(axis=1, initial=1), 1)[:, None]).sum(axis=0)
    late = ~np.isin(np.arange(problem.n), problem.selectors)
    order = np.lexsort((random.random(problem.n), -size) if kept is None else (random.random(problem.n),))
    order = order[np.argsort(late[order], kind="stable")]
    placed = np.zeros(problem.n, dtype=bool)
    if kept is not None:
        for v in np.flatnonzero(kept >= 0).tolist():
            partial.put(v, int(kept[v]))
        placed = kept >= 0
    for v in order[~placed[order]].tolist():
        open_sites = partial.open_sites(v)
        if not open_sites.any():
            room = np.where(problem.allowed[v], partial.left.min(axis=0, initial=2**62), np.iinfo(np.int64).min)
            partial.put(v, int(room.argmax()))
        else:
            partial.put(v, _cheapest(index, v, partial.site_of, placed, open_sites))
        placed[v] = True
    return partial.site_of


def _take_hint(moves: Neighbourhood, hint: IntArray, random: np.random.Generator) -> None:
    """Start from a hint, what it lacks or has where it may not be placed beside it, unless that costs more."""
    index, greedy, costs = moves.index, moves.site_of, tuple(moves.costs)
    allowed = index.problem.allowed[np.arange(len(hint)), hint] & (hint >= 0)
    moves.jump(greedy_construction(index, random, np.where(allowed, hint, -1)))
    if costs < tuple(moves.costs):
        moves.jump(greedy)


def _cheapest(index: TermIndex, v: int, site_of: IntArray, placed: BoolArray, sites: BoolArray) -> int:
    """Find the open site where item v costs least beside the items placed so far, tier before tier."""
    cost = index.linear[:, v, :].copy()
    others = np.flatnonzero(placed)
    for flow in index.flows:
        at = site_of[others]
        cost[flow.tier] += flow.distance[:, at] @ flow.flow[v, others] + flow.flow[others, v] @ flow.distance[at, :]
    for t, term in index.terms:
        cost[t] += term.beside(v, others, site_of, len(sites))
    return int(np.lexsort(np.where(sites, cost, np.iinfo(np.int64).max)[::-1])[0])


def _ruin_and_recreate(index: TermIndex, site_of: IntArray, random: np.random.Generator, most: int) -> IntArray:
    """Take fewer than ``most`` random groups off and place them anew, to start from near the best."""
    groups = index.problem.groups
    kept = site_of.copy()
    if len(groups) == 1:
        return greedy_construction(index, random, _scatter(index.problem, kept, random))
    for g in random.choice(len(groups), size=min(len(groups), int(random.integers(RUINED[0], most))), replace=False):
        kept[groups[g]] = -1
    kept[index.problem.colocated[kept < 0].any(axis=0)] = -1  # who must stand with one of them moves along
    return greedy_construction(index, random, kept)


def _scatter(problem: Problem, site_of: IntArray, random: np.random.Generator) -> IntArray:
    """Where there is but one group: take some of its items off, or all but one, which goes to any site."""
    kept, v = site_of.copy(), int(random.integers(problem.n))
    if random.random() < 0.5:
        kept[random.permutation(problem.n)[: random.integers(1, problem.n // 2 + 2)]] = -1
    else:
        kept[:] = -1
        kept[v] = random.choice(np.flatnonzero(problem.allowed[v]))
    kept[problem.colocated[kept < 0].any(axis=0)] = -1
    return kept


def _step(moves: Neighbourhood, tabu: IntArray, step: int, best_costs: IntArray, random: np.random.Generator) -> bool:
    """Make the best shift or swap that is not tabu, or better than the best known; False where there is none."""
    shift = moves.best_shift(tabu > step, best_costs)
    swap = moves.best_swap(tabu > step, best_costs)
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
