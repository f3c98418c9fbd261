from __future__ import annotations

from statistics import fmean

import pytest

from benchmarks.hosts import LOADS, loaded
from benchmarks.workloads import Workload, full, quick
from placer.read.instance_json import read_instance


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
