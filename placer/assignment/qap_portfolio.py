"""
The portfolio for flows between groups: more branch and bound, more tabu search, less CP-SAT.

A Problem of one tier with such flows is a generalized quadratic assignment problem (Lee and Ma, research report,
University of Toronto, 2004; Cordeau, Gaudioso, Laporte and Moccia, INFORMS Journal on Computing 18, 2006).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from placer.assignment import Flow, Problem, Solution
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.context import SearchContext
from placer.assignment.exact.permutation_tree import search_permutations
from placer.assignment.heuristics.permutation_search import holds_one_item_a_site, permutation_search
from placer.assignment.method import Applies, GaveUp, Method, always, walk
from placer.assignment.qap_bounds import assignment_bound, permutation_bound, root_bound
from placer.assignment.root import solve_root
from placer.assignment.shared_methods import cpsat_model, tabu, tree_search
from placer.assignment.structure.term_index import TermIndex

# Chosen together; no measurement of each is recorded. What they lead to on the sets of Lee and Ma and of Cordeau et al.
# is in benchmarks/speed.md.
BRANCHED_ITEMS = 24
"""Items up to which branch and bound is run."""
STATES, BRANCHED_SHARE = 300_000_000, 0.5
"""
Limit of partial assignments times items times sites: one costs about as much as there are pairs; and its part of the
time left.
"""
PATIENCE = 20_000
"""Moves of tabu search without gain before CP-SAT starts."""
TREE_ITEMS, TREE_SHARE, MANY, SHARE_OF_MANY = 20, 0.7, 16, 0.3
"""
Items up to which the tree of permutations is searched, and the part of the time left that it may take; of many, less.

Chosen on QAPLIB: 12 items are proved in seconds, 20 in hours. The rest of the time is for bounds and the search.
"""
FIRST_MOVES, FIRST_SHARE = 20, 0.3
"""
Moves for each item without gain of the search over permutations that comes before all, and its part of the time.

Chosen on QAPLIB: it takes 0.05 s for 12 items, and 0.3 s for 30.
"""
MODEL = 5_000
"""
Booleans for pairs of items in a CP-SAT model; larger models proved nothing in minutes and cost memory.

