"""Elementary bounds are never above an optimum, and equal figures worked by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest
from msgspec.structs import replace as change

from placer.assignment import ConvexLoad, IntArray, Status
from placer.assignment.bounds.elementary import forced_sites, lower_bounds, pair_bounds
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Domain, Instance
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance, tree_slit
from tests.support.oracle import best
from tests.support.random_instances import random_instance

COST = 2
ROW = a_host(8 * GIB, 8 * GIB, 8 * GIB, slit=((10, 12, 20), (12, 10, 20), (20, 20, 10)))


def bound_of(instance: Instance) -> tuple[int, ...]:
    return lower_bounds(TermIndex(lower(instance).problem))


@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_no_bound_is_above_the_optimum_of_any_tier(allow_unplaced: bool) -> None:
    met = 0
    for seed in range(400):
        instance = random_instance(seed)
        answer = best(instance, allow_unplaced)
        if answer is None:
            continue
        bound = lower_bounds(TermIndex(lower(instance, allow_unplaced=allow_unplaced).problem))
        # a lower tier's optimum holds only with the higher ones held, so no bound is above it
        assert all(low <= cost for low, cost in zip(bound, answer[0], strict=True)), seed
        met += bound[:4] == answer[0][:4]
    assert met > 20  # often enough that a bound of 0 would not do


def test_the_bound_of_a_guest_that_fits_one_pnode_is_all_local() -> None:
    assert bound_of(an_instance(a_host(4 * GIB, 4 * GIB), a_guest(GIB, GIB)))[2] == 2 * 2 * 500 * 10


def test_the_bound_knows_that_two_vnodes_too_large_for_one_pnode_are_apart() -> None:
    # 500 x 10 each to itself, 500 x (12 + 20) for the pair there and back
    slit = ((10, 12, 30), (20, 10, 30), (30, 30, 10))
    assert bound_of(an_instance(a_host(*(3 * GIB,) * 3, slit=slit), a_guest(2 * GIB, 2 * GIB)))[2] == 10_000 + 16_000


def test_the_bound_spreads_the_vcpus_over_all_cores() -> None:
    # 7 vcpus on 2 x 2 cores: 3 pairs; 2 x price 1 x 3 in thousandths, and 7 vcpus all local
    host = a_host(4 * GIB, 4 * GIB, pcpus=2)
    instance = an_instance(host, a_guest(GIB, vcpus=(3,)), a_guest(GIB, vcpus=(4,), name="b"), price=1)
    # 3 and 4 vcpus on 2 cores share in 1 + 2 pairs
    assert bound_of(instance)[2] == 70_000 + 6_000


def test_the_bound_counts_the_pairs_of_what_runs_already_and_fills_the_cores_it_left() -> None:
    # 5 vcpus run on the 2 cores of pnode 0: 3 + 1 pairs; 3 more on the idle pnode 1: 1 pair; all local
    host = a_host(4 * GIB, 4 * GIB, pcpus=2)
    running = change(host, domains=(Domain(name="old", affinity=((0,),) * 5),))
    assert bound_of(an_instance(running, a_guest(GIB, vcpus=(3,)), price=1))[2] == 30_000 + 2_000 * (4 + 1)
    assert bound_of(an_instance(running, price=1))[2] == 2_000 * 4


def test_without_items_or_without_a_site_for_one_the_bound_is_zero() -> None:
    assert bound_of(an_instance(a_host(GIB))) == (0,) * 5
    assert bound_of(an_instance(a_host(GIB, pcpus=0), a_guest(GIB))) == (0,) * 5


def test_pair_bounds_are_symmetric_and_count_both_directions() -> None:
    host = a_host(GIB, GIB, slit=((10, 20), (30, 10)))
    index = TermIndex(lower(an_instance(host, a_guest(GIB, GIB, traffic=((0, 1), (3, 0))))).problem)
    # 2000 in all: 500 one way and 1500 the other; the vnode that sends 1500 on pnode 0
    assert pair_bounds(index)[2].tolist() == [[0, 500 * 30 + 1500 * 20], [500 * 30 + 1500 * 20, 0]]


def test_the_cheapest_increase_is_the_least_of_all_additions_of_load() -> None:
    table = np.array([[0, 0, 1, 3, 6, 10, 15], [0, 2, 4, 6, 8, 10, 12], [0, 0, 0, 5, 10, 20, 30]])
    convex_load = ConvexLoad(name="t", weight=np.array([6]), pool_of=np.array([0, 1, 2]), table=table)
    for load in ([0, 0, 0], [2, 1, 0], [0, 0, 3], [1, 2, 2]):
        for more in range(7 - max(load)):
            ways = [np.bincount(way, minlength=3) for way in combinations_with_replacement(range(3), more)]
            prices = [_price(table, np.array(load) + way) for way in ways or [np.zeros(3, dtype=np.int64)]]
            expected = min(prices) - _price(table, np.array(load))
            assert convex_load.cheapest_increase(np.array([load]), more).tolist() == [expected], (load, more)


def _price(table: IntArray, load: IntArray) -> int:
    return int(table[np.arange(len(table)), load].sum())


def test_a_forced_site_holds_an_item_of_every_optimum() -> None:
    found = 0
    for seed in range(150):
        instance = random_instance(seed)
        answer = best(instance)
        if answer is None:
            continue
        index = TermIndex(lower(instance).problem)
        problem = index.problem
        rows = np.array(np.meshgrid(*[range(problem.m)] * problem.n)).reshape(problem.n, -1).T
        rows = rows[problem.feasible(rows)]
        held = rows[(problem.evaluate(rows)[:, :4] == answer[0][:4]).all(axis=1)]
        for p in forced_sites(index, answer[0], 4):
            assert (held == p).any(axis=1).all(), (seed, p)
            found += 1
    assert found > 50


def test_a_site_without_which_the_memory_does_not_suffice_is_forced() -> None:
    index = TermIndex(lower(an_instance(a_host(3 * GIB, GIB, 2 * GIB), a_guest(GIB, GIB, GIB, GIB))).problem)
    assert forced_sites(index, (0, 0, 10**9, 0, 10**9), 4) == [0]
    pinned = replace(index.problem, allowed=np.array([[True] * 3, [True] * 3, [True] * 3, [False, False, True]]))
    assert forced_sites(TermIndex(pinned), (0, 0, 10**9, 0, 10**9), 4) == [0, 2]


def test_one_to_one_pays_the_shortest_ways_that_differ() -> None:
    """
    Each of three vnodes reads 333 thousandths of each: from pnode 0 over 12 and 20, which is least, and 10 to itself.

    Without the rule all of it may be local.
    """
    guest = a_guest(GIB, GIB, GIB)
    assert bound_of(an_instance(ROW, guest))[COST] == 9 * 333 * 10
    assert bound_of(an_instance(ROW, change(guest, one_to_one=True)))[COST] == 3 * 333 * (10 + 12 + 20)


def test_the_largest_flow_is_taken_over_the_shortest_way() -> None:
    """Vnode 0 sends 4 parts to vnode 1 and 1 to vnode 2, of 5 that are 3000 thousandths of a vcpu."""
    traffic = ((0, 4, 1), (0, 0, 0), (0, 0, 0))
    guest = change(a_guest(GIB, GIB, GIB), traffic=traffic, one_to_one=True)
    assert bound_of(an_instance(ROW, guest))[COST] == 2400 * 12 + 600 * 20


def test_sixteen_unequal_vnodes_one_to_one_on_four_clusters_of_four_are_proved() -> None:
    host = a_host(*(64 * GIB,) * 16, slit=tree_slit((4, 16), (10, 16, 21)))
    guest = change(a_guest(*((4 + v) * GIB for v in range(16))), one_to_one=True)
    answer = solve(an_instance(host, guest), workers=1)
    assert answer.status is Status.OPTIMAL
