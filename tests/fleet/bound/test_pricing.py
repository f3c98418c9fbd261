"""Pricing, against every filling of a host."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from placer.fleet.bound.checking import most_worth
from placer.fleet.bound.enumeration import all_fillings
from placer.fleet.bound.pricing import Pricer
from placer.fleet.problem.problem import FleetProblem, lower_fleet
from tests.support.fleets import GIB, fleet_of, random_parts


def problem_of(seed: int, pnodes: int) -> FleetProblem:
    hosts, guests, one_to_one = random_parts(seed, pnodes=pnodes)
    problem = lower_fleet(fleet_of(hosts, guests, one_to_one=one_to_one))
    from dataclasses import replace

    return replace(problem, demand=(9,) * len(problem.classes))


@pytest.mark.parametrize("pnodes", [1, 2, 3])
@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_worth_more_than_the_bound_and_columns_are_fillings(seed: int, pnodes: int) -> None:
    problem = problem_of(seed, pnodes)
    fillings = all_fillings(problem)
    assert fillings is not None
    prices = np.random.default_rng(seed).uniform(0, 3, len(problem.classes))
    pricer = Pricer(problem)
    pricing = pricer.price(prices)
    for t in range(len(problem.types)):
        mine = [column for of, column in fillings if of == t]
        most = max((float(column @ prices) for column in mine), default=0.0)
        assert pricing.most[t] >= most - 1e-9
        if all(group.items.exact for group in pricer.groups) and pnodes < 3:
            assert pricing.most[t] == pytest.approx(most)
            assert pricing.columns[t] @ prices == pytest.approx(most)
        assert any((pricing.columns[t] <= column).all() for column in mine) or not pricing.columns[t].any()


def test_a_part_smaller_than_a_step_is_bounded_beside_the_tables() -> None:
    fleet = fleet_of([[(4, 64)] * 3], [[(1, 4), (0, 1)]] * 3, one_to_one=True)
    large, small = (vnode for vnode in fleet.guests[0].guest.vnodes)
    vnodes = [structs.replace(large, memory_kib=4 * GIB + 1), structs.replace(small, memory_kib=1024)]
    guests = [structs.replace(each, guest=structs.replace(each.guest, vnodes=vnodes)) for each in fleet.guests]
    problem = lower_fleet(structs.replace(fleet, guests=guests))
    total = 4 * GIB + 1 + 1024
    # every vcpu has a large part, and each of the three guests has its small one: a step is over 1 MiB
    most = (12 * (4 * GIB + 1) + 3 * 1024) / total
    pricer = Pricer(problem)
    assert not pricer.units.exact
    assert pricer.price(np.ones(1)).most.tolist() == [pytest.approx(most)]
    assert most_worth(problem, [total]) == [12 * (4 * GIB + 1) + 3 * 1024]
    assert pricer.price(np.ones(1)).columns.tolist() == [[12]]


def test_a_host_without_guests_is_worth_nothing() -> None:
    problem = lower_fleet(fleet_of([[(4, 8)]], []))
    assert Pricer(problem).price(np.zeros(0)).most.tolist() == [0.0]
