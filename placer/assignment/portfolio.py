"""The default: counts or sets where distances nest, enumeration where the instance is small, the CP-SAT model else."""

from __future__ import annotations

from placer.assignment import Problem, Solution
from placer.assignment.bounds.rank_one import rank_one_form
from placer.assignment.context import SearchContext
from placer.assignment.decomposition import may_fall_apart, solve_by_parts
from placer.assignment.exact.branch_and_bound import STATE_LIMIT
from placer.assignment.exact.count_dp import counts_apply, solve_by_counts
from placer.assignment.exact.home_count_dp import homes_apply, solve_by_home_counts
from placer.assignment.exact.subset_dp import solve_by_subsets, subsets_apply
from placer.assignment.method import Applies, GaveUp, Method, always, walk
from placer.assignment.qap_portfolio import pair_levels, solve_qap
from placer.assignment.root import solve_root
from placer.assignment.shared_methods import PROVED, cpsat_model, enumeration, tabu
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import TermIndex

# No measurement of these is recorded unless one is named: they were chosen by trial on the rows of benchmarks/speed.
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
    """Find and prove the best assignment; ortools is imported only where nothing before it answers."""
    return walk(METHODS, problem, context)


def _by_parts(problem: Problem, context: SearchContext, _known: Solution | None) -> Solution | GaveUp:
    return solve_by_parts(problem, context, optimal) or GaveUp("all its items hang together")


def _root(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
    opening = solve_root(problem, context, None if known is None else known.site_of)
    if opening.status in PROVED:
        return opening
    return GaveUp(f"costs {opening.costs or None}, bounds {opening.bounds}", opening)


def _counts_apply(problem: Problem) -> Applies:
    if problem.m <= FEW_SITES:
        return Applies(False, f"more than {FEW_SITES} sites, has {problem.m}")
    return counts_apply(problem)


def _qap_applies(problem: Problem) -> Applies:
    if problem.has_intergroup_flow:
        return Applies(True, "flows run between its groups")
    return Applies(False, "no flow runs between its groups")


def _enumeration_applies(problem: Problem) -> Applies:
    most = int(ENUMERATED_ITEMS * (DECIDED if len(problem.selectors) else 1))
    if problem.n > most:
        return Applies(False, f"{most} items at most, has {problem.n}")
    equal = _equal_items(problem)
    if equal >= EQUAL_ITEMS:
        return Applies(False, f"{equal} equal items on {problem.m} sites, which CP-SAT only counts")
    if _in_totals(problem):
        return Applies(False, f"its flows follow from the totals of the sites, with more than {OPEN_CELLS} open cells")
    return Applies(True, f"its {problem.n} items are no more than {most}")


def _equal_items(problem: Problem) -> int:
    """Count the largest class of interchangeable items where the sites are many; 0 where they are few."""
    return 0 if problem.m <= MANY_SITES else max(map(len, item_classes(TermIndex(problem))), default=0)


def _is_too_large_for_cpsat(problem: Problem) -> Applies:
    if len(problem.groups) != 1:
        return Applies(False, f"one group, has {len(problem.groups)}")
    equal = _equal_items(problem)
    if equal >= EQUAL_ITEMS:
        return Applies(False, f"{equal} equal items on {problem.m} sites, which CP-SAT only counts")
    rows = pair_levels(problem) * problem.m
    return Applies(rows > ROWS, f"its pairs need {rows} rows of a CP-SAT model, for which {ROWS} are the most")


def _in_totals(problem: Problem) -> bool:
    index = TermIndex(problem)
    large = int(problem.allowed.sum()) > OPEN_CELLS
    return large and any(rank_one_form(index, t) is not None for t in {flow.tier for flow in index.flows})


def branch_and_bound_within(states: int) -> Method:
    """Enumerate few items of any kind, up to so many partial assignments, fewer where each costs more."""
    return enumeration(
        "branch_and_bound",
        "few items of any kind, on any sites",
        _enumeration_applies,
        lambda problem: states * CELLS // max(CELLS, problem.n * problem.m),
    )


METHODS = (
    Method(
        name="decomposition",
        structure="items that fall apart into components: cpupools, pinned halves of a host",
        mathematics="connected components; lexicographic optima of independent parts add up",
        source="own",
        applies=may_fall_apart,
        run=_by_parts,
    ),
    Method(
        name="count_dp",
        structure="items that are all alike, on sites whose distances nest",
        mathematics="dynamic program over the cluster tree, with the price of k items in each cluster",
        source="the tree: Boecker and Dress 1998; the program: own",
        applies=_counts_apply,
        run=lambda problem, context, _known: solve_by_counts(problem, context),
    ),
    Method(
        name="home_count_dp",
        structure="the same, where each item has a site it would rather stay on",
        mathematics="the same, with those who leave a site as a convex load of it",
        source="own",
        applies=homes_apply,
        run=lambda problem, context, _known: solve_by_home_counts(problem, context),
    ),
    Method(
        name="subset_dp",
        structure="few items of any kind, on sites whose distances nest",
        mathematics="min-plus subset convolution at each cluster, O(3^n)",
        source="dynamic programs over subsets: Held and Karp 1962; on the cluster tree: own",
        applies=subsets_apply,
        run=lambda problem, context, _known: solve_by_subsets(problem, context),
    ),
    Method(
        name="qap_portfolio",
        structure="flows between the groups",
        mathematics="a portfolio of its own for generalized quadratic assignments",
        source="the problem: Lee and Ma 2004",
        applies=_qap_applies,
        run=lambda problem, context, _known: solve_qap(problem, context),
    ),
    branch_and_bound_within(STATE_LIMIT),
    Method(
        name="root",
        structure="any; proved where a bound meets what local search finds",
        mathematics="tabu search, the bound of Gilmore and Lawler, and boxes over the totals of the sites",
        source="Gilmore 1962, Lawler 1963, Glover 1989; the boxes: own",
        applies=always("it needs no model, and its bounds are often the proof"),
        run=_root,
    ),
    tabu("tabu_search", "one group with too many pairs for a CP-SAT model", _is_too_large_for_cpsat),
    cpsat_model("cpsat", "any"),
)
"""The methods in the order in which they are tried."""
