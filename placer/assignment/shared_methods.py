"""Methods that both portfolios have, each with its own limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.exact.branch_and_bound import branch_and_bound
from placer.assignment.heuristics.annealing import PROVABLE, anneal, annealed_tier
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.leaving import unbroken
from placer.assignment.method import Applies, GaveUp, Method, always
from placer.assignment.structure.term_index import TermIndex

PATIENCE = 20_000
"""
Moves without gain after which tabu search ends if a deterministic limit is set, which it has no measure for.

Chosen, not tuned.
"""
ROUNDS, LONG_ROUND = 1000, 4000
"""Rounds of annealing to the end, at most, and moves of the first of them: short rounds came before."""


def tree_search(
    name: str,
    structure: str,
    applies: Callable[[Problem], Applies],
    states: Callable[[Problem], int],
    *,
    share: float = 1.0,
) -> Method:
    """
    Make the method that runs branch and bound up to a limit.

    Parameters
    ----------
    name, structure, applies
        Of the :class:`~placer.assignment.method.Method`.
    states
        Gives the limit of partial assignments for a Problem.
    share
        Part of the time left that it may take.
    """

    def run(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
        limit = states(problem)
        start = None if known is None else known.site_of
        limits = context.with_share(share)
        solution = branch_and_bound(problem, limits, state_limit=limit, start=start)
        if solution.status.proved or context.left_s() <= 0:
            return solution
        over = limits.left_s() <= 0
        return GaveUp("its time was up" if over else f"more than {limit} partial placements", solution)

    return Method(
        name=name,
        structure=structure,
        mathematics="layered branch and bound; of assignments that differ by swaps of equal items or sites, one",
        source="branch and bound: Land and Doig 1960; the bounds and the layers: own",
        applies=applies,
        run=run,
    )


def tabu(name: str, structure: str, applies: Callable[[Problem], Applies]) -> Method:
    """Make the method that runs tabu search until time is up, from the known assignment or any that CP-SAT finds."""

    def run(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
        known = known or Solution(status=Status.UNKNOWN)
        if known.site_of is None:
            found = _any_assignment(problem, context)
            if found.site_of is None:
                return replace(found, bounds=known.bounds if found.status is Status.UNKNOWN else ())
            known = replace(known, site_of=found.site_of)
        assert known.site_of is not None
        context.keep(problem, known.site_of)
        return _searched_on(problem, context, known.site_of, known.bounds or (0,) * len(problem.tiers))

    return Method(
        name=name,
        structure=structure,
        mathematics="tabu search over shifts and swaps, adaptive penalty of overload, ruin and recreate",
        source="Glover 1989, Taillard 1991, Gendreau, Hertz and Laporte 1994, Schrimpf et al. 2000",
        applies=applies,
        run=run,
    )


def annealing(name: str, structure: str) -> Method:
    """Make the method that anneals a lone group on many sites until time is up, from the known assignment."""
    return Method(
        name=name,
        structure=structure,
        mathematics="simulated annealing of many chains in arrays, moves drawn as in heat-bath sampling",
        source="Kirkpatrick, Gelatt and Vecchi 1983, Creutz 1980; its rounds: own",
        applies=_annealing_applies,
        run=_annealing,
    )


def cpsat_model(name: str, structure: str) -> Method:
    """Make the method that solves a CP-SAT model from the known assignment and bounds; it takes every Problem."""
    return Method(
        name=name,
        structure=structure,
        mathematics="constraint programming with clause learning and linear relaxations, tier after tier",
        source="OR-Tools CP-SAT (Perron, Didier and Gay 2023)",
        applies=always("no faster method proves it"),
        run=_cpsat,
    )


def _cpsat(problem: Problem, context: SearchContext, known: Solution | None) -> Solution:
    with unbroken():  # an extension module that is imported by half cannot be imported again
        from placer.assignment.cpsat import cpsat  # only here: importing ortools takes longer than small solves

    return cpsat(problem, context, known=known)


def _any_assignment(problem: Problem, context: SearchContext) -> Solution:
    """Find an assignment by CP-SAT, whose model is small where costs do not count."""
    free = replace(problem, tiers=((),), hint=None)
    return _cpsat(free, context, Solution(status=Status.UNKNOWN, bounds=(0,)))


def _searched_on(problem: Problem, context: SearchContext, start: IntArray, bounds: tuple[int, ...]) -> Solution:
    """Search from an assignment until time is up, or for some moves if a deterministic limit is set."""
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


def _annealing_applies(problem: Problem) -> Applies:
    if len(problem.groups) != 1 or annealed_tier(TermIndex(problem)) is None:
        return Applies(False, "it is no lone group with one flow and loads alone")
    cells = int(problem.allowed.sum())
    if cells <= PROVABLE:
        return Applies(False, f"it has {cells} allowed pairs of an item and a site, which CP-SAT may prove")
    return Applies(True, f"it has {cells} allowed pairs of an item and a site, too many for a proof by CP-SAT")


def _annealing(problem: Problem, context: SearchContext, known: Solution | None) -> Solution | GaveUp:
    """Anneal until the time is up, or the bound of its tier is met: other methods go on with the lower tiers."""
    if known is None or known.site_of is None:
        return GaveUp("no assignment is known")
    if context.deterministic_limit is not None:
        return GaveUp("a deterministic limit has no measure for it")
    index = TermIndex(problem)
    found = anneal(
        index,
        context,
        known.site_of,
        time_limit_s=context.left_s(),
        rounds=ROUNDS,
        first=LONG_ROUND,
        bounds=known.bounds,
    )
    costs = tuple(problem.evaluate(found[None, :])[0].tolist())
    solution = replace(
        known, site_of=found, costs=costs, status=Solution.status_for(costs, known.bounds), attempts="local search"
    )
    tier = annealed_tier(index)
    met = tier is not None and tier < len(known.bounds) and costs[tier] <= known.bounds[tier]
    return GaveUp(f"costs {costs}", solution) if met else solution  # no other method has a use for what is left
