"""Guests that stay together: fillings that have places for them, and hosts filled with them in mind."""

from __future__ import annotations

import numpy as np

from placer.fleet.bound.bundles import Bundle, Together, add_fillings, times
from placer.fleet.bound.items import units_of
from placer.fleet.bound.master import Master
from placer.fleet.bound.stages import Stage
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of

PROBLEM = lower_fleet(fleet_of([[(4, 8)]] * 4, [[(2, 2)]] * 4 + [[(1, 2)]] * 4))
"""A host holds two of the large, four of the small, or one of the large and two of the small; all need three hosts."""
ALL = Stage("hosts", (("unplaced_guests", 0),))
PAIR = ((0, 1), (1, 1))


def a_master(*columns: tuple[int, int]) -> Master:
    master = Master(PROBLEM, ALL)
    for column in columns:
        master.add(0, np.array(column))
    return master


def test_places_for_a_bundle_are_those_of_its_scarcest_class() -> None:
    assert times(PAIR, np.array([2, 3])) == 2
    assert times(((0, 2),), np.array([3, 9])) == 1
    assert times(PAIR, np.array([0, 4])) == 0


def test_fillings_with_places_for_a_bundle_are_made_where_few_are_known() -> None:
    master = a_master((2, 0), (0, 4))
    assert add_fillings(master, units_of(PROBLEM), {PAIR: 1}) == 1
    assert master.columns[-1][1].tolist() == [1, 2]
    known = a_master((1, 2), (1, 1))
    assert add_fillings(known, units_of(PROBLEM), {PAIR: 1}) == 0


def test_whole_hosts_are_chosen_with_places_for_every_bundle() -> None:
    """Without bundles three hosts could be two of the large twice and one of the small; two pairs need mixed ones."""
    bundles: dict[Bundle, int] = {PAIR: 2}
    master = a_master((2, 0), (0, 4), (1, 2))
    held = Together(master, bundles)
    master.beside = held.add
    whole = master.whole(60.0, 0.0)
    assert whole is not None
    assert whole.beside is not None
    assert master.cost(whole) == 3
    assert held.chosen(whole.beside) == {2: (PAIR,)}
    assert whole.uses[2] >= 2
    assert not whole.best  # others of these fillings may be better without bundles


def test_where_no_filling_has_places_there_is_no_choice() -> None:
    master = a_master((2, 0), (0, 4))
    master.beside = Together(master, {PAIR: 1}).add
    assert master.whole(60.0, 0.0) is None
