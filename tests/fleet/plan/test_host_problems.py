"""Distinct problems of hosts."""

from __future__ import annotations

from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.plan.assigning import Assignment
from placer.fleet.plan.host_problems import HostProblem, HostProblems
from placer.fleet.plan.rulebook import Rulebook
from placer.instance import Rule
from tests.support.fleets import fleet_of


def problems(fleet: Fleet, guests_on: dict[str, list[str]]) -> list[HostProblem]:
    return HostProblems(fleet).of(Assignment(guests_on, Rulebook(fleet)))


def test_hosts_and_guests_that_are_equal_but_for_names_share_a_problem() -> None:
    fleet = fleet_of([[(4, 8)]] * 2 + [[(8, 8)]], [[(1, 2)], [(2, 2)]] * 3)
    first, other = problems(fleet, {"h0": ["g0", "g1"], "h1": ["g3", "g2"], "h2": ["g4", "g5"]})
    assert first.hosts == {"h0": ("g0", "g1"), "h1": ("g2", "g3")}
    assert other.hosts == {"h2": ("g4", "g5")}
    assert [(guest.name, guest.vcpu_count) for guest in first.instance.guests] == [("g0", 1), ("g1", 2)]
    assert (first.instance.host.name, first.instance.host.overcommit) == ("", 1)


def test_a_guest_that_runs_on_pnodes_is_fixed_there() -> None:
    fleet = fleet_of([[(4, 8), (4, 8)]], [[(1, 2), (1, 2)]], placed=[Placed(guest="g0", host="h0", pnodes=[1, 0])])
    (problem,) = problems(fleet, {"h0": ["g0"]})
    assert [vnode.pnode for vnode in problem.instance.guests[0].vnodes] == [1, 0]


def test_rules_of_pnodes_hold_among_the_members_of_a_host() -> None:
    rules = [Rule(apart=["g0", "g1", "g2"]), Rule(exclusive="g2")]
    fleet = fleet_of([[(4, 8), (4, 8)]] * 2, [[(1, 2)]] * 3, pnode_rules=rules)
    two, one = problems(fleet, {"h0": ["g1", "g0"], "h1": ["g2"]})
    assert two.instance.rules == (Rule(apart=["g0", "g1"]),)
    assert one.instance.rules == (Rule(exclusive="g0"),)
