"""The program of moves in stages: what it counts, and when it is not made."""

from __future__ import annotations

from placer.fleet.model.rules import FleetRule
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.running import Running
from placer.fleet.moves.stages_program import MOST_VARIABLES, StagesProgram
from tests.support.fleet_moves import running_fleet

HOSTS = [[(4, 8)], [(4, 8)]]


def test_guests_of_a_class_on_equal_spots_are_counted_together() -> None:
    fleet = running_fleet(HOSTS, [[(1, 2)], [(1, 2)], [(2, 2)]], [(0, (0,)), (0, (0,)), (1, (0,))])
    program = StagesProgram.of(Running(fleet, FleetGoal(empty=("h0",)), "libvirt"), 1)
    assert program is not None
    assert sorted(program.stands.values()) == [[0, 1], [2]]
    assert len(program.stages) == 1
    assert {group[1] for group in program.stages[0].come} == {1}  # nobody comes to a host that is to be empty


def test_guests_that_come_together_and_have_rules_are_left_to_others() -> None:
    rules = [FleetRule(apart=["g0", "g1"])]
    fleet = running_fleet(HOSTS, [[(1, 2)], [(1, 2)]], [None, None])
    ruled = type(fleet)(hosts=fleet.hosts, guests=fleet.guests, placed=fleet.placed, rules=rules)
    goal = FleetGoal(make_room=("g0", "g1"))
    assert StagesProgram.of(Running(fleet, goal, "libvirt"), 1) is not None
    assert StagesProgram.of(Running(ruled, goal, "libvirt"), 1) is None


def test_large_fleets_are_left_to_others() -> None:
    running = Running(running_fleet(HOSTS, [[(1, 2)]], [(0, (0,))]), FleetGoal(empty=("h0",)), "libvirt")
    assert StagesProgram.of(running, MOST_VARIABLES + 1) is None
