"""The traffic between the vnodes of a guest, worked by hand."""

from __future__ import annotations

import pytest

from placer.instance import Guest
from placer.lowering.costs import (
    access_distance,
)
from placer.lowering.traffic import traffic
from tests.support.building import GIB, a_guest, a_host, an_instance, groups_of


def test_traffic_spreads_each_vcpus_thousand_over_the_memory() -> None:
    assert traffic(a_guest(1, 3, vcpus=(2, 5))).tolist() == [[500, 1500], [1250, 3750]]


def test_shares_go_to_the_nearest_thousandth_halves_up() -> None:
    # 1000 / 3 = 333.33; 1000 x 1 / 16 = 62.5 and 1000 x 15 / 16 = 937.5
    assert traffic(a_guest(1, 1, 1)).tolist() == [[333] * 3] * 3
    assert traffic(a_guest(1, 15)).tolist() == [[63, 938], [63, 938]]


def test_a_vnode_without_vcpus_sends_nothing_and_one_without_memory_gets_nothing() -> None:
    assert traffic(a_guest(4, 0, vcpus=(0, 3))).tolist() == [[0, 0], [3000, 0]]


def test_own_traffic_is_scaled_to_a_thousand_a_vcpu_halves_up() -> None:
    # entries x 3000 / 16: 187.5, 0, 562.5, 2250
    guest = a_guest(1, 1, vcpus=(1, 2), traffic=((1, 0), (3, 12)))
    assert traffic(guest).tolist() == [[188, 0], [563, 2250]]


@pytest.mark.parametrize(
    "guest",
    [
        a_guest(0, 0),
        a_guest(5, 5, vcpus=(0, 0)),
        a_guest(5, 5, vcpus=(0, 0), traffic=((0, 1), (0, 0))),
        a_guest(0, 0, traffic=((0, 1), (0, 0))),
    ],
    ids=["no memory", "no vcpus", "no vcpus, own traffic", "no memory, own traffic"],
)
def test_a_guest_without_memory_or_vcpus_has_no_traffic(guest: Guest) -> None:
    assert not traffic(guest).any()
    instance = an_instance(a_host(GIB), guest)
    assert access_distance(instance, groups_of(instance), with_unplaced_site=False) == []
