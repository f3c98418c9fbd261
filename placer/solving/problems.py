"""Problems made of plain arrays: checked and solved without any NUMA object."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from placer.assignment import Problem, Progress, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES
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
    Solve a problem made of arrays; the parameters are those of :func:`placer.solving.pipeline.solve`.

    Returns
    -------
    Solution
        OPTIMAL: ``costs`` equal ``bounds``, tier by tier. FEASIBLE: an assignment, and what is proved so far.
        INFEASIBLE: proved that there is none. UNKNOWN: none found.

    Raises
    ------
    InputError
        If arrays do not fit each other, hold what no problem may hold, or an argument is out of range.
    Defect
        If an answer breaks a rule or is priced wrong; never seen, please report it.
    """
    expect("problem", problem, Problem)
    for fault in faults(problem):
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
    if solution.site_of is None:
        return
    row = solution.site_of[None, :]
    costs = tuple(problem.evaluate(row)[0].tolist())
    if not problem.feasible(row)[0] or costs != solution.costs:
        raise Defect(f"an assignment that breaks a rule, or costs {costs} and not {solution.costs}")
    if solution.status is Status.OPTIMAL and solution.bounds != costs:
        raise Defect(f"{solution.status} with costs {costs} and bounds {solution.bounds}")
