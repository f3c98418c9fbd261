"""Running the solver so that another thread can end it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from ortools.sat.python import cp_model

LOOK_EVERY_S = 0.05


def log_search(solver: cp_model.CpSolver, on_log: Callable[[str], None] | None) -> None:
    """Have the solver's own log given to ``on_log``, line by line."""
    if on_log is None:
        return

    def lines(text: str) -> None:
        for line in text.splitlines():
            on_log(line)

    solver.parameters.log_search_progress = True
    solver.parameters.log_to_stdout = False
    solver.log_callback = lines


def solve_interruptibly(
    solver: cp_model.CpSolver, model: cp_model.CpModel, watch: cp_model.CpSolverSolutionCallback, stop: Event
) -> int:
    """Solve, and end early where ``stop`` is set."""
    done = Event()

    def guard() -> None:
        while not done.wait(LOOK_EVERY_S):
            if stop.is_set():
                solver.stop_search()

    thread = Thread(target=guard, daemon=True)
    thread.start()
    try:
        return int(solver.solve(model, watch))
    finally:
        done.set()
        thread.join()
