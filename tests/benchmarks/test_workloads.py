from __future__ import annotations

from statistics import fmean

import pytest

from benchmarks.hosts import CORPUS, LOADS, corpus, loaded
from benchmarks.hosts import host as host_of
from benchmarks.runs import contestants
from benchmarks.shapes import FILL, REAL, real, suited
from benchmarks.workloads import Workload, full, quick, scaling, tight
from placer.formats.native.instance_json import read_instance


def a_workload(load: str = "85%", arrival: str = "batch", seed: int = 1) -> Workload:
    return Workload(host="epyc-8n", shape="mixed", load=load, arrival=arrival, seed=seed)


def test_a_workload_is_the_same_each_time_and_another_with_another_seed() -> None:
    assert a_workload().instance() == a_workload().instance()
    assert a_workload().instance() != a_workload(seed=2).instance()


def test_no_workload_is_listed_twice_and_the_quick_set_is_part_of_the_full_one() -> None:
    assert len(set(full())) == len(full())
    assert set(quick()) < set(full())


@pytest.mark.parametrize(("load", "share"), LOADS.items())
def test_a_load_takes_about_its_share_of_the_memory(load: str, share: float) -> None:
    host = read_instance("instances/epyc-8n.json").host
    whole = sum(pnode.memory_kib for pnode in host.pnodes)
    used = [1 - sum(p.memory_kib for p in loaded(host, load, seed).pnodes) / whole for seed in range(40)]
    assert abs(fmean(used) - share) < 0.03
    assert all(0 <= part < 1 for part in used)


def test_a_storm_and_a_batch_bring_the_same_guests() -> None:
    assert a_workload(arrival="storm").instance() == a_workload(arrival="batch").instance()
    assert len(a_workload().instance().guests) > 3
    assert len(a_workload(arrival="one").instance().guests) == 1


def test_guests_without_numa_are_sets_where_they_outgrow_a_pnode_by_memory_or_vcpus() -> None:
    load = Workload(host="epyc-8n", shape="set", load="empty", arrival="batch", seed=1)
    forms = {guest.name.rsplit("-", 1)[0]: guest.form for guest in load.instance().guests}
    assert forms == {"large": "set", "wide": "set", "quarter": "whole", "huge": "set"}
    assert contestants(load) == ["libxl", "xenopsd", "optimal"]


def test_real_guests_are_drawn_from_those_that_fit_and_ask_for_three_quarters_at_most() -> None:
    host = loaded(read_instance("instances/hpe-16n-hana.json").host, "fragmented", 1)
    free = sum(pnode.memory_kib for pnode in host.pnodes)
    several, again, other = (real(host, seed, alone=False) for seed in (1, 1, 2))
    assert several == again != other
    assert len(several) > 3
    assert sum(guest.memory_kib for guest in several) <= FILL * free
    assert {guest.name.rsplit("-", 1)[0] for guest in several} <= set(suited(host)) <= set(REAL)


def test_a_real_guest_alone_is_the_widest_that_is_suited() -> None:
    """Pnodes of 30 GiB and 16 pcpus: nothing of four vnodes is small enough, of two only one flavour and an example."""
    host = read_instance("instances/epyc-8n.json").host
    (guest,) = real(host, 1, alone=True)
    assert [(vnode.memory_kib >> 20, len(vnode.vcpus)) for vnode in guest.vnodes] == [(2, 2), (4, 4)]
    assert "huawei-32U64G-2" not in suited(host)  # 32 GiB a vnode


def test_a_tight_guest_fits_when_each_vnode_gets_one_of_the_emptiest_pnodes() -> None:
    host = loaded(host_of("tree-16"), "fragmented", 1)
    instance = tight(host, 6, seed=3)
    sizes = sorted((vnode.memory_kib for vnode in instance.guests[0].vnodes), reverse=True)
    free = sorted((pnode.memory_kib for pnode in host.pnodes), reverse=True)
    assert len(sizes) == 6
    assert all(size <= room for size, room in zip(sizes, free, strict=False))


def test_guests_and_hosts_grow_to_64_and_no_guest_has_more_vnodes_than_its_host_pnodes() -> None:
    sizes = {(int(w.shape.removeprefix("tight-")), int(w.host.removeprefix("tree-"))) for w in scaling()}
    assert {(2, 2), (64, 64), (4, 64), (2, 64)} <= sizes
    assert all(n <= m for n, m in sizes)


@pytest.mark.parametrize("name", CORPUS)
def test_hosts_of_the_corpus_are_real_topologies_of_four_pnodes_or_more(name: str) -> None:
    if corpus() is None:
        pytest.skip("PLACER_CORPUS does not say where the corpus lies")
    host = host_of(name)
    assert len(host.pnodes) >= 4
    assert sum(pnode.memory_kib for pnode in host.pnodes) > 8 * 1024**2
    assert {d for row in host.distances for d in row} > {10}
