"""
Measure CP-SAT's work on a few workloads with one worker, in deterministic time, which is equal on every machine.

``python -m benchmarks.regression`` writes results/regression.csv; a test compares every change with that file.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ortools.sat.python import cp_model

from benchmarks.contestants import CONTESTANTS
from benchmarks.runs import COST_TIER, judge
from benchmarks.workloads import Workload

PATH = Path(__file__).parent / "results" / "regression.csv"
HEAD = "host,shape,load,arrival,seed,cost,bound,status,work"
SLACK = 0.01
"""Work below which an increase is ignored. Chosen, not tuned."""


def workloads() -> list[Workload]:
    """List workloads that take a second or two each."""
    batches = (("kunpeng-uneven", "85%"), ("epyc-8n", "empty"), ("epyc-8n", "85%"), ("opteron-8n", "fragmented"))
    single = (("epyc-8n", "85%"), ("opteron-8n", "empty"), ("opteron-8n", "fragmented"))
    return [
        *(Workload(host=host, shape="mixed", load=load, arrival="batch", seed=1) for host, load in batches),
        *(Workload(host=host, shape="four", load=load, arrival="one", seed=1) for host, load in single),
    ]


def line(workload: Workload) -> str:
    """Solve with the CP-SAT model, and write cost, bound, status and work."""
    with counted_work() as work:
        outcome = CONTESTANTS["cpsat"].place(workload.instance(), workload.seed)
    figures = judge(outcome)
    words = (figures.cost, outcome.bounds[COST_TIER], figures.status, f"{sum(work):.4f}")
    return ",".join((*workload.key(), *map(str, words)))


@contextmanager
def counted_work() -> Iterator[list[float]]:
    """Collect the deterministic time of every solve."""
    work: list[float] = []
    solve = cp_model.CpSolver.solve

    def counting(solver: Any, *arguments: Any, **more: Any) -> Any:
        status = solve(solver, *arguments, **more)
        work.append(solver.response_proto.deterministic_time)
        return status

    with patch.object(cp_model.CpSolver, "solve", counting):
        yield work


def faults(now: str, before: str) -> list[str]:
    """
    List what has become worse between two lines of the file.

    Examples
    --------
    >>> faults("h,two,85%,one,1,90,90,OPTIMAL,0.05", "h,two,85%,one,1,90,90,OPTIMAL,0.04")
    []
    >>> faults("h,two,85%,one,1,91,90,FEASIBLE,0.2", "h,two,85%,one,1,90,90,OPTIMAL,0.04")
    ['cost rises from 90 to 91', 'the proof is lost', 'work rises from 0.04 to 0.2']
    """
    (cost, _, status, work), (cost_before, _, status_before, work_before) = (x.split(",")[-4:] for x in (now, before))
    found = []
    if int(cost) > int(cost_before):
        found.append(f"cost rises from {cost_before} to {cost}")
    if status_before == "OPTIMAL" and status != "OPTIMAL":
        found.append("the proof is lost")
    if float(work) > 2 * float(work_before) + SLACK:
        found.append(f"work rises from {work_before} to {work}")
    return found


def main() -> int:
    """Write the file."""
    argparse.ArgumentParser(prog="python -m benchmarks.regression", description=__doc__).parse_args()
    PATH.write_text("\n".join((HEAD, *map(line, workloads()))) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
