"""Solving a Problem given as plain arrays, without any NUMA object."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from threading import Event

from placer.assignment import Problem, Progress, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES
from placer.assignment.type_faults import type_faults
from placer.assignment.validate import faults
from placer.errors import Defect, InputError, expect


def solve_problem(
    problem: Problem,
    *,
    strategy: str = "optimal",
    time_limit_s: float = 10.0,
    workers: int | None = None,
    seed: int = 0,
    deterministic_limit: float | None = None,
    stop: Event | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Solution:
    """
    Solve a Problem given as plain arrays.

    Parameters
    ----------
    problem
        The arrays; every value in them is an integer.
    strategy
        ``optimal``, ``cpsat``, ``branch-and-bound``, ``local-search`` or ``first-fit-decreasing``.
    time_limit_s, workers, seed, deterministic_limit, stop, on_progress
        As for :func:`placer.solving.pipeline.solve`.

    Returns
    -------
    Solution
        OPTIMAL: ``costs`` equal ``bounds``, tier by tier. FEASIBLE: an assignment, and what is proved so far.
        INFEASIBLE: proved that no assignment is feasible. UNKNOWN: none was found, nor is it proved that there
        is none; ``bounds`` may be given.

    Raises
    ------
    InputError
        If a field has another type than stated, shapes do not match, a value or an argument is out of range, or
        there is no such strategy.
    Defect
        If the strategy returns an infeasible assignment or wrong costs; never seen, please report it.
    """
    expect("problem", problem, Problem)
    for fault in chain(type_faults(problem), faults(problem)):
        raise InputError(fault)
    if expect("strategy", strategy, str) not in STRATEGIES or STRATEGIES[strategy].baseline:
        known = ", ".join(name for name, known in STRATEGIES.items() if not known.baseline)
        raise InputError(f'no strategy "{strategy}" for problems, expected one of {known}')
    context = SearchContext(
        time_limit_s=time_limit_s,
        workers=workers,
        seed=seed,
        deterministic_limit=deterministic_limit,
        stop=Event() if stop is None else stop,
        on_progress=on_progress,
    )
    solution = STRATEGIES[strategy].run(problem, context)
    _confirm(problem, solution)
    return solution


def _confirm(problem: Problem, solution: Solution) -> None:
    """Recompute feasibility and costs of an answer."""
    if solution.site_of is None:
        return
    row = solution.site_of[None, :]
    costs = tuple(problem.evaluate(row)[0].tolist())
    if not problem.feasible(row)[0] or costs != solution.costs:
        raise Defect(
            f"the strategy returned an invalid assignment: reported costs {solution.costs}, recomputed {costs}"
        )
    if solution.status is Status.OPTIMAL and solution.bounds != costs:
        raise Defect(f"{solution.status} with costs {costs} and bounds {solution.bounds}")
