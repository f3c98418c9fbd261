from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.gqap import read_qaplib
from benchmarks.speed.aims import (
    close,
    close_and_good,
    cost_proved,
    first_and_ended,
    found_and_proved,
    known_found,
    mean_above,
    proved,
    quick,
)
from benchmarks.speed.hosts import gb200, hierarchical, mesh
from benchmarks.speed.measure import floor
from benchmarks.speed.mixed import mixed, with_flexible
from benchmarks.speed.report import PAGE, SUMMARY_PAGE, replaced, summary, table
from benchmarks.speed.results import Known, read
from benchmarks.speed.run import Run
from benchmarks.speed.traffic import OWN, SHAPES, talking
from placer.errors import InputError
from placer.instance import Guest, Host, Instance, Pnode, Vnode

RUN = Run(
    case="a",
    seed=1,
    status="OPTIMAL",
    cost=5,
    gap=0.0,
    known=5,
    first_s=0.1,
    found_s=0.2,
    seconds=0.4,
    peak_mib=90,
    load=1,
)


def test_the_tables_are_those_of_the_committed_results() -> None:
    results = read()
    page = SUMMARY_PAGE.read_text(encoding="utf-8")
    assert page == replaced(page, summary(results))
    assert table(results) in PAGE.read_text(encoding="utf-8")


def test_a_miss_is_named() -> None:
    slow = replace(RUN, case="b", seconds=3.0, status="FEASIBLE", gap=0.08, cost=6, found_s=2.0)
    assert proved([RUN, RUN], median_s=0.5, worst_s=1) == []
    assert proved([RUN, slow], median_s=1, worst_s=2) == ["1 of 2 unproved: b", "median 1.7 s", "worst 3 s"]
    assert close([RUN, slow], gap=0.05) == ["1 of 2 above 5 %: b"]
    assert found_and_proved([RUN, replace(RUN, seed=2, cost=4)], found_s=0.2, worst_s=1) == []
    assert found_and_proved([RUN, slow], found_s=1, worst_s=3) == [
        "1 of 2 without the best cost after 1 s",
        "1 of 2 unproved: b",
    ]
    assert known_found([RUN, slow], median_s=1.5, worst_s=1.9) == ["1 of 2 above the known value: b", "worst 2 s"]


def test_distances_grow_with_the_part_of_the_tree_and_with_hops() -> None:
    slit = hierarchical(32).slit
    assert slit is not None
    assert [slit[5][q] for q in (5, 4, 0, 15, 16)] == [10, 16, 19, 19, 21]
    hops = mesh(8).slit
    assert hops is not None
    assert hops[0][63] == 10 + 10 * 14


def test_memory_of_a_gpu_is_near_its_own_parts_and_far_from_the_other_cpu() -> None:
    host = gb200()
    assert host.slit is not None
    # from a CPU to itself, the other, its two GPUs and the other's
    assert [host.slit[0][q] for q in (0, 1, 2, 10, 18, 26)] == [10, 40, 80, 80, 120, 120]
    assert [host.slit[q][1] for q in (0, 1, 2, 10, 18, 26)] == [40, 10, 120, 120, 80, 80]
    # from a GPU to its part, and to the other GPUs
    assert [host.slit[10][q] for q in (10, 11, 17, 2, 18, 33)] == [10, 11, 11, 40, 40, 40]
    assert [p.id for p in host.pnodes if p.memory_kib] == [0, 1, 2, 10, 18, 26]


def test_the_floor_is_all_local_and_vcpus_spread_evenly() -> None:
    """Two vcpus on two cores share none, each has 1000 units of traffic at distance 10, wherever it stands."""
    host = Host(pnodes=tuple(Pnode(id=p, memory_kib=4096, pcpus=(p,)) for p in (0, 1)))
    vnodes = tuple(Vnode(memory_kib=3000, vcpus=(v,)) for v in (0, 1))
    assert floor(Instance(host=host, guests=(Guest(name="g", vnodes=vnodes),))) == 20_000


