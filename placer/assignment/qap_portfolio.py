"""
The portfolio for flows between groups: more branch and bound, more tabu search, less CP-SAT.

A Problem of one tier with such flows is a generalized quadratic assignment problem (Lee and Ma, research report,
University of Toronto, 2004; Cordeau, Gaudioso, Laporte and Moccia, INFORMS Journal on Computing 18, 2006).
"""

from __future__ import annotations

import numpy as np

from placer.assignment import Flow, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.method import Applies, GaveUp, Method, always, walk
from placer.assignment.root import solve_root
from placer.assignment.shared_methods import cpsat_model, tabu, tree_search

# Chosen together; no measurement of each is recorded. What they lead to on the sets of Lee and Ma and of Cordeau et al.
# is in benchmarks/speed.md.
BRANCHED_ITEMS = 24
"""Items up to which branch and bound is run."""
STATES = 300_000_000
"""Limit of partial assignments times items times sites: one costs about as much as there are pairs."""
PATIENCE = 20_000
"""Moves of tabu search without gain before CP-SAT starts."""
MODEL = 20_000
"""Booleans for pairs of items in a CP-SAT model; larger models proved nothing in minutes and cost memory."""


def solve_qap(problem: Problem, context: SearchContext) -> Solution:
    """Find the best assignment, and prove it where branch and bound or a CP-SAT model of moderate size can."""
    return walk(QAP_METHODS, problem, context)


def _branch_and_bound_applies(problem: Problem) -> Applies:
    if problem.n > BRANCHED_ITEMS:
        return Applies(False, f"{BRANCHED_ITEMS} items at most are tried, it has {problem.n}")
    return Applies(True, f"its {problem.n} items are no more than {BRANCHED_ITEMS}")


def _states(problem: Problem) -> int:
    return STATES // (problem.n * problem.m)


def _root(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
    found = solve_root(problem, context, None if known is None else known.site_of, patience=PATIENCE)
    if found.status is Status.OPTIMAL or context.left_s() <= 0:
        return found
    return GaveUp(f"costs {found.costs or None}, bounds {found.bounds}", found)


def _is_too_large_for_cpsat(problem: Problem) -> Applies:
    levels = pair_levels(problem)
    return Applies(levels > MODEL, f"its pairs need {levels} Booleans of a CP-SAT model, of at most {MODEL}")


QAP_METHODS = (
    tree_search("qap_branch_and_bound", "few items with flows between groups", _branch_and_bound_applies, _states),
    Method(
        name="qap_root",
        structure="flows between groups; proved if a bound meets the costs of tabu search",
        mathematics="tabu search, and the Gilmore-Lawler bound",
        source="Gilmore 1962, Lawler 1963, Taillard 1991",
        applies=always("it needs no model, and its bounds may be a proof"),
        run=_root,
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
