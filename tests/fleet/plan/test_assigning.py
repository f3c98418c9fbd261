"""Names for fillings."""

from __future__ import annotations

from time import perf_counter

from placer.fleet.bound.filling import Filler
from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.model.rules import FleetRule
from placer.fleet.plan.assigning import Assignment, assign
from placer.fleet.plan.rulebook import broken_rules
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of, guest_of, host_of


def assigned(fleet: Fleet) -> Assignment:
    problem = lower_fleet(fleet)
    return assign(fleet, problem, Filler(problem, fleet.aim, perf_counter() + 30).fill())


def hosts_of(assignment: Assignment) -> dict[str, str]:
    return {guest: host for host, guests in assignment.guests_on.items() for guest in guests}


def test_every_guest_gets_one_of_the_fewest_hosts() -> None:
    assignment = assigned(fleet_of([[(2, 8)]] * 5, [[(1, 2)]] * 6))
    assert sorted(hosts_of(assignment)) == [f"g{i}" for i in range(6)]
    assert (len(assignment.guests_on), assignment.loose) == (3, [])


def test_members_of_a_rule_choose_first_and_keep_it() -> None:
    rules = [{"apart": ["g0", "g1", "g2"]}, {"together": ["g3", "g4"]}]
    fleet = fleet_of([[(2, 8)]] * 5, [[(1, 2)]] * 6, rules=rules)
    assignment = assigned(fleet)
    hosts = hosts_of(assignment)
    assert broken_rules(fleet, hosts) == []
    # on the fewest hosts, three of two places, the pair fills one: the others hold two of the three that are apart
    assert hosts["g3"] == hosts["g4"]
    assert sorted([*hosts, *assignment.loose]) == [f"g{i}" for i in range(6)]
    assert len(assignment.loose) == 1
    assert set(assignment.loose) < {"g0", "g1", "g2"}


def test_guests_apart_in_racks_find_hosts_of_different_racks() -> None:
    hosts = [FleetHost(host=host_of([(2, 8)], f"h{i}"), groups={"rack": f"r{i // 4}"}) for i in range(8)]
    guests = [FleetGuest(guest=guest_of([(2, 2)], "web"), count=4)]
    fleet = Fleet(hosts=hosts, guests=guests, rules=[FleetRule(at_most=["web"], most=2, within="rack")])
    assignment = assigned(fleet)
    assert (len(hosts_of(assignment)), assignment.loose) == (4, [])
    assert broken_rules(fleet, hosts_of(assignment)) == []


def test_what_runs_stays_and_takes_its_place() -> None:
    placed = [Placed(guest="g0", host="h1"), Placed(guest="g1", host="h1", pnodes=[0])]
    assignment = assigned(fleet_of([[(2, 8)]] * 2, [[(1, 2)]] * 4, placed=placed))
    hosts = hosts_of(assignment)
    assert (hosts["g0"], hosts["g1"], hosts["g2"], hosts["g3"]) == ("h1", "h1", "h0", "h0")


def test_a_guest_is_put_and_removed() -> None:
    assignment = assigned(fleet_of([[(2, 8)]], [[(1, 2)]]))
    assignment.remove("g0", "h0")
    assert assignment.guests_on == {}
    assignment.put("g0", "h0")
    assert assignment.guests_on == {"h0": ["g0"]}
