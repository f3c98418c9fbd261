"""A fleet knows its names, and refuses what it does not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from placer.errors import InstanceError
from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.model.rules import FleetRule
from placer.instance import Rule
from tests.support.fleets import fleet_of, guest_of, host_of

HOSTS = (
    FleetHost(host=host_of([(4, 8)], "big"), count=2, labels=["ssd"], groups={"rack": "r1"}),
    FleetHost(host=host_of([(2, 4)], "small")),
)
GUESTS = (
    FleetGuest(guest=guest_of([(1, 2)], "web"), count=3, labels=["ssd"]),
    FleetGuest(guest=guest_of([(1, 2)], "db"), hosts=["big-1", "small"]),
)
FLEET = Fleet(hosts=HOSTS, guests=GUESTS)


def test_names_lead_to_their_entries() -> None:
    assert FLEET.host_entry == {"big-0": 0, "big-1": 0, "small": 1}
    assert FLEET.guest_entry == {"web-0": 0, "web-1": 0, "web-2": 0, "db": 1}
    assert FLEET.guests_named("web") == ("web-0", "web-1", "web-2")
    assert FLEET.guests_named("web-1") == ("web-1",)
    assert (FLEET.hosts_named("big"), FLEET.hosts_named("small")) == (("big-0", "big-1"), ("small",))
    assert FLEET.allowed_names == (frozenset(), frozenset({"big-1", "small"}))


def test_labels_and_lists_say_which_hosts_a_guest_may_use() -> None:
    hosts = ("big-0", "big-1", "small")
    assert [FLEET.may_use(0, host) for host in hosts] == [True, True, False]
    assert [FLEET.may_use(1, host) for host in hosts] == [False, True, True]


def test_a_host_without_a_group_is_a_group_of_its_own() -> None:
    assert FLEET.group_of("big-0", "rack") == FLEET.group_of("big-1", "rack") == "r1"
    assert FLEET.group_of("small", "rack") not in {"r1", FLEET.group_of("big-0", "host")}
    assert FLEET.group_of("big-0", "host") == "big-0"


def test_the_limit_of_vcpus_is_one_only_where_hosts_count() -> None:
    assert (FLEET.ratio, Fleet(hosts=HOSTS, aim="none").ratio, Fleet(hosts=HOSTS, cpu_ratio=2).ratio) == (1, None, 2)


def with_(**more: Any) -> Callable[[], Fleet]:
    return lambda: Fleet(**{"hosts": HOSTS, "guests": GUESTS, **more})


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (with_(hosts=[]), "a fleet without hosts"),
        (
            with_(hosts=[*HOSTS, FleetHost(host=host_of([(1, 1)], "big-1"))]),
            r'hosts\[2\]: two hosts have the name "big-1"',
        ),
        (with_(guests=[*GUESTS, GUESTS[1]]), r'guests\[2\]: two guests have the name "db"'),
        (
            with_(guests=[FleetGuest(guest=guest_of([(1, 2)]), hosts=["none"])]),
            r'guests\[0\].hosts\[0\]: no host "none"',
        ),
        (with_(placed=[Placed(guest="x", host="small")]), r'placed\[0\].guest: no guest "x"'),
        (with_(placed=[Placed(guest="db", host="gone")]), r'placed\[0\].host: no host "gone"'),
        (with_(placed=[Placed(guest="db", host="small")] * 2), r"placed\[1\].guest: guest \"db\" is placed twice"),
        (with_(placed=[Placed(guest="db", host="small", pnodes=[7])]), r"placed\[0\].pnodes: no pnode 7"),
        (with_(placed=[Placed(guest="db", host="small", pnodes=[0, 0])]), r"placed\[0\].pnodes: 2 pnodes"),
        (with_(rules=[FleetRule(apart=["web", "x"])]), r'rules\[0\].apart\[1\]: no guest "x"'),
        (with_(rules=[FleetRule(apart=["web"], within="zone")]), r"rules\[0\].within: no host is in a group \"zone\""),
        (with_(pnode_rules=[Rule(apart=["db", "x"])]), r'pnode_rules\[0\].apart\[1\]: no guest "x" in the fleet'),
        (with_(hosts=[FleetHost(host=host_of([(1, 1)], f"h{i}"), count=600_000) for i in (0, 1)]), "1200000 in all"),
    ],
)
def test_what_a_fleet_does_not_have_is_refused_with_its_place(made: Callable[[], Fleet], message: str) -> None:
    with pytest.raises(InstanceError, match=message):
        made()


def test_a_small_fleet_is_whole() -> None:
    fleet = fleet_of([[(4, 8)]], [[(1, 2)]], pnode_rules=[Rule(exclusive="g0")])
    assert fleet.pnode_rules[0].exclusive == "g0"
