"""Whole instances into arrays, and answers back into people's words."""

from __future__ import annotations

import numpy as np
import pytest

from placer.instance import Host, Instance, Placement, Pnode
from placer.lowering.lower import lower, lower_for_baseline
from tests.support.building import GIB, a_guest, an_instance
from tests.support.oracle import feasible_rows, tier_rows
from tests.support.random_instances import random_instance


def sparse() -> Instance:
    host = Host(pnodes=tuple(Pnode(id=p, memory_kib=4 * GIB, pcpus=(p,)) for p in (0, 8, 252)))
    return an_instance(host, a_guest(GIB, GIB, name="a"), a_guest(GIB, name="b", overhead_kib=3072))


def test_items_are_vnodes_guest_after_guest_and_sites_are_pnodes_by_position() -> None:
    problem = lower(sparse()).problem
    assert (problem.n, problem.m) == (3, 3)
    assert [items.tolist() for items in problem.groups] == [[0, 1], [2]]
    assert problem.resources[0].capacity.tolist() == [4 * GIB - 1024] * 3
    assert problem.hint is None


def test_no_pnode_is_the_last_site_and_open_to_every_vnode() -> None:
    problem = lower(sparse(), allow_unplaced=True).problem
    assert problem.m == 4
    assert problem.allowed[:, 3].all()
    assert not problem.incompatible[3].any()


def test_the_baseline_knows_neither_overhead_nor_pinning_nor_reachability() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=GIB), Pnode(id=1, memory_kib=GIB)), slit=((10, 255), (255, 10)))
    problem = lower_for_baseline(an_instance(host, a_guest(GIB, GIB, overhead_kib=GIB))).problem
    assert problem.allowed.all()
    assert not problem.incompatible.any()
    assert problem.resources[0].capacity.tolist() == [GIB, GIB, 2 * GIB]


def test_an_instance_without_guests_has_no_items() -> None:
    instance = an_instance(sparse().host)
    lowered = lower(instance, allow_unplaced=True)
    problem = lowered.problem
    assert (problem.n, problem.m, problem.groups) == (0, 4, ())
    assert lowered.to_placement(np.zeros(0, dtype=np.int64)) == Placement(pnode_of={})


@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_the_arrays_say_of_random_assignments_what_the_definitions_say(allow_unplaced: bool) -> None:
    for seed in range(150):
        instance = random_instance(seed)
        problem = lower(instance, allow_unplaced=allow_unplaced).problem
        rows = np.random.default_rng(seed).integers(problem.m, size=(40, problem.n))
        good = problem.feasible(rows)
        assert np.array_equal(good, feasible_rows(instance, rows, allow_unplaced)), seed
        reachable = np.ones(len(rows), dtype=bool) if not problem.incompatible.any() else good
        assert np.array_equal(problem.evaluate(rows[reachable]), tier_rows(instance, rows[reachable])), seed
