"""Hosts become types and guests classes; what is placed is taken off, and must fit."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.problem.problem import lower_fleet
from placer.instance import Domain, Host
from tests.support.fleets import GIB, fleet_of, guest_of, host_of


def test_hosts_that_offer_the_same_are_one_type_whatever_the_order_of_their_pnodes() -> None:
    problem = lower_fleet(fleet_of([[(4, 8), (2, 4)], [(2, 4), (4, 8)], [(4, 8), (4, 8)]], []))
    assert [(each.hosts, each.pnodes) for each in problem.types] == [
        (("h0", "h1"), ((2, 4 * GIB), (4, 8 * GIB))),
        (("h2",), ((4, 8 * GIB),) * 2),
    ]
    assert problem.counts == (2, 1)


def test_guests_that_take_the_same_are_one_class() -> None:
    problem = lower_fleet(fleet_of([[(4, 8)]], [[(1, 2)], [(2, 2)], [(1, 2)]]))
    assert [(each.name, each.guests) for each in problem.classes] == [("g0", ("g0", "g2")), ("g1", ("g1",))]
    assert problem.demand == (2, 1)


def test_labels_and_lists_make_types_of_their_own() -> None:
    hosts = [FleetHost(host=host_of([(4, 8)], "h"), count=3, labels=["ssd"]), FleetHost(host=host_of([(4, 8)], "x"))]
    guests = [
        FleetGuest(guest=guest_of([(1, 2)], "any")),
        FleetGuest(guest=guest_of([(1, 2)], "ssd"), labels=["ssd"]),
        FleetGuest(guest=guest_of([(1, 2)], "one"), hosts=["h-1"]),
    ]
    problem = lower_fleet(Fleet(hosts=hosts, guests=guests))
    assert {each.hosts: each.classes for each in problem.types} == {
        ("h-0", "h-2"): (0, 1),
        ("h-1",): (0, 1, 2),
        ("x",): (0,),
    }


def test_guests_placed_on_pnodes_are_taken_off_and_their_host_is_in_use() -> None:
    fleet = fleet_of([[(4, 8), (4, 8)]] * 2, [[(1, 2)], [(1, 2)]], placed=[Placed(guest="g0", host="h1", pnodes=[1])])
    problem = lower_fleet(fleet)
    empty, used = problem.types
    assert (empty.in_use, used.in_use, used.hosts) == (False, True, ("h1",))
    assert (used.pnodes, used.offered) == (((3, 6 * GIB), (4, 8 * GIB)), (8 * GIB, 8 * GIB))
    assert (problem.demand, problem.hosts_in_use, problem.host_costs) == ((1,), 1, (1, 0))


def test_a_guest_placed_without_pnodes_may_use_only_its_host() -> None:
    problem = lower_fleet(fleet_of([[(4, 8)]] * 2, [[(1, 2)], [(1, 2)]], placed=[Placed(guest="g0", host="h1")]))
    assert [each.hosts for each in problem.classes] == [frozenset({"h1"}), None]


def test_domains_keep_a_host_in_use_but_not_the_control_domain() -> None:
    hosts = [
        Host(name=name, pnodes=host_of([(4, 8)]).pnodes, domains=[Domain(name=domain)])
        for name, domain in (("a", "Domain-0"), ("b", "mail"))
    ]
    problem = lower_fleet(Fleet(hosts=[FleetHost(host=host) for host in hosts]))
    assert {each.hosts: each.in_use for each in problem.types} == {("a",): False, ("b",): True}


@pytest.mark.parametrize(
    ("guests", "pnodes", "message"),
    [
        ([(1, 9)], [0], r"placed\[0\]: the guests placed on host \"h0\" take 9 GiB of pnode 0, it offers 8 GiB"),
        ([(5, 1)], [0], r"take 5 vcpus of pnode 0, it offers 4"),
        ([(1, 9), (1, 9)], None, r"take 18 GiB, it offers 16 GiB"),
    ],
)
def test_a_host_over_its_own_capacity_is_refused(
    guests: list[tuple[int, int]], pnodes: list[int] | None, message: str
) -> None:
    fleet = fleet_of([[(4, 8), (4, 8)]], [guests], placed=[Placed(guest="g0", host="h0", pnodes=pnodes)])
    with pytest.raises(InputError, match=message):
        lower_fleet(fleet)
