"""Certificates: recomputed they prove what they claim; changed, or for another fleet, less or nothing."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.fleet.bound.certificate import BoundClaim, certified, exceeding, proves, too_many
from placer.fleet.bound.generation import generate
from placer.fleet.bound.master import Master
from placer.fleet.bound.pricing import Pricer
from placer.fleet.bound.stages import Stage
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.problem import FleetProblem, lower_fleet
from tests.support.fleets import fleet_of

GUESTS = [[(2, 3), (2, 3)]] * 5 + [[(1, 2)]] * 6
FLEET = fleet_of([[(4, 8), (4, 8)]] * 5, GUESTS, one_to_one=True)
ALL = Stage("hosts", (("unplaced_guests", 0),))


def claim_of(fleet: Fleet, stage: Stage = ALL) -> tuple[BoundClaim, FleetProblem]:
    problem = lower_fleet(fleet)
    return certified(problem, stage, generate(Master(problem, stage), Pricer(problem))), problem


def test_a_certificate_proves_the_bound_rounded_up() -> None:
    claim, problem = claim_of(FLEET)
    assert (claim.tier, claim.bound, claim.held) == ("hosts", 4, {"unplaced_guests": 0})  # 26 vcpus on hosts of 8
    assert set(claim.prices) == {"g0", "g5"}
    assert proves(claim, problem) == 4


def test_one_price_changed_proves_less_or_no_more_than_is_true() -> None:
    claim, problem = claim_of(FLEET)
    for name in claim.prices:
        for price in (0, claim.prices[name] // 2, claim.prices[name] * 3):
            assert proves(replace(claim, prices={**claim.prices, name: price}), problem) < 4


def test_for_a_fleet_with_larger_hosts_it_proves_less_and_for_other_guests_it_is_refused() -> None:
    claim, _ = claim_of(FLEET)
    larger = lower_fleet(fleet_of([[(8, 16), (8, 16)]] * 5, GUESTS, one_to_one=True))
    assert proves(claim, larger) < 4
    others = lower_fleet(fleet_of([[(4, 8), (4, 8)]] * 5, GUESTS[:5], one_to_one=True))
    with pytest.raises(InputError, match='no class of guests begins with "g5", it is of another fleet'):
        proves(claim, others)


def test_a_claim_holds_only_tiers_above_its_own() -> None:
    claim, problem = claim_of(FLEET)
    with pytest.raises(InputError, match='"unplaced" is not above the tier unplaced_guests'):
        proves(replace(claim, tier="unplaced_guests", held={"unplaced": 3}), problem)
    with pytest.raises(InputError, match="a claim on requests needs the requests"):
        proves(replace(claim, tier="requests", held={}), problem)


def test_what_is_left_out_and_its_resources_are_certified_tier_by_tier() -> None:
    fleet = fleet_of([[(2, 8)]], [[(1, 2)], [(1, 3)], [(1, 4)]])
    first, problem = claim_of(fleet, Stage("unplaced_guests"))
    assert (first.bound, proves(first, problem)) == (1, 1)
    above, stage = Master(problem, Stage("unplaced_guests")), Stage("unplaced", (("unplaced_guests", 1),))
    generate(above, Pricer(problem))
    master = Master(problem, stage)
    master.take_columns(above)
    second = certified(problem, stage, generate(master, Pricer(problem)))
    assert second.bound == 2 * 2**20 + 1024
    assert proves(second, problem) == second.bound


def test_that_not_all_fit_is_stated_with_the_coarsest_prices() -> None:
    problem = lower_fleet(fleet_of([[(2, 8)]], [[(1, 2)]] * 3))
    found = generate(Master(problem, Stage("unplaced_guests")), Pricer(problem))
    assert exceeding(problem, found) == (100, {"g0": 100})
    claim = BoundClaim(tier="requests", bound=2, scale=100, prices={"g0": 100})
    assert too_many(claim, problem)
    assert not too_many(replace(claim, prices={}), problem)


def test_a_claim_on_the_fullest_pnode_is_proved_by_a_fleet_of_smaller_ones() -> None:
    problem = lower_fleet(fleet_of([[(4, 8)], [(4, 8)]], [[(1, 4)]] * 3))
    claim = BoundClaim(tier="spread", bound=1000, scale=1, prices={"g0": 1})
    assert proves(claim, problem) == 1000  # below 1000 each host holds one of the three
    assert proves(replace(claim, bound=1001), problem) == 0


APART = lower_fleet(fleet_of([[(1, 2), (1, 1), (1, 1)]] * 3, [[(1, 1), (1, 1)]] * 3, one_to_one=True))
"""A host has three pnodes of a vcpu, so that it holds one guest of two; in pieces it holds one and a half."""


def test_what_prices_do_not_prove_is_searched_and_named() -> None:
    stage = Stage("hosts", (("unplaced_guests", 0),))
    found = generate(Master(APART, stage), Pricer(APART))
    assert found.bound == pytest.approx(2.0)
    assert found.value == pytest.approx(3.0)
    assert found.searched is not None
    assert found.searched.bound == pytest.approx(3.0)
    claim = certified(APART, stage, found)
    assert (claim.bound, claim.searched) == (3, ("h0",))
    assert proves(claim, APART) == 3
    assert proves(replace(claim, searched=()), APART) == 2
    hasty = certified(APART, stage, found, left_s=0.0)
    assert proves(hasty, APART) >= hasty.bound


def test_a_claim_that_names_hosts_of_another_fleet_is_refused() -> None:
    claim = BoundClaim(tier="hosts", bound=3, held={"unplaced_guests": 0}, scale=1, searched=("h7",))
    with pytest.raises(InputError, match='no type of hosts begins with "h7"'):
        proves(claim, APART)
