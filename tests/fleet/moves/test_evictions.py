"""The fewest guests that must leave a host, by hand."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from placer.fleet.moves.evictions import Leaving, leaving, torn
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.running import Running
from placer.fleet.moves.state import State
from tests.support.fleet_moves import running_fleet

HOSTS = [[(4, 8)], [(8, 8)]]
GUESTS = [[(2, 2)], [(3, 2)], [(1, 1)], [(1, 1)]]
AT = [(0, (0,)), (0, (0,)), (0, (0,)), (1, (0,))]


def state_of(goal: FleetGoal = FleetGoal(mend=True), **more: Any) -> State:  # noqa: B008 - it is frozen
    return State(Running(running_fleet(HOSTS, GUESTS, AT, **more), goal, "libvirt"))


def test_of_six_vcpus_on_four_one_guest_of_two_must_leave_at_least() -> None:
    assert leaving(state_of(), 0) == Leaving(1, ((0,), (1,)))
    assert leaving(state_of(), 1) == Leaving(0, ((),))


def test_rules_and_bundles_make_more_leave() -> None:
    assert leaving(state_of(rules=[{"together": ["g0", "g1"]}]), 0) == Leaving(2, ((0, 1),))
    apart = state_of(rules=[{"apart": ["g1", "g2"]}])
    assert leaving(apart, 0) == Leaving(1, ((1,),))


def test_a_guest_that_may_not_be_there_must_leave_and_one_that_stays_is_in_the_way() -> None:
    fleet = running_fleet(HOSTS, GUESTS, AT)
    listed = replace(fleet, guests=[replace(fleet.guests[0], hosts=["h1"]), *fleet.guests[1:]])
    assert leaving(State(Running(listed, FleetGoal(mend=True), "libvirt")), 0) == Leaving(1, ((0,),))
    stays = FleetGoal(mend=True, stay=("g0", "g1"))
    assert leaving(state_of(stays), 0) == Leaving(None, ())


def test_all_leave_a_host_that_is_to_be_emptied() -> None:
    assert leaving(state_of(FleetGoal(empty=("h0",))), 0) == Leaving(3, ((0, 1, 2),))
    assert leaving(state_of(FleetGoal(empty=("h0",), stay=("g2",))), 0) == Leaving(None, ())


def test_the_smaller_part_of_a_torn_bundle_leaves_and_what_is_too_many_in_a_group() -> None:
    assert torn(state_of(rules=[{"together": ["g0", "g1", "g3"]}])) == [3]
    fleet = running_fleet(HOSTS, GUESTS, AT)
    racks = [replace(entry, groups={"rack": "r"}) for entry in fleet.hosts]
    one = replace(running_fleet(HOSTS, GUESTS, AT), hosts=racks)
    from placer.fleet.model.rules import FleetRule

    ruled = replace(one, rules=[FleetRule(apart=["g0", "g3"], within="rack")])
    assert torn(State(Running(ruled, FleetGoal(mend=True), "libvirt"))) == [3]
    assert torn(state_of()) == []
