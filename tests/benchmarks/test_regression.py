from __future__ import annotations

import pytest

from benchmarks.regression import PATH, counted_work, faults, line, workloads
from benchmarks.workloads import Workload

BEFORE = PATH.read_text(encoding="utf-8").splitlines()[1:]
NAMES = ["-".join(workload.key()) for workload in workloads()]


def test_every_workload_has_its_committed_line() -> None:
    assert [before.split(",")[:5] for before in BEFORE] == [list(workload.key()) for workload in workloads()]


@pytest.mark.parametrize(("workload", "before"), list(zip(workloads(), BEFORE, strict=True)), ids=NAMES)
def test_no_cost_rises_no_proof_is_lost_and_no_work_doubles(workload: Workload, before: str) -> None:
    assert faults(line(workload), before) == []


def test_the_work_of_a_solve_is_counted() -> None:
    with counted_work() as work:
        line(workloads()[2])  # many guests; one guest alone is often proved without a solve
    assert sum(work) > 0
