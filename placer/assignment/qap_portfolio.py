"""Quadratic assignments, where flows run between all items: more enumeration, more local search, less CP-SAT."""

from __future__ import annotations

import numpy as np

from placer.assignment import Flow, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.method import Applies, GaveUp, Method, always, walk
from placer.assignment.root import solve_root
from placer.assignment.shared_methods import cpsat_model, enumeration, tabu

# No measurement of these is recorded; they came in together with the search for quadratic assignments.
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
    return walk(QAP_METHODS, problem, context)


def _enumeration_applies(problem: Problem) -> Applies:
    if problem.n > ENUMERATED_ITEMS:
        return Applies(False, f"{ENUMERATED_ITEMS} items at most, has {problem.n}")
    return Applies(True, f"its {problem.n} items are no more than {ENUMERATED_ITEMS}")


def _states(problem: Problem) -> int:
    return STATES // (problem.n * problem.m)


def _root(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
    opening = solve_root(problem, context, None if known is None else known.site_of, patience=PATIENCE)
    if opening.status is Status.OPTIMAL or context.left_s() <= 0:
        return opening
    return GaveUp(f"costs {opening.costs or None}, bounds {opening.bounds}", opening)


def _is_too_large_for_cpsat(problem: Problem) -> Applies:
    levels = pair_levels(problem)
    return Applies(
        levels > MODEL, f"its pairs need {levels} Booleans of a CP-SAT model, for which {MODEL} are the most"
    )


QAP_METHODS = (
    enumeration("qap_branch_and_bound", "few items with flows between groups", _enumeration_applies, _states),
    Method(
        name="qap_root",
        structure="flows between groups; proved where a bound meets what local search finds",
        mathematics="tabu search, and the bound of Gilmore and Lawler",
        source="Gilmore 1962, Lawler 1963, Taillard 1991",
        applies=always("it needs no model, and its bounds may be the proof"),
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
    """Bound the Booleans that pairs of items need, one for each level of what a pair may cost."""
    flows = [term for terms in problem.tiers for term in terms if isinstance(term, Flow)]
    return sum(
        int(np.count_nonzero(np.triu(flow.flow + flow.flow.T, 1))) * len(np.unique(flow.distance + flow.distance.T))
        for flow in flows
    )
