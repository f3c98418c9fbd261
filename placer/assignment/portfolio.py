"""The default: counts or sets where distances nest, enumeration where the instance is small, the CP-SAT model else."""

from __future__ import annotations

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.bounds.rank_one import rank_one_form
from placer.assignment.context import SearchContext
from placer.assignment.decomposition import solve_by_parts
from placer.assignment.exact.branch_and_bound import STATE_LIMIT, branch_and_bound
from placer.assignment.exact.count_dp import solve_by_counts
from placer.assignment.exact.home_count_dp import solve_by_home_counts
from placer.assignment.exact.subset_dp import solve_by_subsets
from placer.assignment.qap_portfolio import pair_levels, search_on, solve_qap
from placer.assignment.root import solve_root
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import TermIndex

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


def optimal(problem: Problem, context: SearchContext) -> Solution:
    """Find and prove the best assignment; ortools is imported only where enumeration does not end."""
    counted = solve_by_parts(problem, context, optimal)
    if counted is None and problem.m > FEW_SITES:
        counted = solve_by_counts(problem, context)
    counted = counted or solve_by_home_counts(problem, context) or solve_by_subsets(problem, context)
    if counted is not None:
        return counted
    if problem.has_intergroup_flow:
        return solve_qap(problem, context)
    found: IntArray | None = None
    most = ENUMERATED_ITEMS * (DECIDED if len(problem.selectors) else 1)
    if problem.n <= most and not _counted(problem) and not _in_totals(problem):
        states = STATE_LIMIT * CELLS // max(CELLS, problem.n * problem.m)
        solution = branch_and_bound(problem, context, state_limit=states)
        if solution.status in (Status.OPTIMAL, Status.INFEASIBLE) or context.left_s() <= 0:
            return solution
        found = solution.site_of
    opening = solve_root(problem, context, found)
    if opening.status in (Status.OPTIMAL, Status.INFEASIBLE):
        return opening
    if opening.site_of is not None and _is_too_large_for_cpsat(problem):
        return search_on(problem, context, opening)
    from placer.assignment.cpsat import cpsat

    return cpsat(problem, context, opening=opening)


def _counted(problem: Problem) -> bool:
    if problem.m <= MANY_SITES:
        return False
    return max(map(len, item_classes(TermIndex(problem))), default=0) >= EQUAL_ITEMS


def _is_too_large_for_cpsat(problem: Problem) -> bool:
    return len(problem.groups) == 1 and not _counted(problem) and pair_levels(problem) * problem.m > ROWS


def _in_totals(problem: Problem) -> bool:
    index = TermIndex(problem)
    large = int(problem.allowed.sum()) > OPEN_CELLS
    return large and any(rank_one_form(index, t) is not None for t in {flow.tier for flow in index.flows})
