"""The best filling by CP-SAT: worth as much as the best of all fillings, tried one by one, or no answer."""

from __future__ import annotations

import numpy as np
import pytest

from placer.fleet.bound.enumeration import all_fillings
from placer.fleet.bound.items import units_of
from placer.fleet.bound.searched import Found, searched
from placer.fleet.problem.problem import FleetProblem, lower_fleet
from tests.support.fleets import fleet_of


def best_of(problem: FleetProblem, prices: list[int], time_limit_s: float = 60.0) -> Found | None:
    """Fill a host of the first type."""
    return searched(problem, units_of(problem), 0, prices, time_limit_s)


@pytest.mark.parametrize("seed", range(24))
def test_a_filling_is_the_best_of_all(seed: int) -> None:
    """Hosts of equal and of different pnodes, guests of one to four equal parts that stay apart."""
    draw = np.random.default_rng(100 + seed)
    sizes = draw.integers(2, 7, (2, 2)).tolist()
    hosts = [[sizes[int(i)] for i in draw.integers(0, 2, 4)]]
    guests = []
    for _ in range(3):
        part = tuple(draw.integers(1, 4, 2).tolist())
        guests += [[part] * int(draw.integers(1, 5))] * int(draw.integers(1, 4))
    problem = lower_fleet(fleet_of(hosts, guests, one_to_one=True))
    prices = draw.integers(1, 9, len(problem.classes)).tolist()
    best = max((int(column @ prices) for _, column in all_fillings(problem) or ()), default=0)
    found = best_of(problem, prices)
    if not problem.types[0].classes:
        assert found is None
        return
    assert found is not None
    assert found.worth == best == int(found.filling @ prices)
    assert found.proved


def test_parts_of_one_guest_share_no_pnode_where_they_must_not() -> None:
    """Two pnodes hold 8 and 2 GiB: two guests of 1 and 1 apart, or five that may share a pnode."""
    for one_to_one, most in ((True, 2), (False, 5)):
        problem = lower_fleet(fleet_of([[(9, 8), (9, 2)]], [[(1, 1), (1, 1)]] * 9, one_to_one=one_to_one))
        found = best_of(problem, [3])
        assert found is not None
        assert (found.worth, found.filling.tolist()) == (3 * most, [most])


def test_guests_of_unequal_parts_and_a_time_that_is_up_have_no_answer() -> None:
    unequal = lower_fleet(fleet_of([[(4, 8)] * 2], [[(1, 2), (2, 3)]], one_to_one=True))
    assert best_of(unequal, [1]) is None
    equal = lower_fleet(fleet_of([[(30, 120)] * 8], [[(n, 7)] * 3 for n in range(3, 12)] * 9, one_to_one=True))
    hasty = best_of(equal, list(range(11, 20)), time_limit_s=0.0)
    assert hasty is None or not hasty.proved
