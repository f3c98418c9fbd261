"""Running the solver so that another thread can end it."""

from __future__ import annotations

from threading import Event, Thread

from ortools.sat.python import cp_model

LOOK_EVERY_S = 0.05


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
