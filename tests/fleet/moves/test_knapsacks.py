"""Fillings of pnodes against every filling tried one by one."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from placer.fleet.moves.knapsacks import Knapsacks


@pytest.mark.parametrize("seed", range(6))
def test_the_best_filling_is_found_and_is_what_it_is_worth(seed: int) -> None:
    draw = random.Random(seed)
    loads = [(draw.randint(0, 3), draw.randint(1, 3)) for _ in range(3)]
    kept = [draw.uniform(-1, 4) for _ in loads]
    offered = [draw.uniform(-1, 3) for _ in loads]
    counts = [[draw.randint(0, 2) for _ in range(2)] for _ in loads]
    tables = Knapsacks(2, 6, 6)
    for i, load in enumerate(loads):
        tables.keep(i, load, kept[i], np.array(counts[i]))
    for i, load in enumerate(loads):
        tables.offer(i, load, offered[i], np.array([0, 1]))
    for pnode, room in product(range(2), ((6, 6), (3, 5))):
        best = 0.0
        ranges = [range(counts[i][pnode] + 1) for i in range(3)] + [range(7)] * 3
        for often in product(*ranges):
            used = [sum(n * loads[i % 3][d] for i, n in enumerate(often)) for d in (0, 1)]
            if used[0] <= room[0] and used[1] <= room[1]:
                best = max(best, sum(n * (kept + offered)[i] for i, n in enumerate(often)))
        assert tables.value[pnode][room] == pytest.approx(best)
        filling = tables.filling(pnode, *room)
        worth = sum(n * (kept[i] if stays else offered[i]) for (i, stays), n in filling.items())
        assert worth == pytest.approx(best)
        assert all(sum(n * loads[i][d] for (i, _), n in filling.items()) <= room[d] for d in (0, 1))
        assert all(n <= counts[i][pnode] for (i, stays), n in filling.items() if stays)


def test_only_some_pnodes_may_hold_an_item() -> None:
    tables = Knapsacks(2, 2, 2)
    tables.offer(0, (1, 1), 1.0, np.array([1]))
    assert [tables.value[p][2, 2] for p in (0, 1)] == [0.0, 2.0]
    assert tables.filling(0, 2, 2) == {}
