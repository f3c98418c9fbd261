"""The fewest moves to empty, to mend and to make room, and what is said where there are none."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from placer.fleet.moves.fewest import Fewest, fewest_moves
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.running import Running
from tests.support.fleet_moves import running_fleet

HOSTS = [[(4, 8)], [(4, 8)]]


def found(guests: Any, at: Any, goal: FleetGoal, **more: Any) -> Fewest:
    return fewest_moves(Running(running_fleet(HOSTS, guests, at, **more), goal, "libvirt"), perf_counter() + 60)


def test_all_that_must_leave_is_placed_and_counted() -> None:
    each = found([[(1, 2)], [(1, 3)]], [(0, (0,)), (0, (0,))], FleetGoal(empty=("h0",)))
    assert each.bound == 2
    assert each.state is not None
    assert {place[0] for place in each.state.at if place is not None} == {1}


def test_a_fleet_in_order_needs_no_move_and_hosts_in_breach_do_not_matter_unless_they_shall_be_mended() -> None:
    over = [[(3, 2)], [(3, 2)]]
    at = [(0, (0,)), (0, (0,))]
    assert found(over, at, FleetGoal(mend=True)).bound == 1
    assert found([*over, [(1, 2)]], [*at, None], FleetGoal(make_room=("g2",))).bound == 0


def test_guests_without_a_place_and_hosts_that_stay_in_breach_are_named() -> None:
    homeless = found([[(1, 5)], [(1, 5)]], [(0, (0,)), (1, (0,))], FleetGoal(empty=("h0",)))
    assert (homeless.state, homeless.homeless) == (None, ("g0",))
    stuck = found([[(1, 5)]], [(0, (0,))], FleetGoal(empty=("h0",), stay=("g0",)))
    assert (stuck.state, stuck.stuck) == (None, ("h0",))
