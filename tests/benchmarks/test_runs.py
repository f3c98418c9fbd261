from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import QUICK_CAP_S, RESULTS, compare, measure
from benchmarks.contestants import CONTESTANTS
from benchmarks.hosts import corpus
from benchmarks.result_rows import read
from benchmarks.runs import complete, contestants, row_key, run, with_ratios
from benchmarks.workloads import Workload, gqap, quick

VECTOR_C = Workload(host="rfc-c", shape="vector", load="as given", arrival="one", seed=0)


def test_first_fit_leaves_the_larger_vnode_of_vector_c_out_and_optimal_places_both() -> None:
    first, best = (run(name, VECTOR_C, 20.0) for name in ("first-fit", "optimal"))
    assert (first["placed_vnodes"], first["status"]) == ("1", "UNKNOWN")
    assert (best["placed_vnodes"], best["status"], best["gap"]) == ("2", "OPTIMAL", "0.0000")
    # 2 GiB and 4 GiB, a vcpu each, on two pnodes 20 apart: half of the accesses at 10, half at 20
    assert best["mean_distance"] == "15.0000"


def test_a_run_that_takes_too_long_is_a_row() -> None:
    slow = Workload(host="tree-12", shape="tight-12", load="fragmented", arrival="one", seed=1)
    row = run("nova", slow, 1.0)
    assert row["status"] == "CAPPED"
    assert not complete(row)
    assert float(row["time_s"]) > 0.5


def test_a_run_that_fails_is_a_row(capfd: pytest.CaptureFixture[str]) -> None:
    row = run("libvirt", Workload(host="nowhere", shape="two", load="empty", arrival="one", seed=1), 5.0)
    assert row["status"] == "FAILED"
    assert "nowhere.json: no such file" in capfd.readouterr().err


def test_a_search_that_has_used_up_its_time_gives_the_best_so_far() -> None:
    """The cap is one second of all cpus, of which a search may use most; alone it would take longer."""
    large = Workload(host="tree-32", shape="tight-32", load="fragmented", arrival="one", seed=1)
    row = run("local-search", large, 1.0)
    assert row["status"] == "FEASIBLE"
    assert int(row["placed_vnodes"]) > 16


def test_a_ratio_needs_everything_placed_by_both() -> None:
    rows = with_ratios([run(name, VECTOR_C, 20.0) for name in ("first-fit", "best-fit", "optimal")])
    assert [row["ratio"] for row in rows] == ["", "1.0000", "1.0000"]


def test_an_interrupted_set_goes_on_where_it_was_and_a_line_cut_off_is_run_again(tmp_path: Path) -> None:
    kept = tmp_path / "full.part"
    whole = measure([VECTOR_C], 20.0, jobs=2, kept=kept)
    lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
    assert len(whole) == len(CONTESTANTS) == len(lines) - 1
    kept.write_text("".join([*lines[:-1], lines[-1][:40]]), encoding="utf-8")
    again = measure([VECTOR_C], 20.0, jobs=2, kept=kept)
    assert [row_key(row) for row in again] == [row_key(row) for row in whole]
    assert [row["cost"] for row in again] == [row["cost"] for row in whole]
    cut_off = lines[-1].split(",")[0]
    assert [a for a, b in zip(again, whole, strict=True) if a["contestant"] != cut_off and a != b] == []


def test_the_check_names_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    row = run("libvirt", VECTOR_C, 20.0)
    assert compare([row], [row]) == 0
    assert compare([row], [{**row, "cost": "1"}]) == 1
    assert "libvirt, rfc-c, vector" in capsys.readouterr().err
    assert compare([], [row]) == 1


@pytest.mark.slow
def test_a_sixth_of_the_quick_set_reproduces_the_committed_costs_exactly() -> None:
    """`python -m benchmarks --quick --check` runs the whole."""
    some = quick()[::6]
    keys = {each.key() for each in some}
    rows = measure(some, QUICK_CAP_S, 2)
    assert compare(rows, [row for row in read(RESULTS / "quick.csv") if row_key(row)[1:] in keys]) == 0
    assert len(rows) > 50


def test_committed_results_hold_every_run_of_the_quick_set_and_none_was_capped() -> None:
    rows = read(RESULTS / "quick.csv")
    assert {row_key(row) for row in rows} == {(name, *load.key()) for load in quick() for name in CONTESTANTS}
    assert not {row["status"] for row in rows} & {"CAPPED", "FAILED"}


def test_quadratic_assignments_are_run_by_those_that_know_no_numa_and_compared_with_the_best_known_value() -> None:
    if corpus() is None:
        pytest.skip("PLACER_CORPUS does not say where the corpus lies")
    small = next(workload for workload in gqap() if workload.host == "12X8-E-G")
    assert "libxl" not in contestants(small)
    rows = with_ratios([run(name, small, 10.0) for name in ("best-fit", "local-search", "optimal")])
    assert [row["vnodes"] for row in rows] == ["12"] * 3
    assert (rows[-1]["status"], rows[-1]["cost_ratio"], rows[-1]["gap"]) == ("OPTIMAL", "1.0000", "0.0000")
    assert all(float(row["cost_ratio"] or 1) >= 1 for row in rows)
