"""The swaps that are looked at: all of few items, those of some items of many."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment.heuristics.candidates import exchangeable, least_column
from placer.assignment.heuristics.neighbourhood import Neighbourhood
from placer.assignment.structure.term_index import TermIndex
from placer.lowering.lower import lower
from tests.assignment.heuristics.test_neighbourhood import costs_of
from tests.support.building import GIB, a_guest, a_host, an_instance


def test_items_of_one_class_of_one_site_or_without_the_others_site_are_not_exchanged() -> None:
    allowed = np.array([[1, 1, 1], [1, 1, 1], [1, 1, 1], [0, 0, 1], [1, 1, 1]], dtype=bool)
    v, w = exchangeable(allowed, np.array([0, 0, 1, 2, 2]), np.array([0, 1, 0, 2, 3]))
    # 0 and 1, 3 and 4 share a site; 0 and 2 are alike; 3 may not leave site 2
    assert list(zip(v.tolist(), w.tolist(), strict=True)) == [(0, 4), (1, 2), (1, 4), (2, 4)]


def test_of_many_swaps_those_of_some_items_are_looked_at_and_all_items_have_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = a_host(*(9 * GIB,) * 3, slit=((10, 12, 20), (12, 10, 20), (20, 20, 10)))
    guest = a_guest(*((1 + v % 5) * GIB // 2 for v in range(9)))
    index = TermIndex(lower(an_instance(host, guest)).problem)
    moves, random = Neighbourhood(index, np.arange(9) % 3), np.random.default_rng(1)
    every = {frozenset(pair) for pair in zip(*(each.tolist() for each in moves.swap_pairs()), strict=True)}
    assert len(every) > 10
    monkeypatch.setattr("placer.assignment.heuristics.candidates.MOST_SWAPS", 18)  # two of nine items
    seen = set()
    for _ in range(60):
        v, w = moves.swap_pairs(random)
        assert len(set(v.tolist())) <= 2
        seen |= {frozenset(pair) for pair in zip(v.tolist(), w.tolist(), strict=True)}
        swap = moves.best_swap(np.zeros((9, 3), dtype=bool), moves.costs, random)
        if swap is not None:
            after = moves.site_of.copy()
            after[[swap.item, swap.other]] = after[[swap.other, swap.item]]
            assert (moves.costs + swap.delta).tolist() == costs_of(index.problem, after)
            moves.make(swap)
            assert moves.costs.tolist() == costs_of(index.problem, moves.site_of)
            moves.jump(np.arange(9) % 3)
    assert seen == every


def test_the_least_column_is_that_of_the_first_row_that_tells_free_columns_apart() -> None:
    rows = [np.array([1, 0, 0, 0]), np.array([0, 7, 5, 5])]
    assert least_column(rows, np.ones(4, dtype=bool)) == 2
    assert least_column(rows, np.array([True, True, False, False])) == 1
    assert least_column(rows, np.zeros(4, dtype=bool)) is None
