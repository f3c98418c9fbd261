"""Quadratic assignments, where flows run between all items: more enumeration, more local search, less CP-SAT."""

from __future__ import annotations

import numpy as np

from placer.assignment import Flow, IntArray, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.exact.branch_and_bound import branch_and_bound
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.root import solve_root
from placer.assignment.structure.term_index import TermIndex

ENUMERATED_ITEMS = 24
"""Items up to which enumeration is tried at all."""
STATES = 300_000_000
"""Partial assignments times items times sites that it looks at."""
PATIENCE = 20_000
"""Moves of local search without gain before CP-SAT starts."""
MODEL = 20_000
"""Booleans that CP-SAT's model may have for its pairs; larger ones prove nothing in minutes and cost memory."""


def solve_qap(problem: Problem, context: SearchContext) -> Solution:
    """Find the best assignment, and prove it where enumeration or a CP-SAT model of moderate size can."""
    found: IntArray | None = None
    if problem.n <= ENUMERATED_ITEMS:
        solution = branch_and_bound(problem, context, state_limit=STATES // (problem.n * problem.m))
        if solution.status in (Status.OPTIMAL, Status.INFEASIBLE) or context.left_s() <= 0:
            return solution
        found = solution.site_of
    opening = solve_root(problem, context, found, patience=PATIENCE)
    if opening.status is Status.OPTIMAL or context.left_s() <= 0:
        return opening
    if opening.site_of is None or pair_levels(problem) <= MODEL:
        from placer.assignment.cpsat import cpsat

        return cpsat(problem, context, opening=opening)
    return search_on(problem, context, opening)


def pair_levels(problem: Problem) -> int:
    """Bound the Booleans that pairs of items need, one for each level of what a pair may cost."""
    flows = [term for terms in problem.tiers for term in terms if isinstance(term, Flow)]
    return sum(
        int(np.count_nonzero(np.triu(flow.flow + flow.flow.T, 1))) * len(np.unique(flow.distance + flow.distance.T))
        for flow in flows
    )


def search_on(problem: Problem, context: SearchContext, opening: Solution) -> Solution:
    """Search locally from the opening's assignment until time is up, or with a deterministic limit for some moves."""
    index, patience = TermIndex(problem), 10**9 if context.deterministic_limit is None else PATIENCE
    found = tabu_search(
        index, context, time_limit_s=context.left_s(), start=opening.site_of, floor=opening.bounds, patience=patience
    )
    site_of = opening.site_of if found is None else found
    assert site_of is not None
    costs = tuple(problem.evaluate(site_of[None, :])[0].tolist())
    return Solution(
        status=Solution.status_for(costs, opening.bounds),
        site_of=site_of,
        costs=costs,
        bounds=opening.bounds,
        wall_time_s=context.elapsed_s(),
        attempts="local search",
    )
