"""The best end state within a budget, with its proof."""

from __future__ import annotations

from dataclasses import dataclass, replace

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES
from placer.check import check, mean_access_distance
from placer.errors import Defect
from placer.instance import Instance, Placement
from placer.rebalance.descent import descend
from placer.rebalance.end_problem import COUNT, MEMORY, EndProblem, end_problem, with_guests
from placer.rebalance.few_moves import best_of_few
from placer.rebalance.goal import Goal
from placer.rebalance.plan import State
from placer.rebalance.running import RunningHost

SMALL, WORKERS = 64, 8
"""
Pairs of a guest and a pnode up to which CP-SAT chooses its threads by size, and the threads for more of them.

With one, the bound of a host of 30 guests and 8 pnodes that is 95 % full stayed at 94.4 % of the cost; with eight, on
two cores, it reached 99.5 % in the same five seconds: it takes the linear relaxations of several workers.
"""

ALONE_SHARE = 0.5
"""
Share of the time for the guests that have to move alone, where the fewest moves are asked. Chosen: mostly it takes a
tenth of a second, and is all that is needed.
"""
MAIN_SHARE = 0.75
"""Share of the time for nearness and free cores, and what comes before them. Chosen: the rest only breaks ties."""
BRANCHED = 16
"""
Pairs beyond which the CP-SAT model is asked at once.

With 9 guests on 4 pnodes branch and bound, which the portfolio tries for so few items, proved nothing in six seconds.
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class EndState:
    """
    The best end state that was found.

    Parameters
    ----------
    status
        OPTIMAL: proved. INFEASIBLE: proved that there is none within the budget.
    instance, placement
        Its guests and their pnodes; None without one.
    state
        What it costs; None without one.
    site_of
        Its assignment, ``[n]``, to start another search of the same guests from.
    """

    status: Status
    instance: Instance | None = None
    placement: Placement | None = None
    state: State | None = None
    site_of: IntArray | None = None


def state_now(running: RunningHost) -> State:
    """Price the host as it is, with the vcpus of every guest near its memory."""
    return _state(with_guests(running, running.instance.guests), running.placement)


def best_end_state(
    running: RunningHost, goal: Goal, context: SearchContext, *, start: IntArray | None = None
) -> EndState:
    """
    Find the best end state of a goal.

    Parameters
    ----------
    start
        The assignment of another end state of the same guests, within the budget, to start from.

    Raises
    ------
    Defect
        If the independent check contradicts the solver.
    """
    if goal.fewest and start is None:
        alone = only_those_that_must(running, goal)
        found = _best(running, alone, context.with_share(ALONE_SHARE)) if alone != goal else None
        if found is not None and found.site_of is not None:
            if found.status is Status.OPTIMAL or context.left_s() <= 0:
                return found
            return _best(running, alone, context, start=found.site_of)
    return _best(running, goal, context, start=start)


def only_those_that_must(running: RunningHost, goal: Goal) -> Goal:
    """
    Give a goal that lets only guests on pnodes to be emptied move, each of which has to.

    Where that suffices no end state has fewer moves, and none with as few moves another guest: so the costs and bounds
    of the narrower goal are those of the wider one.
    """
    on = running.placement.pnode_of
    others = [name for name in on if not {*on[name]}.intersection(goal.empty) and name not in goal.stay]
    return replace(goal, stay=(*goal.stay, *others))


def _best(running: RunningHost, goal: Goal, context: SearchContext, *, start: IntArray | None = None) -> EndState:
    ends = end_problem(running, goal)
    context.log(f"end states: {len(ends.movers)} guests may move, {ends.problem.n} items on {ends.problem.m} sites")
    if not ends.problem.allowed.any(axis=1).all() or missing_kib(running, goal) or _others_stay(running, goal):
        return EndState(status=Status.INFEASIBLE)
    first = descend(ends if start is None else replace(ends, problem=replace(ends.problem, hint=start)), context)
    problem = ends.problem if first is None else replace(ends.problem, hint=first)
    solution = _solved(ends, problem, context)
    if solution.site_of is None:
        return EndState(status=solution.status)
    instance, placement = ends.decode(solution.site_of)
    kept = [t for t, tier in enumerate(ends.tiers) if not {COUNT, MEMORY}.intersection(tier)]
    bounds = tuple(solution.bounds[t] for t in kept) if solution.bounds else ()
    state = _state(instance, placement, bounds)
    if state.costs != tuple(solution.costs[t] for t in kept):
        raise Defect(f"the end state costs {state.costs}, the solver says {solution.costs}")
    proved = bool(solution.bounds) and solution.costs[:-1] == solution.bounds[:-1]
    return EndState(
        status=Status.OPTIMAL if proved else Status.FEASIBLE,  # the last tier, the memory that moves, only breaks ties
        instance=instance,
        placement=placement,
        state=state,
        site_of=solution.site_of,
    )


def _solved(ends: EndProblem, problem: Problem, context: SearchContext) -> Solution:
    """Solve for nearness and free cores first, with most of the time, and then for all that comes after them."""
    pairs = len(ends.movers) * len(ends.running.instance.host.pnodes)
    if pairs <= BRANCHED:
        return STRATEGIES["optimal"].run(problem, context)
    main = max((t for t, tier in enumerate(ends.tiers) if {"access_distance", "core_sharing"} & {*tier}), default=0) + 1
    few = best_of_few(ends, problem, main - 1, context)
    if few is not None and few.status is Status.OPTIMAL:
        return few
    from placer.assignment.cpsat import cpsat  # brings ortools along

    if context.workers is None and pairs > SMALL:
        context = replace(context, workers=WORKERS)
    if few is not None:
        return cpsat(problem, context, known=few)
    first = cpsat(replace(problem, tiers=problem.tiers[:main]), context.with_share(MAIN_SHARE))
    if first.site_of is None:
        return first
    costs = tuple(problem.evaluate(first.site_of[None, :])[0].tolist())
    bounds = (*first.bounds, *(0 for _ in problem.tiers[main:]))
    known = replace(first, status=Status.FEASIBLE, costs=costs, bounds=bounds)
    return cpsat(problem, context, known=known)


def _others_stay(running: RunningHost, goal: Goal) -> bool:
    """Whether a domain that never moves is on a pnode to be emptied."""
    return any(running.others_on(pnode) for pnode in goal.empty)


def missing_kib(running: RunningHost, goal: Goal) -> int:
    """Give the memory that guests to make room for need beyond what nobody has claimed of the host, in KiB."""
    host = running.instance.host
    free = host.unclaimed_kib - sum(guest.memory_kib for guest in running.instance.guests)
    needed = sum(guest.memory_kib + guest.overhead_kib for guest in goal.make_room)
    return max(0, needed - max(0, free))


def _state(instance: Instance, placement: Placement, bounds: tuple[int, ...] = ()) -> State:
    verdict = check(instance, placement)
    return State(terms=verdict.terms, costs=verdict.costs, bounds=bounds, mean_distance=mean_access_distance(verdict))
