"""
The default portfolio: exact methods for special structure first, the CP-SAT model last.

What no capacity takes, all assignments at once where they are few, independent parts, dynamic programs over counts or
subsets where distances nest, branch and bound for few items, the root node's bounds, then CP-SAT.
"""

from __future__ import annotations

from functools import partial

from placer.assignment import Problem, Solution, Status
from placer.assignment.bounds.capacity import overfull
from placer.assignment.bounds.levels import levels_apply
from placer.assignment.bounds.rank_one import rank_one_form
from placer.assignment.context import SearchContext
from placer.assignment.decomposition import parts_apply, solve_by_parts
from placer.assignment.exact.branch_and_bound import STATE_LIMIT
from placer.assignment.exact.count_dp import counts_apply, solve_by_counts
from placer.assignment.exact.enumeration import enumeration_applies, solve_by_enumeration
from placer.assignment.exact.home_count_dp import homes_apply, solve_by_home_counts
from placer.assignment.exact.subset_dp import solve_by_subsets, subsets_apply
from placer.assignment.heuristics.first_fit import first_fit_decreasing
from placer.assignment.in_time import in_time
from placer.assignment.method import Applies, GaveUp, Method, always, walk
from placer.assignment.qap_portfolio import pair_levels, solve_qap
from placer.assignment.root import solve_root
from placer.assignment.shared_methods import annealing, cpsat_model, tabu, tree_search
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import TermIndex

# Chosen by trial on the rows of benchmarks/speed; no measurement of each is recorded.
BRANCHED_ITEMS = 24
"""Items up to which branch and bound is run."""
FLOW_ITEMS = 12
"""
The same for a lone group with flows of its own, which the root bounds by levels and by sets of items on sites.

Measured on 10 to 16 items on 8 and 16 sites: branch and bound proves none of 24 in a second, sets on sites prove 6.
"""
SELECTOR_FACTOR = 1.5
"""Factor of that limit if there are selectors: once these are placed, most of the other items have one site left."""
SELECTOR_STATES = 10
"""Divisor of the state limit if there are selectors: CP-SAT has the assignments of their groups, and proves sooner."""
CELLS = 256
"""Items times sites up to which a Problem gets the whole state limit; larger ones get less, as a state costs more."""
FEW_SITES = 8
"""Sites up to which branch and bound is as fast as the dynamic program over counts."""
OPEN_CELLS = 128
"""Allowed pairs of an item and a site beyond which a flow of rank one is left to the bound by boxes."""
ROWS = 100_000
"""Rows for the pairs of one group beyond which a CP-SAT model proves nothing in minutes, and tabu search goes on."""
MOST_ROWS = 250_000
"""
The same for any number of groups, all allowed pairs of an item and a site counted too: for the memory.

Measured: 356,000 rows for 400 vnodes of 121 guests on 64 pnodes take 12 s to encode, and 1.1 GB to solve.
"""
EQUAL_ITEMS, MANY_SITES = 8, 16
"""So many interchangeable items, on more sites than that, are left to CP-SAT, which encodes their counts only."""

QUICK_CELLS = 8192
"""
Allowed pairs of an item and a site beyond which first fit comes before all, for an answer should time be short.

Measured: 0.05 s for 1,857 items on 128 sites, where a greedy assignment takes 5 s; smaller Problems have one at once.
"""


def optimal(problem: Problem, context: SearchContext) -> Solution:
    """Find the best assignment and prove it, if time allows; ortools is imported only if no other method answers."""
    if int(problem.allowed.sum()) > QUICK_CELLS:
        quick = first_fit_decreasing(problem, context)
        if quick.site_of is not None:
            context.keep(problem, quick.site_of)
            context.tell("first fit", costs=quick.costs)
    return walk(METHODS, problem, context)


def _by_parts(problem: Problem, context: SearchContext, _known: Solution | None) -> Solution | GaveUp:
    return solve_by_parts(problem, context, partial(in_time, optimal)) or GaveUp("all its items form one component")


