"""Shapes are read, and goals that mean nothing in a fleet are refused."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.fleet.moves.goal import FleetGoal, Shape, check_goal, emptied, shape_of, wanted
from tests.support.fleet_moves import running_fleet
from tests.support.fleets import GIB

FLEET = running_fleet([[(4, 8)], [(4, 8)]], [[(1, 2)], [(1, 2), (1, 2)], [(2, 3)]], [(0, (0,)), None, None])


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("16", Shape(vcpus=16, kib=0)),
        ("16:64GiB", Shape(vcpus=16, kib=64 * GIB)),
        ("0:1GiB", Shape(vcpus=0, kib=GIB)),
        ("g2", Shape(vcpus=2, kib=3 * GIB)),
    ],
)
def test_a_shape_is_read(text: str, shape: Shape) -> None:
    assert shape_of(text, FLEET) == shape


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "1:2", "999999", "g1", "1:zGiB", "٣"])
def test_another_text_is_no_shape(text: str) -> None:
    with pytest.raises(InputError, match="expected"):
        shape_of(text, FLEET)


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        (FleetGoal(moves=-1), "moves: expected 0 or more"),
        (FleetGoal(kib=-1), "gib: expected 0 or more"),
        (FleetGoal(restarts=-1), "restarts: expected 0 or more"),
        (FleetGoal(mend=True, fragments=Shape(vcpus=1, kib=0)), "fragments: asks for the fewest moves and"),
        (FleetGoal(stay=("x",)), 'stay: no guest "x" in the fleet'),
        (FleetGoal(make_room=("x",)), 'make_room: no guest "x" in the fleet'),
        (FleetGoal(make_room=("g0",)), 'make_room: guest "g0" runs already'),
        (FleetGoal(empty=("h9",)), 'empty: no host "h9" in the fleet'),
        (FleetGoal(empty=("h0", "h1")), "empty: names every host"),
    ],
)
def test_a_goal_that_means_nothing_is_refused(goal: FleetGoal, words: str) -> None:
    with pytest.raises(InputError) as told:
        check_goal(goal, FLEET)
    assert str(told.value).startswith(words)


def test_names_stand_for_entries_too() -> None:
    goal = FleetGoal(empty=("h0",), make_room=("g1", "g1", "g2"))
    check_goal(goal, FLEET)
    assert (emptied(goal, FLEET), wanted(goal, FLEET)) == (frozenset({"h0"}), ("g1", "g2"))
    assert goal.fewest
    assert not FleetGoal(moves=3).fewest
