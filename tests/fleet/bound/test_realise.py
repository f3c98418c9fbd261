"""Whole guests from pieces."""

from __future__ import annotations

import numpy as np

from placer.fleet.bound.items import items_of_type
from placer.fleet.bound.realise import Room, realised
from placer.fleet.problem.loads import Load, Split
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import GIB, fleet_of


def test_a_guest_that_does_not_fit_takes_nothing() -> None:
    room = Room(((4, 8), (2, 4)), limited=True)
    halves = Load((Split(((2, 3), (2, 3)), True),), 1)
    assert room.take(halves)
    assert room.left == [[2, 5], [0, 1]]
    assert not room.take(halves)
    assert room.left == [[2, 5], [0, 1]]
    assert not Room(((9, 9),), limited=True).take(halves)


def test_the_preferred_pnode_is_taken_first_and_vcpus_count_only_where_limited() -> None:
    one = Load((Split(((9, 2),), False),), 1)
    room = Room(((4, 8), (2, 4)), limited=False)
    assert room.take(one, [0.0, 1.0])
    assert room.left == [[4, 8], [2, 2]]


def test_a_guest_that_takes_nothing_does_not_fill_a_host_for_ever() -> None:
    vcpus_alone = Load((Split(((2, 0),), False),), 1)
    assert Room(((4, 8),), limited=True).is_loaded_by(vcpus_alone)
    assert not Room(((4, 8),), limited=False).is_loaded_by(vcpus_alone)
    problem = lower_fleet(fleet_of([[(4, 8)] * 3], [[(1, 0)], [(1, 4), (1, 2)]], aim="none"))
    items = items_of_type(problem, problem.types[0])
    alone, pair = np.zeros((1, 3, len(items.single)), dtype=np.int64), np.zeros((1, 0), dtype=np.int64)
    columns = realised(problem, np.array([0]), alone=alone, halves=pair, items=items, prices=np.array([1.0, 1.0]))
    assert columns.tolist() == [
        [0, 4]
    ]  # 8 GiB of each pnode: a guest on each, and one whose parts are where 4 and 2 are left


def test_pieces_become_guests_and_what_is_left_is_filled() -> None:
    problem = lower_fleet(fleet_of([[(4, 8)] * 3], [[(2, 4)] * 3, [(1, 1)]], one_to_one=True))
    items = items_of_type(problem, problem.types[0])
    alone = np.zeros((1, 3, len(items.single)), dtype=np.int64)
    piece = next(i for i, item in enumerate(items.single) if item.of == 0)
    alone[0, :, piece] = 1
    pair = np.zeros((1, 0), dtype=np.int64)
    columns = realised(problem, np.array([0]), alone=alone, halves=pair, items=items, prices=np.array([20.0, 1.0]))
    assert columns.tolist() == [[2, 0]]  # the guest is worth most for its size, and takes all
    columns = realised(problem, np.array([0]), alone=alone, halves=pair, items=items, prices=np.array([0.0, 1.0]))
    assert columns.tolist() == [[1, 6]]
    assert problem.types[0].pnodes[0] == (4, 8 * GIB)
