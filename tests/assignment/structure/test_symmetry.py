"""Interchangeable items, groups and sites, told by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from placer.assignment import BoolArray, IntArray, Problem
from placer.assignment.structure.symmetry import group_classes, item_classes, site_classes
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Host, Instance, Pnode
from placer.lowering.lower import lower
from tests.support.building import GIB, OPTERON_6272, a_guest, a_host, an_instance, tree_slit
from tests.support.random_instances import random_instance


def index_of(instance: Instance, *, allow_unplaced: bool = False) -> TermIndex:
    return TermIndex(lower(instance, allow_unplaced=allow_unplaced).problem)


FOUR = a_host(*(4 * GIB,) * 4, slit=tree_slit((2, 4), (10, 16, 21)))


def test_equal_vnodes_of_one_guest_are_interchangeable_and_unequal_ones_are_not() -> None:
    guest = a_guest(GIB, 2 * GIB, GIB, 2 * GIB, 2 * GIB, vcpus=(1, 1, 1, 2, 1))
    assert item_classes(index_of(an_instance(FOUR, guest))) == [[0, 2], [1, 4], [3]]


def test_vnodes_of_different_guests_are_interchangeable_only_where_each_is_its_guests_only_one() -> None:
    guests = [a_guest(GIB, name="a"), a_guest(GIB, GIB, name="b"), a_guest(GIB, name="c"), a_guest(GIB, GIB, name="d")]
    assert item_classes(index_of(an_instance(FOUR, *guests))) == [[0, 3], [1, 2], [4, 5]]


def test_hard_and_soft_affinity_set_a_vnode_apart() -> None:
    hard = a_guest(GIB, GIB, GIB, hard_affinity=(None, (0,), None))
    soft = a_guest(GIB, GIB, GIB, soft_affinity=(None, None, (0,)))
    assert item_classes(index_of(an_instance(FOUR, hard))) == [[0, 2], [1]]
    assert item_classes(index_of(an_instance(FOUR, soft))) == [[0, 1], [2]]


def test_own_traffic_and_wanted_distances_set_vnodes_apart() -> None:
    ring = a_guest(GIB, GIB, GIB, traffic=((1, 5, 0), (0, 1, 5), (5, 0, 1)))
    star = a_guest(GIB, GIB, GIB, traffic=((0, 3, 3), (3, 0, 0), (3, 0, 0)))
    wanted = a_guest(GIB, GIB, GIB, vdistances=((10, 16, 21), (16, 10, 21), (21, 21, 10)))
    classes = [item_classes(index_of(an_instance(FOUR, guest))) for guest in (ring, star, wanted)]
    assert classes == [[[0], [1], [2]], [[0], [1, 2]], [[0, 1], [2]]]


def test_equal_guests_are_interchangeable_as_a_whole() -> None:
    guests = [a_guest(GIB, 2 * GIB, name=name) for name in "abc"]
    other = a_guest(2 * GIB, GIB, name="d")
    (twins,) = group_classes(index_of(an_instance(FOUR, guests[0], other, guests[1], guests[2])))
    assert [items.tolist() for items in twins] == [[0, 1], [4, 5], [6, 7]]


def test_guests_of_one_vnode_or_with_other_pinning_are_not_interchangeable_as_a_whole() -> None:
    singles = [a_guest(GIB, name="a"), a_guest(GIB, name="b")]
    pinned = [a_guest(GIB, GIB, name="c"), a_guest(GIB, GIB, name="d", pnodes=(0, 1))]
    assert group_classes(index_of(an_instance(FOUR, *singles, *pinned))) == []


def test_pnodes_of_one_cluster_are_interchangeable_and_clusters_are_not() -> None:
    assert site_classes(index_of(an_instance(FOUR, a_guest(GIB, GIB)))) == [[0, 1], [2, 3]]


def test_one_distance_for_all_makes_all_pnodes_interchangeable_but_no_pnode_stays_itself() -> None:
    instance = an_instance(a_host(*(4 * GIB,) * 4), a_guest(GIB, GIB))
    assert site_classes(index_of(instance)) == [[0, 1, 2, 3]]
    assert site_classes(index_of(instance, allow_unplaced=True)) == [[0, 1, 2, 3], [4]]


def test_memory_cores_and_pinning_set_pnodes_apart() -> None:
    host = Host(
        pnodes=(
            Pnode(id=0, memory_kib=4 * GIB, pcpus=(0, 1)),
            Pnode(id=1, memory_kib=4 * GIB, pcpus=(2, 3), cores=((2, 3),)),
            Pnode(id=2, memory_kib=4 * GIB, pcpus=(4, 5)),
            Pnode(id=3, memory_kib=4 * GIB - 1, pcpus=(6, 7)),
        )
    )
    assert site_classes(index_of(an_instance(host, a_guest(GIB, GIB)))) == [[0, 2], [1], [3]]
    pinned = a_guest(GIB, GIB, hard_affinity=((0, 2, 6), None))
    assert site_classes(index_of(an_instance(host, pinned))) == [[0], [1], [2], [3]]


def test_pnodes_that_share_their_cores_are_left_alone() -> None:
    pnodes = [Pnode(id=p, memory_kib=GIB * (p < 2), pcpus=(p,)) for p in range(4)]
    host = Host(pnodes=tuple(pnodes), slit=((10, 20, 12, 20), (20, 10, 20, 12), (12, 20, 10, 20), (20, 12, 20, 10)))
    assert site_classes(index_of(an_instance(host, a_guest(1, 1)))) == [[0], [1], [2], [3]]


def test_no_two_dies_of_the_opteron_are_interchangeable() -> None:
    # no transposition keeps the matrix: rows 2 and 4 are alike but differ towards 1 and 7
    host = a_host(*(4 * GIB,) * 8, slit=OPTERON_6272)
    assert site_classes(index_of(an_instance(host, a_guest(GIB, GIB)))) == [[p] for p in range(8)]


def test_swapping_what_is_interchangeable_changes_neither_rules_nor_costs() -> None:
    swapped = 0
    for seed in range(400):
        problem = lower(random_instance(seed), allow_unplaced=seed % 2 == 1).problem
        index, rows = TermIndex(problem), np.random.default_rng(seed).integers(problem.m, size=(30, problem.n))
        good, costs = problem.feasible(rows), problem.evaluate(rows)
        for v, w in (pair for members in item_classes(index) for pair in combinations(members, 2)):
            other = rows.copy()
            other[:, [v, w]] = rows[:, [w, v]]
            assert _same(problem, other, good, costs), (seed, "items", v, w)
            swapped += 1
        for a, b in (pair for twins in group_classes(index) for pair in combinations(twins, 2)):
            other = rows.copy()
            other[:, a], other[:, b] = rows[:, b], rows[:, a]
            assert _same(problem, other, good, costs), (seed, "groups", a, b)
        for p, q in (pair for members in site_classes(index) for pair in combinations(members, 2)):
            other = np.where(rows == p, q, np.where(rows == q, p, rows))
            assert _same(problem, other, good, costs), (seed, "sites", p, q)
            swapped += 1
    assert swapped > 100


def _same(problem: Problem, rows: IntArray, good: BoolArray, costs: IntArray) -> bool:
    return bool((problem.feasible(rows) == good).all() and (problem.evaluate(rows)[good] == costs[good]).all())
