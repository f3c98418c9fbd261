"""A run of the solver that another thread can end, and its log."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from ortools.sat.python import cp_model

from placer.assignment.leaving import unbroken

LOOK_EVERY_S = 0.05
"""Seconds between two looks at the stop event. Chosen, not tuned: a person notices no delay, and it costs little."""


def log_search(solver: cp_model.CpSolver, on_log: Callable[[str], None] | None) -> None:
    """Pass the solver's own log to ``on_log``, line by line; without it the solver logs nothing."""
    if on_log is None:
        return

    def lines(text: str) -> None:
        for line in text.splitlines():
            on_log(line)

    solver.parameters.log_search_progress = True
    solver.parameters.log_to_stdout = False
    solver.log_callback = lines


def solve_interruptibly(
    solver: cp_model.CpSolver, model: cp_model.CpModel, watch: cp_model.CpSolverSolutionCallback | None, stop: Event
) -> int:
    """Solve, end early if ``stop`` is set, and return the status of CP-SAT."""
    done = Event()

    def guard() -> None:
        while not done.wait(LOOK_EVERY_S):
            if stop.is_set():
                solver.stop_search()

    thread = Thread(target=guard, daemon=True)
    thread.start()
    try:
        with unbroken():  # it calls back, and an exception there would end the process
            return int(solver.solve(model, watch))
    finally:
        done.set()
        thread.join()
