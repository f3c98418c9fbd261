"""Quadratic assignments, where flows run between all items: more enumeration, more local search, less CP-SAT."""

from __future__ import annotations

import numpy as np

from placer.assignment import Flow, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.exact.branch_and_bound import branch_and_bound
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.method import Applies, GaveUp, Method, always, walk
from placer.assignment.root import solve_root
from placer.assignment.structure.term_index import TermIndex

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


def _enumerated(problem: Problem, context: SearchContext, _known: Solution | None) -> Solution | GaveUp:
    states = STATES // (problem.n * problem.m)
    solution = branch_and_bound(problem, context, state_limit=states)
    if solution.status in (Status.OPTIMAL, Status.INFEASIBLE) or context.left_s() <= 0:
        return solution
    return GaveUp(f"more than {states} partial placements", solution)


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


def tabu_from(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
    """Search on from an assignment; give up where there is none, which only CP-SAT may find."""
    if known is None or known.site_of is None:
        return GaveUp("there is no assignment to begin with")
    return search_on(problem, context, known)


def cpsat_from(problem: Problem, context: SearchContext, known: Solution | None) -> Solution:
    """Solve the CP-SAT model, beginning with what is known; ortools is imported here."""
    from placer.assignment.cpsat import cpsat

    return cpsat(problem, context, opening=known)


QAP_METHODS = (
    Method(
        name="qap_branch_and_bound",
        structure="few items with flows between groups",
        mathematics="layered branch and bound that skips what swaps of equal items and sites repeat",
        source="branch and bound: Land and Doig 1960; the bounds and the layers: own",
        applies=_enumeration_applies,
        run=_enumerated,
    ),
    Method(
        name="qap_root",
        structure="flows between groups; proved where a bound meets what local search finds",
        mathematics="tabu search, and the bound of Gilmore and Lawler",
        source="Gilmore 1962, Lawler 1963, Taillard 1991",
        applies=always("it needs no model, and its bounds may be the proof"),
        run=_root,
    ),
    Method(
        name="qap_tabu_search",
        structure="flows between groups, with too many pairs for a CP-SAT model",
        mathematics="tabu search over shifts and swaps, with a price on overload",
        source="Glover 1989, Taillard 1991",
        applies=_is_too_large_for_cpsat,
        run=tabu_from,
    ),
    Method(
        name="qap_cpsat",
        structure="flows between groups, with pairs that a CP-SAT model can hold",
        mathematics="constraint programming with learnt clauses and linear relaxations, tier after tier",
        source="OR-Tools CP-SAT (Perron, Didier and Gay 2023)",
        applies=always("nothing quicker proves it"),
        run=cpsat_from,
    ),
)


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
