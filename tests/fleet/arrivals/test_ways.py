"""The places of a guest on hosts, against all that can be enumerated."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from placer.fleet.arrivals.ways import MOST_WAYS, places, ways_of
from placer.fleet.problem.loads import Load, Split


def by_hand(split: Split, room: list[list[int]]) -> set[tuple[tuple[int, ...], ...]]:
    """Give every room that is left when the parts of a guest stand on the pnodes of one host."""
    found = set()
    for on in product(range(len(room)), repeat=len(split.parts)):
        left = [list(pnode) for pnode in room]
        for p, part in zip(on, split.parts, strict=True):
            left[p] = [left[p][0] - part[0], left[p][1] - part[1]]
        if min(map(min, left)) >= 0 and not (split.distinct and len(set(on)) < len(on)):
            found.add(tuple(map(tuple, left)))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_all_rooms_that_can_be_left_are_given_once(seed: int) -> None:
    draw = np.random.default_rng(seed)
    pnodes = int(draw.integers(1, 4))
    parts = sorted(((int(c), int(m)) for c, m in draw.integers(1, 4, (draw.integers(1, 4), 2))), reverse=True)
    split = Split(parts=tuple(parts), distinct=bool(draw.integers(2)))
    rooms = draw.integers(0, 8, (5, pnodes, 2))
    found: list[list[tuple[tuple[int, ...], ...]]] = [[] for _ in rooms]
    for rows, left in places(Load(splits=(split,), weight=0), rooms, limited=True):
        for row, each in zip(rows.tolist(), left.tolist(), strict=True):
            found[row].append(tuple(map(tuple, each)))
    for room, given in zip(rooms.tolist(), found, strict=True):
        assert set(given) == by_hand(split, room)


def test_a_guest_takes_the_fewest_parts_that_fit_on_each_host() -> None:
    whole = Split(parts=((2, 8),), distinct=False)
    halves = Split(parts=((1, 4), (1, 4)), distinct=True)
    rooms = np.array([[[2, 8], [2, 8]], [[1, 5], [1, 5]], [[1, 5], [0, 5]]])
    given = list(places(Load(splits=(whole, halves), weight=0), rooms, limited=True))
    assert [rows.tolist() for rows, _ in given] == [[0], [0], [1]]
    assert given[-1][1].tolist() == [[[0, 1], [0, 1]]]


def test_vcpus_count_only_where_they_are_limited() -> None:
    load = Load(splits=(Split(parts=((3, 4),), distinct=False),), weight=0)
    rooms = np.array([[[0, 4]]])
    assert list(places(load, rooms, limited=True)) == []
    assert len(list(places(load, rooms, limited=False))) == 1


def test_many_parts_on_many_pnodes_go_to_the_emptiest() -> None:
    split = Split(parts=((1, 2),) * 4, distinct=True)
    assert ways_of(split, 8) is None
    assert len(ways_of(Split(parts=((1, 2),) * 2, distinct=True), 8) or ()) == 28 <= MOST_WAYS
    rooms = np.array([[[2, 3 + p] for p in range(8)], [[2, 1]] * 8])
    ((rows, left),) = places(Load(splits=(split,), weight=0), rooms, limited=True)
    assert rows.tolist() == [0]
    assert left[0].tolist() == [[2, 3], [2, 4], [2, 5], [2, 6], [1, 5], [1, 6], [1, 7], [1, 8]]
