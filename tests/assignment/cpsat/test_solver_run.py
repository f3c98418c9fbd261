"""A solve that another thread can end, and the solver's log line by line."""

from __future__ import annotations

from threading import Event, Timer
from time import perf_counter

from ortools.sat.python import cp_model

from placer.assignment.cpsat.solver_run import log_search, solve_interruptibly


class Silent(cp_model.CpSolverSolutionCallback):
    def on_solution_callback(self) -> None:
        """Let every solution pass."""


def pigeons(count: int) -> cp_model.CpModel:
    """More pigeons than holes: easy to state and, without symmetry or counting, long to refute."""
    model = cp_model.CpModel()
    x = [[model.new_bool_var("") for _ in range(count - 1)] for _ in range(count)]
    for row in x:
        model.add_bool_or(row)
    for hole in zip(*x, strict=True):
        for i, first in enumerate(hole):
            for second in hole[:i]:
                model.add_bool_or([first.negated(), second.negated()])
    return model


def slow_solver() -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.cp_model_presolve = False
    solver.parameters.symmetry_level = 0
    solver.parameters.linearization_level = 0
    solver.parameters.max_time_in_seconds = 60
    return solver


def test_a_solve_ends_soon_after_it_is_stopped() -> None:
    stop = Event()
    timer = Timer(0.5, stop.set)
    timer.start()
    started = perf_counter()
    status = solve_interruptibly(slow_solver(), pigeons(14), Silent(), stop)
    timer.cancel()
    assert status == cp_model.UNKNOWN
    assert 0.4 < perf_counter() - started < 10


def test_a_solve_that_ends_by_itself_gives_its_status() -> None:
    model = cp_model.CpModel()
    model.add(model.new_int_var(0, 3, "x") >= 2)
    assert solve_interruptibly(cp_model.CpSolver(), model, Silent(), Event()) == cp_model.OPTIMAL


def test_the_log_is_given_line_by_line() -> None:
    lines: list[str] = []
    solver = cp_model.CpSolver()
    log_search(solver, lines.append)
    model = cp_model.CpModel()
    model.new_int_var(0, 3, "x")
    solver.solve(model)
    assert any(line.startswith("Starting CP-SAT solver") for line in lines)
    assert not any("\n" in line for line in lines)


def test_without_a_listener_nothing_is_logged() -> None:
    solver = cp_model.CpSolver()
    log_search(solver, None)
    assert not solver.parameters.log_search_progress
