"""What integer prices prove, against brute force: never more than is true, whatever the prices."""

from __future__ import annotations

import random

import pytest

from placer.fleet.bound.checking import exceeded, most_worth, proved
from placer.fleet.bound.stages import Stage, Tier
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import best, fleet_of, random_parts


def test_the_worth_of_a_host_is_that_of_its_best_filling() -> None:
    problem = lower_fleet(fleet_of([[(4, 8), (4, 8)]], [[(2, 3), (2, 3)], [(1, 2)]], one_to_one=True))
    assert most_worth(problem, [5, 1]) == [10]  # two of the large
    assert most_worth(problem, [3, 1]) == [8]  # eight small ones
    assert most_worth(problem, [0, 0]) == [0]


@pytest.mark.parametrize("pnodes", [1, 2, 3])
@pytest.mark.parametrize("seed", range(8))
def test_random_prices_prove_no_more_than_is_true(seed: int, pnodes: int) -> None:
    hosts, guests, one_to_one = random_parts(seed, pnodes=pnodes)
    problem = lower_fleet(fleet_of(hosts[:2], guests, one_to_one=one_to_one))
    true = best(hosts[:2], guests, one_to_one=one_to_one)
    draw = random.Random(seed)
    for _ in range(20):
        prices = [draw.randint(0, 12) for _ in problem.classes]
        assert proved(problem, Stage("unplaced_guests"), scale=10, prices=prices) <= true[0]
        held: tuple[tuple[Tier, int], ...] = (("unplaced_guests", true[0]),)
        weighty = [price * 2**20 for price in prices]
        multipliers = [draw.randint(0, 2**20)] if true[0] else []
        second = proved(problem, Stage("unplaced", held), scale=1, prices=weighty, multipliers=multipliers)
        assert second <= true[1]
        if not true[0]:
            assert proved(problem, Stage("hosts", held), scale=10, prices=prices) <= true[2]
        assert not exceeded(problem, prices) or true[0]


def test_prices_of_what_hosts_lack_show_that_not_all_guests_fit() -> None:
    problem = lower_fleet(fleet_of([[(2, 8)]], [[(1, 2)]] * 3))
    assert exceeded(problem, [1])
    assert proved(problem, Stage("unplaced_guests"), scale=1, prices=[1]) == 1
    assert proved(problem, Stage("unplaced_guests"), scale=1, prices=[0]) == 0
