"""The default: counts or sets where distances nest, enumeration where the instance is small, the CP-SAT model else."""

from __future__ import annotations

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.bounds.rank_one import totals_of
from placer.assignment.context import Budget
from placer.assignment.exact.branch_and_bound import STATE_LIMIT, enumerate_all
from placer.assignment.exact.count_dp import count
from placer.assignment.exact.home_count_dp import count_staying
from placer.assignment.exact.subset_dp import by_subsets
from placer.assignment.qap_portfolio import pair_levels, quadratic, search_on
from placer.assignment.root import open_search
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import Tables

ENUMERATED_ITEMS = 24
"""Items up to which enumeration is tried at all."""
DECIDED = 1.5
"""Where some items decide for others it is tried for so many times more: most of them have one site left then."""
CELLS = 256
"""Items times sites of a Problem that gets the whole state limit; larger ones get less, as a state costs more."""


FEW_SITES = 8
"""Sites up to which enumeration is as quick as counts."""
OPEN_CELLS = 128
"""Pairs of an item and a site it may use beyond which enumeration gives way to the totals of the sites."""
ROWS = 100_000
"""Rows of a CP-SAT model for the pairs of one group beyond which it proves nothing, and local search goes on."""
EQUAL_ITEMS, MANY_SITES = 8, 16
"""So many interchangeable items on more sites than that are left to CP-SAT, which only counts them on each site."""


def optimal(problem: Problem, budget: Budget) -> Solution:
    """Find and prove the best assignment; ortools is imported only where enumeration does not end."""
    counted = count(problem, budget) if problem.m > FEW_SITES else None
    counted = counted or count_staying(problem, budget) or by_subsets(problem, budget)
    if counted is not None:
        return counted
    if problem.entangled:
        return quadratic(problem, budget)
    found: IntArray | None = None
    most = ENUMERATED_ITEMS * (DECIDED if len(problem.deciders) else 1)
    if problem.n <= most and not _counted(problem) and not _in_totals(problem):
        states = STATE_LIMIT * CELLS // max(CELLS, problem.n * problem.m)
        solution = enumerate_all(problem, budget, state_limit=states)
        if solution.status in (Status.OPTIMAL, Status.INFEASIBLE) or budget.left_s() <= 0:
            return solution
        found = solution.site_of
    opening = open_search(problem, budget, found)
    if opening.status in (Status.OPTIMAL, Status.INFEASIBLE):
        return opening
    if opening.site_of is not None and _hopeless(problem):
        return search_on(problem, budget, opening)
    from placer.assignment.cpsat import cpsat

    return cpsat(problem, budget, opening=opening)


def _counted(problem: Problem) -> bool:
    if problem.m <= MANY_SITES:
        return False
    return max(map(len, item_classes(Tables(problem))), default=0) >= EQUAL_ITEMS


def _hopeless(problem: Problem) -> bool:
    return len(problem.groups) == 1 and not _counted(problem) and pair_levels(problem) * problem.m > ROWS


def _in_totals(problem: Problem) -> bool:
    tables = Tables(problem)
    large = int(problem.allowed.sum()) > OPEN_CELLS
    return large and any(totals_of(tables, t) is not None for t in {flow.tier for flow in tables.flows})
