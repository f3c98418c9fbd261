"""Column generation: its bound is the value of the linear program over every filling."""

from __future__ import annotations

from dataclasses import replace

import pytest

from placer.fleet.bound.enumeration import all_fillings
from placer.fleet.bound.generation import generate
from placer.fleet.bound.master import Master
from placer.fleet.bound.pricing import Pricer
from placer.fleet.bound.proving import lagrangian
from placer.fleet.bound.stages import Stage
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of, random_parts

ALL = Stage("hosts", (("unplaced_guests", 0),))
NONE = Stage("unplaced_guests")
EVEN = lower_fleet(fleet_of([[(4, 8), (4, 8)]] * 4, [[(2, 3), (2, 3)]] * 5 + [[(1, 2)]] * 6, one_to_one=True))
"""The guests have 26 vcpus, a host 8, which two large guests fill, or one and four small ones, or eight small ones."""


def test_bound_and_value_meet_where_pricing_is_exact() -> None:
    master, pricer = Master(EVEN, ALL), Pricer(EVEN)
    found = generate(master, pricer)
    assert found.bound == pytest.approx(found.value)
    assert found.value == pytest.approx(26 / 8)
    assert lagrangian(master, found.prices, found.multipliers, pricer.price(found.prices).most) == pytest.approx(
        found.bound
    )


@pytest.mark.parametrize("seed", range(4))
def test_guests_of_several_parts_are_bounded_in_pieces_and_filled_whole(seed: int) -> None:
    hosts, guests, _ = random_parts(seed, pnodes=3)
    problem = lower_fleet(fleet_of(hosts, guests * 2, one_to_one=True))
    pricer, master, every = Pricer(problem), Master(problem, NONE), Master(problem, NONE)
    for t, column in all_fillings(problem) or ():
        every.add(t, column)
    true = every.relaxed().value
    found = generate(master, pricer)
    assert found.bound - 1e-6 <= found.value <= true + 1e-6  # fillings may hold more of a class than there are


def test_pieces_of_one_size_are_bounded_by_how_many_a_pnode_holds() -> None:
    """A pnode of 10 GiB holds 3 of 3 GiB: 12 on a host, 4 guests of 3 parts; memory alone would hold 4.4."""
    problem = lower_fleet(fleet_of([[(9, 10)] * 4] * 9, [[(1, 3)] * 3] * 9, one_to_one=True))
    found = generate(Master(problem, ALL), Pricer(problem))
    assert found.bound == pytest.approx(9 / 4)
    assert found.value == pytest.approx(9 / 4)


def test_hosts_that_are_all_in_use_do_not_hide_what_others_gain() -> None:
    """Of 2,100 hosts of 1 to 2,100 GiB a round takes 2,000, the largest: the small ones must follow."""
    hosts = [[(1, gib)] for gib in range(1, 2101)]
    problem = lower_fleet(fleet_of(hosts, [[(1, 1)]], aim="none"))
    room = 2100 * 2101 // 2
    short = replace(problem, demand=(room + 7,))
    found = generate(Master(short, NONE), Pricer(short))
    assert found.value == pytest.approx(7)
    assert found.bound == pytest.approx(7)


def test_it_ends_when_enough_is_known_or_the_time_is_up() -> None:
    rounds = []

    def enough(value: float, bound: float) -> bool:
        rounds.append((value, bound))
        return True

    assert generate(Master(EVEN, ALL), Pricer(EVEN), enough=enough).rounds == len(rounds) == 1
    assert generate(Master(EVEN, ALL), Pricer(EVEN), until=0.0).rounds == 1
