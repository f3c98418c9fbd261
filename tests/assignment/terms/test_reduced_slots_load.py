"""Load on fewer slots, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from placer.assignment import ConvexLoad, ReducedSlotsLoad, Term, even_pairs

# site 0 has a pool of 4 slots with a load of 1; site 1 has none. n = 1 to 5 on 4 slots share in 0, 0, 0, 0, 1 pairs.
LOAD = ConvexLoad(name="l", weight=np.array([2, 2]), pool_of=np.array([0, -1]), table=10 * np.array([[0, 0, 0, 0, 1]]))
TERM = ReducedSlotsLoad(
    name="t",
    convex_load=LOAD,
    slots_claimed=np.array([1, 3]),
    start=np.array([1]),
    slots=np.array([4]),
    per_slot=2,
    scale=10,
)


@pytest.mark.parametrize(("n", "slots", "pairs"), [(5, 2, 3 + 1), (7, 3, 3 + 1 + 1), (3, 4, 0), (4, 1, 6), (0, 3, 0)])
def test_pairs_of_an_even_spread(n: int, slots: int, pairs: int) -> None:
    assert even_pairs(np.array(n), np.array(slots)) == pairs


@pytest.mark.parametrize(
    ("site_of", "cost"),
    [
        ((0, 0), 10 * (4 - 1)),  # 4 claims fill 2 slots: 5 on 2 slots, 4 pairs; on 4 slots 1
        ((0, 1), 0),  # 1 claim fills a slot: 3 on 3 slots
        ((1, 0), 10 * 1),  # 3 claims fill 2 slots: 3 on 2 slots, 1 pair
        ((1, 1), 0),
    ],
)
def test_a_load_on_the_slots_left_costs_its_pairs_there_less_those_on_all_slots(
    site_of: tuple[int, int], cost: int
) -> None:
    assert TERM.evaluate(np.array([site_of])).tolist() == [cost]


def test_one_slot_is_left_however_much_is_claimed() -> None:
    everything = replace(TERM, slots_claimed=np.array([8, 0]))
    assert everything.evaluate(np.array([[0, 1]])).tolist() == [10 * 3]  # 3 on 1 slot


def test_the_lower_bound_adds_claims_that_no_item_can_avoid() -> None:
    # both on the pool: 40 in all for 4 pairs, of which the convex load bounds 10
    assert TERM.lower_bound(np.array([[True, False], [True, False]])) == 30
    assert TERM.lower_bound(np.ones((2, 2), dtype=bool)) == 0


def test_terms_that_share_a_convex_load_share_it_when_widened() -> None:
    memo: dict[int, Term] = {}
    widened = LOAD.widened(3, 3, memo)
    assert TERM.widened(3, 3, memo).convex_load is widened


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"slots_claimed": np.array([1, -1])}, "slots_claimed holds -1, expected 0 or more"),
        ({"start": np.array([1, 1])}, "start has shape (2,) of int64, expected (1,) of int64"),
        ({"slots": np.array([0])}, "slots holds 0, expected 1 or more"),
        ({"per_slot": 0}, "per_slot is 0 and scale 10, expected at least 1 and 0"),
    ],
)
def test_faults_name_the_array(change: dict[str, Any], fault: str) -> None:
    assert list(replace(TERM, **change).faults(2, 2)) == [fault]
