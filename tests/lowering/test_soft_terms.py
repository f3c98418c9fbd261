"""The lowering of the terms below nearness and free cores, worked by hand."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from placer.instance import Objective
from placer.lowering.soft_terms import shape, site_distances, soft_affinity, vdistance
from tests.support.building import MIB, a_guest, a_host, an_instance, groups_of


def test_the_distance_to_no_pnode_is_the_largest_finite_one_both_ways() -> None:
    host = a_host(1, 1, slit=((10, 255), (31, 12)))
    assert site_distances(host, with_unplaced_site=False).tolist() == [[10, 255], [31, 12]]
    assert site_distances(host, with_unplaced_site=True).tolist() == [[10, 255, 31], [31, 12, 31], [31, 31, 31]]


def test_soft_affinity_charges_each_vcpu_that_finds_no_pcpu_of_its_mask() -> None:
    guest = a_guest(1, 1, vcpus=(3, 1), soft_affinity=((0,), (1, 2), None, (5,)))
    (linear,) = soft_affinity(an_instance(a_host(1, 1, 1, pcpus=2), guest), with_unplaced_site=True)
    # vcpu 0 wants pnode 0, vcpu 1 pnode 0 or 1, vcpu 2 nothing; vcpu 3 wants pnode 2
    assert linear.cost.tolist() == [[0, 1000, 2000, 2000], [1000, 1000, 0, 1000]]


def test_without_masks_there_is_no_soft_affinity() -> None:
    instance = an_instance(a_host(1), a_guest(1, soft_affinity=(None,)), a_guest(1, name="b"))
    assert soft_affinity(instance, with_unplaced_site=True) == []


def test_vdistance_is_the_difference_to_what_is_written() -> None:
    guest = a_guest(1, 1, vdistances=((10, 15), (21, 10)))
    instance = an_instance(a_host(1, 1, slit=((10, 255), (31, 10))), a_guest(1, name="a"), guest)
    terms = vdistance(instance, groups_of(instance), with_unplaced_site=True)
    rows = np.array([[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 2]])
    # on one pnode 11 is written: 4 + 10; (0, 1): |15 - 254| + |21 - 31|; (1, 0): |15 - 31| + |21 - 254|; none: 31
    assert np.sum([term.evaluate(rows) for term in terms], axis=0).tolist() == [14_000, 249_000, 249_000, 26_000]


def test_the_diagonal_of_wanted_vdistances_does_not_count() -> None:
    one, two = (a_guest(1, 1, vdistances=((d, 20), (20, d))) for d in (10, 99))
    prices = []
    for guest in (one, two):
        instance = an_instance(a_host(1, 1), guest)
        terms = vdistance(instance, groups_of(instance), with_unplaced_site=False)
        prices.append(np.sum([term.evaluate(np.array([[0, 0], [0, 1]])) for term in terms], axis=0).tolist())
    assert prices == [[18_000, 0]] * 2


def test_pack_sums_the_mib_left_on_each_pnode_in_use() -> None:
    instance = an_instance(a_host(10 * MIB, 5 * MIB + 1023), a_guest(3 * MIB, MIB + 1))
    (room,) = shape(instance, with_unplaced_site=True)
    # 10 - 4 - 1 KiB; 7 + (5 MiB + 1023 - 1 MiB - 1 = 4 MiB + 1022); only vnode 0 placed: 7
    assert room.evaluate(np.array([[0, 0], [0, 1], [0, 2]])).tolist() == [5, 11, 7]
    assert shape(replace(instance, objective=Objective(shape="none")), with_unplaced_site=True) == ()