def _root(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
    found = solve_root(problem, context, None if known is None else known.site_of)
    if found.status.proved:
        return found
    return GaveUp(f"costs {found.costs or None}, bounds {found.bounds}", found)


def _capacity_applies(problem: Problem) -> Applies:
    why = overfull(problem)
    return Applies(bool(why), why or "every item fits some site, and sums do not exceed the room")


def _counts_apply(problem: Problem) -> Applies:
    if problem.m <= FEW_SITES:
        return Applies(False, f"it pays from more than {FEW_SITES} sites, this has {problem.m}")
    return counts_apply(problem)


def _qap_applies(problem: Problem) -> Applies:
    if problem.has_intergroup_flow:
        return Applies(True, "flows run between its groups")
    return Applies(False, "no flow runs between its groups")


def _branch_and_bound_applies(problem: Problem) -> Applies:
    most = int(BRANCHED_ITEMS * (SELECTOR_FACTOR if len(problem.selectors) else 1))
    if problem.n > most:
        return Applies(False, f"{most} items at most are tried, it has {problem.n}")
    equal = _equal_items(problem)
    if equal >= EQUAL_ITEMS:
        return Applies(False, f"{equal} equal items on {problem.m} sites, of which CP-SAT encodes the counts only")
    if _has_large_rank_one_flow(problem):
        return Applies(False, f"a flow has rank one, with more than {OPEN_CELLS} allowed pairs of an item and a site")
    if problem.n > FLOW_ITEMS and len(problem.groups) == 1 and _has_flow_with_levels(problem):
        return Applies(False, "the root has a better bound of its flow, by levels of distances")
    return Applies(True, f"its {problem.n} items are no more than {most}")


def _has_flow_with_levels(problem: Problem) -> bool:
    index = TermIndex(problem)
    tiers = {flow.tier for flow in index.flows}
    return any(levels_apply(index, t) and rank_one_form(index, t) is None for t in tiers)


def _equal_items(problem: Problem) -> int:
    """Count the largest class of interchangeable items if the sites are many; 0 if they are few."""
    return 0 if problem.m <= MANY_SITES else max(map(len, item_classes(TermIndex(problem))), default=0)


def _is_too_large_for_cpsat(problem: Problem) -> Applies:
    equal = _equal_items(problem)
    if equal >= EQUAL_ITEMS:
        return Applies(False, f"{equal} equal items on {problem.m} sites, of which CP-SAT encodes the counts only")
    rows = pair_levels(problem) * problem.m
    if len(problem.groups) != 1:
        rows += int(problem.allowed.sum())
        return Applies(rows > MOST_ROWS, f"it needs {rows} rows of a CP-SAT model, of at most {MOST_ROWS}")
    return Applies(rows > ROWS, f"its pairs need {rows} rows of a CP-SAT model, of at most {ROWS}")


def _has_large_rank_one_flow(problem: Problem) -> bool:
    index = TermIndex(problem)
    large = int(problem.allowed.sum()) > OPEN_CELLS
    return large and any(rank_one_form(index, t) is not None for t in {flow.tier for flow in index.flows})


def branch_and_bound_within(states: int) -> Method:
    """
    Make the method that runs branch and bound on few items of any kind.

    Parameters
    ----------
    states
        Partial assignments at most; fewer for more than :data:`CELLS` items times sites.
    """
    return tree_search(
        "branch_and_bound",
        "few items of any kind, on any sites",
        _branch_and_bound_applies,
        lambda problem: (
            states * CELLS // max(CELLS, problem.n * problem.m) // (SELECTOR_STATES if len(problem.selectors) else 1)
        ),
    )


METHODS = (
    Method(
        name="capacity",
        structure="an item, a group, or all items that no capacity takes",
        mathematics="sums, and sorted weights against sorted capacities for items that keep apart",
        source="own",
        applies=_capacity_applies,
        run=lambda _problem, context, _known: Solution(status=Status.INFEASIBLE, wall_time_s=context.elapsed_s()),
    ),
    Method(
        name="enumeration",
        structure="so few items that all assignments are few",
        mathematics="every assignment evaluated, in arrays",
        source="own",
        applies=enumeration_applies,
        run=lambda problem, context, _known: solve_by_enumeration(problem, context),
    ),
    Method(
        name="decomposition",
        structure="items that fall apart into components: cpupools, pinned halves of a host",
        mathematics="connected components; lexicographic optima of independent parts add up",
        source="own",
        applies=parts_apply,
        run=_by_parts,
    ),
    Method(
        name="count_dp",
        structure="items that are all alike, on sites whose distances nest",
        mathematics="dynamic program over the cluster tree: the least cost of k items in each cluster",
        source="the tree: Boecker and Dress 1998; dynamic programming: Bellman 1957; its use: own",
        applies=_counts_apply,
        run=lambda problem, context, _known: solve_by_counts(problem, context),
    ),
    Method(
        name="home_count_dp",
        structure="the same, but for a home of each item, a site that costs a price to leave",
        mathematics="the same, with the items that leave a site as a convex price of its load",
        source="own",
        applies=homes_apply,
        run=lambda problem, context, _known: solve_by_home_counts(problem, context),
    ),
    Method(
        name="subset_dp",
        structure="few items of any kind, on sites whose distances nest",
        mathematics="min-plus subset convolution at each cluster, O(3^n)",
        source="Held and Karp 1962, Bjorklund et al. 2007; on the cluster tree: own",
        applies=subsets_apply,
        run=lambda problem, context, _known: solve_by_subsets(problem, context),
    ),
    Method(
        name="qap_portfolio",
        structure="flows between the groups",
        mathematics="a portfolio of its own for generalized quadratic assignments",
        source="the problem: Lee and Ma 2004, Cordeau et al. 2006",
        applies=_qap_applies,
        run=lambda problem, context, _known: solve_qap(problem, context),
    ),
    branch_and_bound_within(STATE_LIMIT),
    Method(
        name="root",
        structure="any; proved if the bounds meet the costs of tabu search",
        mathematics="tabu search, groups alone, the Gilmore-Lawler bound, levels of nested distances and sets on sites "
        "by column generation, boxes over the totals of flows of rank one",
        source="Glover 1989, Gilmore 1962, Lawler 1963, Johnson et al. 1993; groups alone, levels and boxes: own",
        applies=always("it needs no model, and its bounds are often a proof"),
        run=_root,
    ),
    annealing("annealing", "a lone group with traffic of its own, on many sites"),
    tabu("tabu_search", "too many pairs for a CP-SAT model, above all of one group", _is_too_large_for_cpsat),
    cpsat_model("cpsat", "any"),
)
"""The methods in the order in which they are tried."""
