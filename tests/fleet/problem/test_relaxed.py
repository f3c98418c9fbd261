"""What bounds leave out is named with how many it concerns."""

from __future__ import annotations

from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.relaxed import relaxed
from placer.instance import Guest, Host, Rule, Vnode
from tests.support.fleets import GIB, fleet_of, host_of


def test_a_plain_fleet_leaves_nothing_out() -> None:
    assert relaxed(fleet_of([[(4, 8)]], [[(1, 2)]])) == ()


def test_rules_and_properties_of_guests_and_hosts_are_named() -> None:
    vnode = Vnode(memory_kib=GIB, vcpus=[0])
    guests = [
        FleetGuest(guest=Guest(name="a", vnodes=[vnode], hard_affinity=[[0]], overhead_kib=4), count=2),
        FleetGuest(guest=Guest(name="b", vnodes=[vnode], cpu_policy="dedicated", pool="p")),
    ]
    host = Host(
        name="h", pnodes=host_of([(4, 8), (4, 8)]).pnodes, claimed_kib=4, low_zone_kib=4, slit=[[10, 255], [255, 10]]
    )
    fleet = Fleet(hosts=[FleetHost(host=host)], guests=guests, pnode_rules=[Rule(exclusive="b")])
    assert relaxed(fleet) == (
        "1 rule between guests on pnodes",
        "affinity of 2 guests",
        "dedicated vcpus of 1 guest",
        "cpupools of 1 guest",
        "overhead on other pnodes of 2 guests",
        "claims of 1 host",
        "room to spare for sets of 1 host",
        "unreachable pnodes of 1 host",
    )
