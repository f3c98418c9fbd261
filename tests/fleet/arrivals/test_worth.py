"""What room is worth, against all fillings by hand."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from placer.fleet.arrivals.worth import FEW, Worth
from placer.fleet.bound.items import Units
from placer.fleet.problem.loads import Load, Split

LOADS = [
    Load(splits=(Split(parts=((1, 2),), distinct=False),), weight=0),
    Load(splits=(Split(parts=((3, 2),), distinct=False),), weight=0),
    Load(splits=(Split(parts=((2, 3), (2, 3)), distinct=True),), weight=0),
]
PRICES = [1.0, 2.5, 5.0]
Room = tuple[tuple[int, int], ...]


@cache
def best(room: Room) -> float:
    """Give the worth of the best filling, guest by guest."""
    found = [0.0]
    for (load, price), p in ((each, p) for each in zip(LOADS, PRICES, strict=True) for p in range(len(room))):
        (split,) = load.splits
        on = range(len(room)) if split.distinct else (p,)
        if split.distinct and len(room) != 2:
            continue
        left = tuple(
            (c - split.parts[0][0], m - split.parts[0][1]) if q in on else (c, m) for q, (c, m) in enumerate(room)
        )
        if min(map(min, left)) >= 0:
            found.append(price + best(left))
    return max(found)


def worth(pnodes: int, loads: list[Load]) -> Worth:
    units = Units(vcpus=1, kib=1, exact=True)
    return Worth(loads, PRICES, most=(7, 7), pnodes=pnodes, limited=True, units=units)


@pytest.mark.parametrize("count", [FEW, 3 * FEW])
def test_hosts_of_two_pnodes_are_worth_their_best_filling(count: int) -> None:
    rooms = np.random.default_rng(0).integers(0, 8, (count, 2, 2))
    found = worth(2, LOADS).of(rooms).tolist()
    assert found == [best(tuple(map(tuple, room))) for room in rooms.tolist()]
    assert len(set(found)) > 5


def test_hosts_of_other_pnodes_are_worth_the_sum_where_guests_stand_on_one() -> None:
    rooms = np.random.default_rng(1).integers(0, 8, (20, 3, 2))
    found = worth(3, LOADS[:2]).of(rooms).tolist()
    assert found == [sum(worth(1, LOADS[:2]).of(np.array([[pnode]]))[0] for pnode in room) for room in rooms.tolist()]


def test_room_is_rounded_down_to_steps_and_less_than_none_is_none() -> None:
    units = Units(vcpus=1, kib=2, exact=True)
    found = Worth(LOADS[:1], PRICES, most=(7, 7), pnodes=1, limited=True, units=units)
    assert found.of(np.array([[[4, 3]], [[4, 4]], [[4, -2]]])).tolist() == [1.0, 2.0, 0.0]


def test_without_a_limit_of_vcpus_memory_alone_counts() -> None:
    units = Units(vcpus=1, kib=1, exact=True)
    found = Worth(LOADS[:1], PRICES, most=(0, 7), pnodes=1, limited=False, units=units)
    assert found.of(np.array([[[0, 7]]])).tolist() == [3.0]
