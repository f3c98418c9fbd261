"""Methods that the portfolio and that of quadratic assignments both hold, each under limits of its own."""

from __future__ import annotations

from collections.abc import Callable

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.exact.branch_and_bound import branch_and_bound
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.method import Applies, GaveUp, Method, always
from placer.assignment.structure.term_index import TermIndex

PROVED = (Status.OPTIMAL, Status.INFEASIBLE)
PATIENCE = 20_000
"""Moves without gain after which tabu search ends where a deterministic limit is to be kept; by trial."""


def enumeration(
    name: str, structure: str, applies: Callable[[Problem], Applies], states: Callable[[Problem], int]
) -> Method:
    """
    Enumerate by branch and bound.

    Parameters
    ----------
    states
        Partial assignments after which it gives up, for a Problem.
    """

    def run(problem: Problem, context: SearchContext, _known: Solution | None) -> Solution | GaveUp:
        limit = states(problem)
        solution = branch_and_bound(problem, context, state_limit=limit)
        if solution.status in PROVED or context.left_s() <= 0:
            return solution
        return GaveUp(f"more than {limit} partial placements", solution)

    return Method(
        name=name,
        structure=structure,
        mathematics="layered branch and bound that skips what swaps of equal items and sites repeat",
        source="branch and bound: Land and Doig 1960; the bounds and the layers: own",
        applies=applies,
        run=run,
    )


def tabu(name: str, structure: str, applies: Callable[[Problem], Applies]) -> Method:
    """Search on from what is known until time is up; give up where that is nothing, which only CP-SAT may mend."""

    def run(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
        if known is None or known.site_of is None:
            return GaveUp("there is no assignment to begin with")
        return _searched_on(problem, context, known.site_of, known.bounds)

    return Method(
        name=name,
        structure=structure,
        mathematics="tabu search over shifts and swaps, with a price on overload",
        source="Glover 1989, Taillard 1991",
        applies=applies,
        run=run,
    )


def cpsat_model(name: str, structure: str) -> Method:
    """Solve the CP-SAT model, beginning with what is known; it takes every Problem, and ortools is imported here."""

    def run(problem: Problem, context: SearchContext, known: Solution | None) -> Solution:
        from placer.assignment.cpsat import cpsat

        return cpsat(problem, context, opening=known)

    return Method(
        name=name,
        structure=structure,
        mathematics="constraint programming with learnt clauses and linear relaxations, tier after tier",
        source="OR-Tools CP-SAT (Perron, Didier and Gay 2023)",
        applies=always("nothing quicker proves it"),
        run=run,
    )


def _searched_on(problem: Problem, context: SearchContext, start: IntArray, bounds: tuple[int, ...]) -> Solution:
    """Search from an assignment until time is up, or with a deterministic limit for some moves."""
    patience = 10**9 if context.deterministic_limit is None else PATIENCE
    index = TermIndex(problem)
    found = tabu_search(index, context, time_limit_s=context.left_s(), start=start, bounds=bounds, patience=patience)
    site_of = start if found is None else found
    costs = tuple(problem.evaluate(site_of[None, :])[0].tolist())
    return Solution(
        status=Solution.status_for(costs, bounds),
        site_of=site_of,
        costs=costs,
        bounds=bounds,
        wall_time_s=context.elapsed_s(),
        attempts="local search",
    )
