"""Quadratic assignments, where flows run between all items: more enumeration, more local search, less CP-SAT."""

from __future__ import annotations

import numpy as np

from placer.assignment import Flow, IntArray, Problem, Solution, Status
from placer.assignment.context import Budget
from placer.assignment.exact.branch_and_bound import enumerate_all
from placer.assignment.heuristics.tabu_search import improve
from placer.assignment.root import open_search
from placer.assignment.structure.term_index import Tables

ENUMERATED_ITEMS = 24
"""Items up to which enumeration is tried at all."""
STATES = 300_000_000
"""Partial assignments times items times sites that it looks at."""
PATIENCE = 20_000
"""Moves of local search without gain before CP-SAT starts."""
MODEL = 20_000
"""Booleans that CP-SAT's model may have for its pairs; larger ones prove nothing in minutes and cost memory."""


def quadratic(problem: Problem, budget: Budget) -> Solution:
    """Find the best assignment, and prove it where enumeration or a CP-SAT model of moderate size can."""
    found: IntArray | None = None
    if problem.n <= ENUMERATED_ITEMS:
        solution = enumerate_all(problem, budget, state_limit=STATES // (problem.n * problem.m))
        if solution.status in (Status.OPTIMAL, Status.INFEASIBLE) or budget.left_s() <= 0:
            return solution
        found = solution.site_of
    opening = open_search(problem, budget, found, patience=PATIENCE)
    if opening.status is Status.OPTIMAL or budget.left_s() <= 0:
        return opening
    if opening.site_of is None or pair_levels(problem) <= MODEL:
        from placer.assignment.cpsat import cpsat

        return cpsat(problem, budget, opening=opening)
    return search_on(problem, budget, opening)


def pair_levels(problem: Problem) -> int:
    """Bound the Booleans that pairs of items need, one for each level of what a pair may cost."""
    flows = [term for terms in problem.tiers for term in terms if isinstance(term, Flow)]
    return sum(
        int(np.count_nonzero(np.triu(flow.flow + flow.flow.T, 1))) * len(np.unique(flow.distance + flow.distance.T))
        for flow in flows
    )


def search_on(problem: Problem, budget: Budget, opening: Solution) -> Solution:
    """Search locally from the opening's assignment until time is up, or with a deterministic limit for some moves."""
    tables, patience = Tables(problem), 10**9 if budget.deterministic_limit is None else PATIENCE
    found = improve(
        tables, budget, time_limit_s=budget.left_s(), start=opening.site_of, floor=opening.bounds, patience=patience
    )
    site_of = opening.site_of if found is None else found
    assert site_of is not None
    costs = tuple(problem.price(site_of[None, :])[0].tolist())
    return Solution(
        status=Solution.of(costs, opening.bounds),
        site_of=site_of,
        costs=costs,
        bounds=opening.bounds,
        wall_time_s=budget.elapsed_s(),
        tried="local search",
    )