def test_aims_of_gaps_tiers_and_latency_name_their_misses() -> None:
    far = replace(RUN, case="b", status="FEASIBLE", gap=0.04, cost=7, lower_gap=0.2, first_s=0.9)
    assert close_and_good([RUN, RUN], gap=0.03, half=0.01) == []
    assert close_and_good([RUN, far, far], gap=0.05, half=0.01, proved=("b",)) == [
        "1 of 3 within 1 %",
        "2 of 2 unproved: b",
        "2 of 3 above the best known cost: b",
    ]
    assert close_and_good([replace(RUN, found_s=3)], gap=0, found_s=2) == ["1 of 1 after 2 s: a"]
    assert cost_proved([RUN, far], lower_gap=0.05, first_s=0.3) == [
        "first placement after up to 0.9 s",
        "cost of 1 of 2 unproved",
        "lower tiers of 1 of 2 up to 20 %",
    ]
    assert first_and_ended([replace(RUN, seconds=10.1)], first_s=0.2, limit_s=10) == []
    assert first_and_ended([replace(RUN, seconds=10.5)], first_s=0.05, limit_s=10) == [
        "first placement after up to 0.1 s",
        "0.5 s beyond the limit",
    ]
    assert quick([RUN], median_s=0.1, spread=2) == []
    assert quick([replace(RUN, found_s=0.3)], median_s=0.05, spread=2) == [
        "median 100 ms",
        "99th percentile 3 medians",
    ]


def test_a_mean_is_over_the_runs_with_a_known_cost() -> None:
    """Costs of 5 and 6 where 5 is known are 10 % above in the mean; gaps of 0 and 0.5 are 0.25."""
    runs = [RUN, replace(RUN, cost=6, gap=0.5)]
    assert mean_above(runs, above=0.1, gap=0.25) == []
    assert mean_above(runs, above=0.09, gap=0.2) == ["10 % above the best known in the mean", "mean gap 25 %"]


def test_the_lowest_cost_of_all_runs_is_known_unless_the_literature_knows_one() -> None:
    known, run = Known(), replace(RUN, known=None)
    for cost in (7, 5, 6):
        known.note("traffic", replace(run, cost=cost))
    known.note("traffic", replace(run, cost=None))
    assert known.of("traffic", run).known == 5
    assert known.of("traffic", replace(RUN, known=4)).known == 4
    assert known.of("other", run).known is None


def test_traffic_has_the_shape_of_its_name() -> None:
    """Of 16 vnodes a ring has 16 pairs, a star 15, a stencil of two rows of eight 7 + 7 + 8, two chains of eight 14."""
    numbers = np.random.default_rng(1)
    pairs = {
        name: int(np.count_nonzero(np.triu(t + t.T, 1))) for name, make in SHAPES.items() for t in [make(16, numbers)]
    }
    assert (pairs["ring"], pairs["star"], pairs["stencil"], pairs["pipeline"]) == (16, 15, 22, 14)
    assert pairs["sparse, 10 %"] < pairs["sparse, 30 %"] < pairs["dense"] <= 120
    blocks = SHAPES["blocks of 4"](16, numbers)
    assert blocks[:4, :4].min() >= 5 > 1 >= blocks[:4, 4:].max()
    (guest,) = talking("ring", 48, 1).guests
    assert guest.traffic is not None
    assert guest.traffic[0][0] == OWN


def test_mixed_guests_have_dedicated_vcpus_rules_devices_and_a_choice() -> None:
    """Of 40 guests 2 pairs stand together, 5 pairs or threes apart, 12 have a device each, and 10 are flexible."""
    instance = mixed(hierarchical(8), 40, 80, 1)
    assert [rule.kind for rule in instance.rules] == ["together"] * 2 + ["apart"] * 5
    assert sum(len(guest.devices) for guest in instance.guests) == 12
    assert {guest.thread_policy for guest in instance.guests if guest.dedicated} == {"prefer", "require", "isolate"}
    chosen = with_flexible(instance, np.random.default_rng(1))
    assert sum(guest.flexible is not None for guest in chosen.guests) == 10


def test_a_file_of_qaplib_is_read_and_a_broken_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.dat"
    path.write_text("2\n\n0 3\n1 0\n\n0 5\n7 0\n")
    problem = read_qaplib(path)
    assert problem.evaluate(np.array([[0, 1], [1, 0]])).tolist() == [[3 * 5 + 7], [3 * 7 + 5]]
    path.write_text("2\n0 3 1")
    with pytest.raises(InputError, match=r"two.dat: 4 numbers, expected 9 for n = 2$"):
        read_qaplib(path)
