"""What each term may cost at most, and weights that are refused for it, worked by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.instance import Device, Domain, Instance, Objective
from placer.lowering.overflow import check_weights, largest_costs
from tests.support.building import GIB, a_guest, a_host, an_instance


def test_each_term_is_bounded_by_the_largest_distance_and_by_every_pair_of_vcpus() -> None:
    host = replace(
        a_host(GIB, GIB), devices=(Device(id="nic", pnode=0),), domains=(Domain(name="old", affinity=(None,)),)
    )
    guests = (
        a_guest(1, 1, vcpus=(1, 2), devices=("nic",)),
        a_guest(1, 1, 1, vcpus=(1, 0, 0), name="web", vdistances=((10, 20, 20),) * 3),
    )
    assert largest_costs(an_instance(host, *guests)) == {
        # shares of a half, and of a third each rounded down to 333
        "access_distance": 255 * (3 * 1000 + 999),
        # 4 vcpus to place and 1 that runs: 5 x 4 ordered pairs at 15
        "core_sharing": 15_000 * 20,
        "future_capacity": 0,
        "device_distance": 255_000 * 3,
        "soft_affinity": 4_000,
        "vdistance": 255_000 * 9,
        # the vcpu of the guest without devices
        "device_pnodes": 1_000,
    }


def weighed(vcpus: int) -> Instance:
    """So many vcpus, a pair of which costs 1000 x 10^6."""
    objective = Objective(core_sharing_price=1000, tiers=({"core_sharing": 1000},))
    return replace(an_instance(a_host(GIB), a_guest(1, vcpus=(vcpus,))), objective=objective)


def test_a_tier_that_may_cost_2_to_the_53_is_refused_with_its_terms() -> None:
    check_weights(weighed(3001))  # 3001 x 3000 x 10^9 is 9.003e15, 2^53 is 9.0072e15
    with pytest.raises(
        InputError,
        match=r"^tier 3 \(core_sharing\) may cost 9009002000000000, expected less than 2\^53: lower its weights or",
    ):
        check_weights(weighed(3002))
