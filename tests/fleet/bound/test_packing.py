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
        found = packed(problem, units_of(problem), t, prices)
        assert found is not None
        assert float(found.filling @ prices) == best
        assert found.most == pytest.approx(best) or np.isinf(found.most)


def test_parts_of_one_guest_share_no_pnode_where_they_must_not() -> None:
    """Two pnodes hold 8 and 2 GiB: two guests of 1 and 1 apart, or five that may share a pnode."""
    for one_to_one, most in ((True, 2), (False, 5)):
        problem = lower_fleet(fleet_of([[(9, 8), (9, 2)]], [[(1, 1), (1, 1)]] * 9, one_to_one=one_to_one))
        found = packed(problem, units_of(problem), 0, np.ones(1))
        assert found is not None
        assert found.filling.tolist() == [most]
        assert found.most == pytest.approx(most)


def test_guests_that_are_worth_nothing_fill_no_host_of_unequal_parts() -> None:
    problem = lower_fleet(fleet_of([[(4, 8)] * 2], [[(1, 2), (2, 3)]], one_to_one=True))
    assert packed(problem, units_of(problem), 0, np.zeros(1)) is None


@pytest.mark.parametrize("parts", [[(1, 2)] * 2, [(1, 2), (2, 3)]], ids=["equal", "unequal"])
def test_so_many_of_a_class_are_there_as_are_asked(parts: list[tuple[int, int]]) -> None:
    """Small guests are worth more for their room, and yet one of several parts is held."""
    problem = lower_fleet(fleet_of([[(4, 8)] * 2], [parts, *[[(1, 1)]] * 8], one_to_one=True))
    prices, several = np.array([0.1, 1.0]), {0: 1}
    free, asked = (packed(problem, units_of(problem), 0, prices, least=each) for each in (None, several))
    assert free is not None
    assert asked is not None
    assert free.filling.tolist() == [0, 8]
    assert asked.filling.tolist() == [1, 8 - sum(vcpus for vcpus, _ in parts)]
