"""How CP-SAT is set up for one solve: workers by the size of the model, limits, and what small models go without."""

from __future__ import annotations

from ortools.sat.python import cp_model

from placer.assignment.context import SearchContext
from placer.assignment.cpsat.solver_run import log_search
from placer.assignment.cpsat.variables import Variables

SMALL_MODEL = 1000
"""Variables up to which one worker is fastest."""
LARGE_MODEL, LARGEST_MODEL = 10_000, 20_000
"""Variables beyond which more than two workers, and more than one, take too much memory."""
QUICK = 0.07
"""Deterministic time that a small model gets without linear relaxations before it gets them: most need none."""


def is_small(variables: Variables) -> bool:
    """Whether one worker is fastest for the model."""
    return len(variables.model.proto.variables) <= SMALL_MODEL


def workers_for(variables: Variables, context: SearchContext) -> int:
    """Count the workers that the caller asks for, or that suit the size of the model."""
    if context.workers is not None:
        return context.workers
    size = len(variables.model.proto.variables)
    if size > LARGEST_MODEL:
        return 1
    return 1 if size <= SMALL_MODEL else 8 if size <= LARGE_MODEL else 2


def solver_for(
    variables: Variables, context: SearchContext, *, share: float, quick: bool, after_quick: bool
) -> cp_model.CpSolver:
    """
    Set up a solver.

    Parameters
    ----------
    share
        Part of the time left that it may use.
    quick
        Whether it goes without linear relaxations, for :data:`QUICK`.
    after_quick
        Whether a quick solve has used up its part of the deterministic limit.
    """
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.max_time_in_seconds = max(0.01, context.left_s() * share)
    parameters.random_seed = context.seed
    parameters.catch_sigint_signal = False
    parameters.num_workers = workers_for(variables, context)
    limit = context.deterministic_limit
    if quick:
        parameters.linearization_level = 0
        parameters.max_deterministic_time = QUICK if limit is None else min(QUICK, limit)
    elif limit is not None:
        parameters.max_deterministic_time = max(0.0, limit - (QUICK if after_quick else 0.0))
    log_search(solver, context.on_log)
    return solver
