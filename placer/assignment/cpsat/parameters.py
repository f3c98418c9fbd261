"""The parameters of one CP-SAT solve: workers by the size of the model, limits, linear relaxations."""

from __future__ import annotations

from ortools.sat.python import cp_model

from placer.assignment.context import SearchContext
from placer.assignment.cpsat.solver_run import log_search
from placer.assignment.cpsat.variables import Variables

SMALL_MODEL = 1000
"""
Variables up to which one worker is fastest. Seen with OR-Tools 9.15 on 2 cores: below some 1,000 Booleans one worker
proves first; above, 8 workers prove in 0.2 s what one had not proved after 15 s, even on 2 cores, as they differ in
method.
"""
LARGE_MODEL, LARGEST_MODEL = 10_000, 20_000
"""
Variables beyond which two workers run, and one. Each worker holds a copy of the model, so that large ones run short of
memory and of cores: two were better than 8 on 200 guests and 64 pnodes. The exact figures were chosen, not tuned.
"""
QUICK = 0.07
"""
Deterministic time for a first try of a small model without linear relaxations. Chosen by trial, no measurement is
recorded: it trades a few hundredths of a second, lost on models that need relaxations, for faster proofs on the others.
"""


def is_small(variables: Variables) -> bool:
    """Whether the model has at most :data:`SMALL_MODEL` variables."""
    return len(variables.model.proto.variables) <= SMALL_MODEL


def workers_for(variables: Variables, context: SearchContext) -> int:
    """Return the number of workers: the caller's, or the one for the size of the model."""
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
        The part of the time left that the solve may use, from 0 to 1.
    quick
        Whether to solve without linear relaxations, for at most :data:`QUICK` of deterministic time.
    after_quick
        Whether a quick solve came before, whose time is then taken off the deterministic limit.

    Returns
    -------
    CpSolver
        SIGINT is left to the caller: a library must not take the handlers of its program.
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
    log_search(solver, None if context.on_log is None else context.log_line)
    return solver