Of Cordeau's instances the smallest needs 6,000. In a minute CP-SAT takes 0.6 to 1.1 GB there, and is left with gaps of
49 to 73 %, where the reformulation leaves 3 to 10 %.
"""


def solve_qap(problem: Problem, context: SearchContext) -> Solution:
    """Find the best assignment, and prove it where branch and bound or a CP-SAT model of moderate size can."""
    return walk(QAP_METHODS, problem, context)


def _branch_and_bound_applies(problem: Problem) -> Applies:
    if holds_one_item_a_site(problem):
        return Applies(False, "each site holds one item, for which there is a tree of its own")
    if problem.n > BRANCHED_ITEMS:
        return Applies(False, f"{BRANCHED_ITEMS} items at most are tried, it has {problem.n}")
    return Applies(True, f"its {problem.n} items are no more than {BRANCHED_ITEMS}")


def _states(problem: Problem) -> int:
    return STATES // (problem.n * problem.m)


def _permutation_applies(problem: Problem) -> Applies:
    if holds_one_item_a_site(problem):
        return Applies(True, "each site holds one item")
    return Applies(False, "it is no permutation: a site may hold several items, or not hold some")


def _first_permutation(problem: Problem, context: SearchContext, _known: Solution | None) -> Solution | GaveUp:
    """Search for a moment, so that there is a good assignment before anything else is tried."""
    bound = lower_bounds(TermIndex(problem))[0]
    found = _permuted(problem, context.with_share(FIRST_SHARE), None, patience=FIRST_MOVES * problem.n, bound=bound)
    return found if context.left_s() <= 0 else GaveUp(f"costs {found.costs}", found)


def _permutations(problem: Problem, context: SearchContext, known: Solution | None) -> Solution:
    """Search until the time is up."""
    bound = max(lower_bounds(TermIndex(problem))[0], *(known.bounds if known else ()))
    context.prove(problem, (bound,))
    patience = 10**12 if context.deterministic_limit is None else PATIENCE
    return _permuted(problem, context, known, patience=patience, bound=bound)


def _tree_applies(problem: Problem) -> Applies:
    if problem.n > TREE_ITEMS:
        return Applies(False, f"permutations of {TREE_ITEMS} items at most are tried, it has {problem.n}")
    return _permutation_applies(problem)


def _permutation_tree(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
    """Search the tree of permutations for a part of the time."""
    assert known is not None
    assert known.site_of is not None
    bound = root_bound(problem)
    context.prove(problem, (bound,))
    limit_s = (TREE_SHARE if problem.n <= MANY else SHARE_OF_MANY) * context.left_s()
    tree = search_permutations(problem, context, known.site_of, time_limit_s=limit_s, known_bound=bound)
    found = Solution(
        status=Solution.status_for((tree.cost,), (tree.bound,)),
        site_of=tree.site_of,
        costs=(tree.cost,),
        bounds=(tree.bound,),
        wall_time_s=context.elapsed_s(),
        attempts=f"branch and bound looked at {tree.nodes} partial placements, and local search",
    )
    if _ends(found, context):
        return found
    return GaveUp(f"{tree.nodes} partial permutations, bounds {found.bounds}", found)


def _permutation_bounds(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
    """Bound it as well as a part of the time allows."""
    assert known is not None
    return _bounded(problem, context, known, permutation_bound(problem, context, known.costs[0], known.bounds[0]))


def _bounded(problem: Problem, context: SearchContext, known: Solution, bound: int) -> Solution | GaveUp:
    """Give the known solution with one more bound; it goes on unless that is a proof, or the time is up."""
    bounds = (max(bound, *known.bounds),)
    status = Solution.status_for(known.costs, bounds) if known.costs else known.status
    found = replace(known, status=status, bounds=bounds, wall_time_s=context.elapsed_s())
    context.prove(problem, bounds)
    return found if _ends(found, context) else GaveUp(f"bounds {bounds}", found)


def _ends(found: Solution, context: SearchContext) -> bool:
    return found.status.proved or context.left_s() <= 0


def _permuted(
    problem: Problem, context: SearchContext, known: Solution | None, *, patience: int, bound: int
) -> Solution:
    start = None if known is None else known.site_of
    site_of = permutation_search(
        problem, context, time_limit_s=context.left_s(), start=start, patience=patience, bound=bound
    )
    costs = tuple(problem.evaluate(site_of[None, :])[0].tolist())
    return Solution(
        status=Solution.status_for(costs, (bound,)),
        site_of=site_of,
        costs=costs,
        bounds=(bound,),
        wall_time_s=context.elapsed_s(),
        attempts="local search",
    )


def _root(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
    found = solve_root(problem, context, None if known is None else known.site_of, patience=PATIENCE)
    return found if _ends(found, context) else GaveUp(f"costs {found.costs or None}, bounds {found.bounds}", found)


def _reformulation(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
    """Bound it by RLT for a part of the time."""
    assert known is not None
    cost = min(known.costs, default=math.inf)
    return _bounded(problem, context, known, assignment_bound(problem, context, cost))


def _is_too_large_for_cpsat(problem: Problem) -> Applies:
    levels = pair_levels(problem)
    return Applies(levels > MODEL, f"its pairs need {levels} Booleans of a CP-SAT model, of at most {MODEL}")


QAP_METHODS = (
    Method(
        name="qap_first_permutation",
        structure="one item a site; for a start",
        mathematics="robust tabu search of many chains, for a moment",
        source="Taillard 1991",
        applies=_permutation_applies,
        run=_first_permutation,
    ),
    tree_search(
        "qap_branch_and_bound",
        "few items with flows between groups",
        _branch_and_bound_applies,
        _states,
        share=BRANCHED_SHARE,
    ),
    Method(
        name="qap_permutation_tree",
        structure="few items, one a site",
        mathematics="branch and bound by the Gilmore-Lawler bound, as an assignment problem at each node",
        source="Gilmore 1962, Lawler 1963; its dual: Bertsekas 1988",
        applies=_tree_applies,
        run=_permutation_tree,
    ),
    Method(
        name="qap_permutation_bounds",
        structure="one item a site, more of them than branch and bound proves",
        mathematics="bounds by eigenvalues, and by the first level of RLT",
        source="Hadley, Rendl and Wolkowicz 1992, Adams and Johnson 1994; their multipliers: own",
        applies=_permutation_applies,
        run=_permutation_bounds,
    ),
    Method(
        name="qap_permutations",
        structure="one item a site, more of them than branch and bound proves",
        mathematics="robust tabu search of many chains with restarts",
        source="Taillard 1991",
        applies=_permutation_applies,
        run=_permutations,
    ),
    Method(
        name="qap_root",
        structure="flows between groups; proved if a bound meets the costs of tabu search",
        mathematics="tabu search, and the Gilmore-Lawler bound",
        source="Gilmore 1962, Lawler 1963, Taillard 1991",
        applies=always("it needs no model, and its bounds may be a proof"),
        run=_root,
    ),
    Method(
        name="qap_reformulation",
        structure="flows between groups",
        mathematics="a bound by multipliers of the first level of RLT",
        source="Hahn et al. 2008, Pessoa et al. 2010; the multipliers: own",
        applies=always("it takes no more than a part of the time"),
        run=_reformulation,
    ),
    tabu(
        "qap_tabu_search",
        "flows between groups, with too many pairs for a CP-SAT model",
        _is_too_large_for_cpsat,
    ),
    cpsat_model("qap_cpsat", "flows between groups, with pairs that a CP-SAT model can hold"),
)


def pair_levels(problem: Problem) -> int:
    """Bound the Booleans for pairs of items in a CP-SAT model: one for each level of cost of each pair with a flow."""
    flows = [term for terms in problem.tiers for term in terms if isinstance(term, Flow)]
    return sum(
        int(np.count_nonzero(np.triu(flow.flow + flow.flow.T, 1))) * len(np.unique(flow.distance + flow.distance.T))
        for flow in flows
    )
