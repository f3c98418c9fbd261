"""Guests that name pcpus and the like, and the hosts that have these."""

from __future__ import annotations

from msgspec.structs import replace

from placer.fleet.problem.parts import knows_parts, names_parts_of_host
from placer.fleet.problem.problem import lower_fleet
from tests.support.fleets import fleet_of, guest_of, host_of

PLAIN = guest_of([(1, 1)])
BOUND = replace(PLAIN, hard_affinity=[[5]])


def test_only_what_names_a_part_of_its_host_binds_it_to_hosts_that_have_it() -> None:
    assert not names_parts_of_host(PLAIN)
    for named in (BOUND, replace(PLAIN, pnodes=[1]), replace(PLAIN, pool="p"), replace(PLAIN, devices=["gpu"])):
        assert names_parts_of_host(named)
    assert names_parts_of_host(replace(PLAIN, vnodes=[replace(PLAIN.vnodes[0], pnode=0)]))


def test_a_host_without_the_pcpu_is_none_for_the_guest() -> None:
    assert not knows_parts(host_of([(4, 8)]), BOUND)
    assert knows_parts(host_of([(8, 8)]), BOUND)
    fleet = fleet_of([[(4, 8)], [(8, 8)]], [[(1, 1)]])
    problem = lower_fleet(replace(fleet, guests=[replace(fleet.guests[0], guest=replace(BOUND, name="g0"))]))
    assert {each.hosts: each.classes for each in problem.types} == {("h0",): (), ("h1",): (0,)}
