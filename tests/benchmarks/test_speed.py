from __future__ import annotations

from dataclasses import replace

from benchmarks.speed.__main__ import read
from benchmarks.speed.hosts import gb200, hierarchical, mesh
from benchmarks.speed.measure import floor
from benchmarks.speed.report import PAGE, SUMMARY_PAGE, replaced, summary, table
from benchmarks.speed.rows import Run, close, found_and_proved, known_found, proved
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
