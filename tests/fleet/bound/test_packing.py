"""The best filling of a host: no filling there is, tried one by one, is worth more."""

from __future__ import annotations

import numpy as np
import pytest

from placer.fleet.bound.enumeration import all_fillings
from placer.fleet.bound.items import units_of
from placer.fleet.bound.packing import packed
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of, random_parts


@pytest.mark.parametrize("seed", range(6))
def test_a_filling_is_the_best_of_all(seed: int) -> None:
    hosts, guests, one_to_one = random_parts(seed, pnodes=3)
    problem = lower_fleet(fleet_of(hosts, guests, one_to_one=one_to_one))
    prices = np.random.default_rng(seed).integers(1, 9, len(problem.classes)).astype(float)
    fillings = all_fillings(problem)
    assert fillings is not None
    for t in range(len(problem.types)):
        best = max((float(column @ prices) for of, column in fillings if of == t), default=0.0)
        column = packed(problem, units_of(problem), t, prices)
        assert column is not None
        assert float(column @ prices) == best


def test_parts_of_one_guest_share_no_pnode_where_they_must_not() -> None:
    """Two pnodes hold 8 and 2 GiB: two guests of 1 and 1 apart, or five that may share a pnode."""
    for one_to_one, most in ((True, 2), (False, 5)):
        problem = lower_fleet(fleet_of([[(9, 8), (9, 2)]], [[(1, 1), (1, 1)]] * 9, one_to_one=one_to_one))
        column = packed(problem, units_of(problem), 0, np.ones(1))
        assert column is not None
        assert column.tolist() == [most]


def test_without_guests_that_are_worth_something_there_is_no_filling() -> None:
    problem = lower_fleet(fleet_of([[(4, 8)]], [[(1, 2)]]))
    assert packed(problem, units_of(problem), 0, np.zeros(1)) is None
