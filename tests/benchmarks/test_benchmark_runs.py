from __future__ import annotations

import pytest

from benchmarks.__main__ import RESULTS, compare, main, read
from benchmarks.contestants import CONTESTANTS
from benchmarks.runs import complete, row_key, run, with_ratios
from benchmarks.workloads import Workload, quick

VECTOR_C = Workload(host="rfc-c", shape="vector", load="as given", arrival="one", seed=0)


def test_first_fit_leaves_the_larger_vnode_of_vector_c_out_and_optimal_places_both() -> None:
    first, best = (run(name, VECTOR_C, 20.0) for name in ("first-fit", "optimal"))
    assert (first["placed_vnodes"], first["status"]) == ("1", "UNKNOWN")
    assert (best["placed_vnodes"], best["status"], best["gap"]) == ("2", "OPTIMAL", "0.0000")
    # 2 GiB and 4 GiB, a vcpu each, on two pnodes 20 apart: half of the accesses at 10, half at 20
    assert best["mean_distance"] == "15.0000"


def test_a_run_that_takes_too_long_is_a_row() -> None:
    slow = Workload(host="opteron-8n", shape="mixed", load="85%", arrival="batch", seed=1)
    row = run("cpsat", slow, 0.01)
    assert row["status"] == "CAPPED"
    assert not complete(row)


def test_a_ratio_needs_everything_placed_by_both() -> None:
    rows = with_ratios([run(name, VECTOR_C, 20.0) for name in ("first-fit", "best-fit", "optimal")])
    assert [row["ratio"] for row in rows] == ["", "1.0000", "1.0000"]


def test_the_check_names_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    row = run("libvirt", VECTOR_C, 20.0)
    assert compare([row], [row]) == 0
    assert compare([row], [{**row, "cost": "1"}]) == 1
    assert "libvirt, rfc-c, vector" in capsys.readouterr().err
    assert compare([], [row]) == 1


@pytest.mark.slow
def test_the_quick_set_reproduces_the_committed_costs_exactly() -> None:
    assert main(["--quick", "--check"]) == 0


def test_committed_results_hold_every_run_of_the_quick_set_and_none_was_capped() -> None:
    rows = read(RESULTS / "quick.csv")
    assert {row_key(row) for row in rows} == {(name, *load.key()) for load in quick() for name in CONTESTANTS}
    assert not {row["status"] for row in rows} & {"CAPPED", "FAILED"}
