"""Fillings tier by tier, against brute force on small fleets, and on the tables of Huawei Cloud."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event
from time import perf_counter

import numpy as np
import pytest

from placer.fleet.bound.certificate import proves
from placer.fleet.bound.filling import Filler, Filling
from placer.fleet.files.hosts_table import read_hosts_table
from placer.fleet.files.requests_table import guests_of_requests, read_requests
from placer.fleet.model.fleet import Aim, Fleet, Placed
from placer.fleet.problem.problem import FleetProblem, lower_fleet
from tests.support.fleets import best, fleet_of, random_parts


def filled(problem: FleetProblem, aim: Aim = "hosts") -> Filling:
    return Filler(problem, aim, perf_counter() + 60).fill()


@pytest.mark.parametrize("pnodes", [1, 2, 3])
@pytest.mark.parametrize("seed", range(8))
def test_every_tier_is_the_least_and_certificates_prove_no_more(seed: int, pnodes: int) -> None:
    hosts, guests, one_to_one = random_parts(seed, pnodes=pnodes)
    hosts = hosts[:2] if pnodes == 3 else hosts
    problem = lower_fleet(fleet_of(hosts, guests, one_to_one=one_to_one))
    found = filled(problem)
    true = best(hosts, guests, one_to_one=one_to_one)
    assert tuple(tier.value for tier in found.tiers) == true
    assert tuple(tier.bound for tier in found.tiers) == true
    for tier in found.tiers:
        assert tier.claim is None or proves(tier.claim, problem) == tier.claim.bound <= tier.bound


def test_fillings_hold_every_guest_that_is_not_left_out() -> None:
    problem = lower_fleet(fleet_of([[(4, 8), (4, 8)]] * 4, [[(2, 3), (2, 3)]] * 4 + [[(1, 2)]] * 3, one_to_one=True))
    found = filled(problem, "none")
    assert [tier.tier for tier in found.tiers] == ["unplaced_guests", "unplaced"]
    held = sum((count * column for _, column, count in found.fillings), np.zeros(2, dtype=np.int64))
    assert (held >= problem.demand).all()
    assert sum(count for _, _, count in found.fillings) <= 4


def test_a_stop_leaves_the_fillings_that_were_made_without_prices_and_what_is_proved() -> None:
    stop = Event()
    stop.set()
    problem = lower_fleet(fleet_of([[(4, 8)]] * 9, [[(1, 3)]] * 4 + [[(1, 5)]] * 3))
    found = Filler(problem, "hosts", perf_counter() + 60, stop=stop).fill()
    held = sum((count * column for _, column, count in found.fillings), np.zeros(2, dtype=np.int64))
    assert held.tolist() == [4, 3]
    *_, tier = found.tiers
    assert (tier.tier, tier.value) == ("hosts", 4)
    assert tier.bound <= 4


def test_a_stop_leaves_those_that_find_no_place_out() -> None:
    stop = Event()
    stop.set()
    problem = lower_fleet(fleet_of([[(4, 8)]], [[(1, 3)]] * 4))
    found = Filler(problem, "hosts", perf_counter() + 60, stop=stop).fill()
    assert [(t, column.tolist(), n) for t, column, n in found.fillings] == [(0, [2], 1)]
    assert found.tiers[0].value == 2


def test_hosts_in_use_are_filled_before_others() -> None:
    fleet = fleet_of([[(4, 8)]] * 3, [[(1, 2)]] * 3, placed=[Placed(guest="g0", host="h2", pnodes=[0])])
    problem = lower_fleet(fleet)
    found = filled(problem)
    assert [(tier.value, tier.bound) for tier in found.tiers] == [(0, 0), (0, 0), (0, 0)]
    assert {problem.types[t].hosts for t, _, _ in found.fillings} == {("h2",)}


def test_a_fleet_without_guests_needs_no_host() -> None:
    assert [(tier.value, tier.bound) for tier in filled(lower_fleet(fleet_of([[(4, 8)]], []))).tiers] == [(0, 0)] * 3


@pytest.mark.skipif("PLACER_CORPUS" not in os.environ, reason="PLACER_CORPUS names no corpus")
@pytest.mark.parametrize(("table", "hosts"), [("C1", 715), ("C2", 682)])
def test_the_requests_of_huawei_cloud_fit_on_as_few_hosts_as_the_bound(table: str, hosts: int) -> None:
    folder = Path(os.environ["PLACER_CORPUS"]) / "fleet"
    guests, _, _ = guests_of_requests(read_requests(folder / f"VM_data_{table}.csv"))
    problem = lower_fleet(Fleet(hosts=read_hosts_table(folder / "PM_res.csv"), guests=guests))
    *_, tier = filled(problem).tiers
    assert (tier.tier, tier.value, tier.bound) == ("hosts", hosts, hosts)
    assert tier.claim is not None
    assert proves(tier.claim, problem) == hosts
