"""The lowest use of the fullest pnode, against brute force."""

from __future__ import annotations

from time import perf_counter

import pytest

from placer.fleet.bound.certificate import proves
from placer.fleet.bound.even import fill_evenly
from placer.fleet.bound.steps import Steps
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of, least_spread, random_parts


@pytest.mark.parametrize("pnodes", [1, 2])
@pytest.mark.parametrize("seed", range(8))
def test_the_least_use_is_found_and_never_bounded_above(seed: int, pnodes: int) -> None:
    hosts, guests, one_to_one = random_parts(seed, pnodes=pnodes)
    true = least_spread(hosts, guests, one_to_one=one_to_one)
    problem = lower_fleet(fleet_of(hosts, guests, one_to_one=one_to_one))
    even = fill_evenly(problem, Steps(perf_counter() + 30))
    if true is None:
        assert even is None
        return
    assert even is not None
    assert (even.tier.value, even.tier.bound) == (true, true)
    assert even.tier.claim is None or proves(even.tier.claim, problem) == even.tier.claim.bound <= true
