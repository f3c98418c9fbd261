"""Guests come to tiny fleets and leave, beside an oracle that tries every place."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.fleet.arrivals.online import OnlineFleet
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.model.rules import FleetRule
from placer.fleet.plan.judge import judge
from placer.instance import Placement
from tests.support.fleets import GIB, fleet_of, guest_of, random_parts


def faults(online: OnlineFleet) -> list[str]:
    fleet = online.fleet
    hosts: dict[str, dict[str, tuple[int | None, ...]]] = {}
    for each in fleet.placed:
        hosts.setdefault(each.host, {})[each.guest] = each.pnodes or ()
    return judge(fleet, {host: Placement(pnode_of=on) for host, on in hosts.items()})


def any_place(fleet: Fleet, guest: FleetGuest, apart: set[str]) -> bool:
    """Try every pnode of every host for the vnodes of a guest, by plain sums over what is placed."""
    free = {entry.name: [[len(pnode.pcpus), pnode.memory_kib] for pnode in entry.host.pnodes] for entry in fleet.hosts}
    for each in fleet.placed:
        on = fleet.guests[fleet.guest_entry[each.guest]].guest.vnodes
        for vnode, pnode in zip(on, each.pnodes or (), strict=True):
            free[each.host][pnode][0] -= len(vnode.vcpus)
            free[each.host][pnode][1] -= vnode.memory_kib
    barred = {each.host for each in fleet.placed if each.guest in apart}
    for entry in fleet.hosts:
        if entry.name in barred or not set(guest.labels) <= set(entry.labels):
            continue
        for on_pnodes in product(range(len(entry.host.pnodes)), repeat=len(guest.guest.vnodes)):
            left = [list(pnode) for pnode in free[entry.name]]
            for vnode, p in zip(guest.guest.vnodes, on_pnodes, strict=True):
                left[p][0] -= len(vnode.vcpus)
                left[p][1] -= vnode.memory_kib
            distinct = not guest.guest.one_to_one or len(set(on_pnodes)) == len(on_pnodes)
            if distinct and min(map(min, left)) >= 0:
                return True
    return False


@pytest.mark.parametrize("seed", range(25))
def test_a_guest_is_refused_only_where_no_host_has_a_place_for_it(seed: int) -> None:
    draw = random.Random(seed)
    hosts, _, one_to_one = random_parts(seed, pnodes=draw.choice((1, 2, 3)))
    plain = fleet_of(hosts, [])
    labelled = [replace(each, labels=["ssd"] if i else []) for i, each in enumerate(plain.hosts)]
    online = OnlineFleet(replace(plain, hosts=labelled))
    apart: set[str] = set()
    for i in range(12):
        _, guests, _ = random_parts(100 * seed + i)
        guest = FleetGuest(
            guest=guest_of(draw.choice(guests), f"n{i}", one_to_one=one_to_one),
            labels=["ssd"] if draw.random() < 0.3 else [],
        )
        if draw.random() < 0.3 and (placed := sorted(each.guest for each in online.fleet.placed)):
            online.remove(draw.choice(placed))
        apart &= {each.guest for each in online.fleet.placed}
        kept_apart = draw.random() < 0.3
        place = any_place(online.fleet, guest, apart if kept_apart else set())
        rules = [FleetRule(apart=[f"n{i}", *sorted(apart)])] if kept_apart else []
        found = online.add(guest, rules=rules)
        assert (found.host is not None) == place, found.why
        assert bool(found.why) != place
        if kept_apart and place:
            apart.add(f"n{i}")
        assert faults(online) == []


def test_room_is_left_for_guests_that_came_before_and_first_fit_leaves_none() -> None:
    # two hosts of 4 pcpus: two guests of 3 fit only where those of 1 share no host of theirs twice
    fleet = fleet_of([[(4, 8)], [(4, 8)], [(2, 4)]], [])
    online = OnlineFleet(fleet)
    sizes = [3, 1, 1, 1, 3]
    hosts = [online.add(guest_of([(size, size)], f"g{i}")).host for i, size in enumerate(sizes)]
    assert None not in hosts


def test_a_guest_without_a_place_changes_nothing() -> None:
    online = OnlineFleet(fleet_of([[(2, 4)]], [[(1, 1)]]))
    before = online.fleet
    found = online.add(guest_of([(4, 4)], "big"), like="g0", rules=[FleetRule(apart=["big", "g0"])])
    assert (found.host, found.pnodes, found.placement) == (None, (), None)
    assert found.why == (
        "1 host: no room for 4 vcpus and 4 GiB on one pnode; the most that a pnode has free is 2 vcpus and 4 GiB, "
        "maybe not together",
    )
    assert online.fleet == before


def test_a_guest_of_the_fleet_waits_until_it_is_added_by_name() -> None:
    online = OnlineFleet(fleet_of([[(2, 4)]] * 2, [[(1, 1)]] * 2, rules=[{"apart": ["g0", "g1"]}]))
    assert {online.add("g0").host, online.add("g1").host} == {"h0", "h1"}
    with pytest.raises(InputError, match='guest: guest "g0" is placed already'):
        online.add("g0")


def test_a_waiting_guest_that_fits_nowhere_keeps_its_rules() -> None:
    online = OnlineFleet(fleet_of([[(2, 4)]], [[(1, 1)]] * 2, rules=[{"apart": ["g0", "g1"]}]))
    online.add("g0")
    assert online.add("g1").why == ("1 host: the rule apart g0, g1 keeps it away",)
    online.remove("g0")
    assert online.add("g1").host == "h0"


def test_a_waiting_guest_that_fits_nowhere_joins_no_rule() -> None:
    online = OnlineFleet(fleet_of([[(2, 4)]], [[(1, 1)], [(4, 4)]], rules=[{"apart": ["g0"]}]))
    before = online.fleet
    assert online.add("g1", like="g0").host is None
    assert online.fleet == before


def test_guests_that_are_placed_take_their_room_and_those_without_pnodes_get_them() -> None:
    fleet = fleet_of([[(2, 4), (2, 4)]], [[(2, 4)]] * 2, placed=[Placed(guest="g0", host="h0")])
    online = OnlineFleet(fleet)
    assert online.add(guest_of([(2, 4)], "new")).host == "h0"
    assert online.add("g1").host is None


def test_guests_that_cannot_run_together_are_refused() -> None:
    placed = [Placed(guest="g0", host="h0"), Placed(guest="g1", host="h0")]
    fleet = fleet_of(
        [[(4, 4), (4, 4)]], [[(1, 3)], [(1, 3)], [(1, 2)]], placed=[*placed, Placed(guest="g2", host="h0")]
    )
    with pytest.raises(InputError, match=r'placed\[2\]: host "h0" has no place for guest "g2"'):
        OnlineFleet(fleet)


def test_a_rule_that_is_broken_already_is_refused_and_the_fleet_stays() -> None:
    placed = [Placed(guest="g0", host="h0", pnodes=[0]), Placed(guest="g1", host="h0", pnodes=[0])]
    online = OnlineFleet(fleet_of([[(4, 8)]] * 2, [[(1, 1)]] * 2, placed=placed))
    with pytest.raises(InputError, match=r"rules\[0\]: guests that are placed break it already"):
        online.add(guest_of([(1, 1)], "new"), rules=[FleetRule(apart=["g0", "g1", "new"])])
    assert online.fleet.rules == ()
    assert online.add(guest_of([(1, 1)], "new")).host is not None


def test_guests_that_are_not_placed_cannot_leave_and_then_none_does() -> None:
    online = OnlineFleet(fleet_of([[(4, 8)]], []))
    online.add(guest_of([(1, 1)], "a"))
    with pytest.raises(InputError, match='names: no guest "b" is placed'):
        online.remove("a", "b")
    assert [each.guest for each in online.fleet.placed] == ["a"]
    online.remove("a", "a")
    assert online.fleet.placed == ()


def test_a_guest_that_left_may_come_again() -> None:
    online = OnlineFleet(fleet_of([[(4, 8)]], []))
    for _ in range(3):
        assert online.add(guest_of([(4, 8)], "a")).host == "h0"
        online.remove("a")


def test_a_guest_that_another_caller_placed_is_held_with_its_rules() -> None:
    online = OnlineFleet(fleet_of([[(4, 8)]] * 2, [[(1, 1)]], rules=[{"apart": ["g0"]}]))
    online.hold(guest_of([(3, 6)], "other"), "h0", (0,), like="g0")
    assert online.add("g0").host == "h1"
    assert online.add(guest_of([(2, 2)], "new")).host == "h1"
    rules = (FleetRule(together=["lost", "gone"]), FleetRule(apart=["gone"]))
    online.hold(guest_of([(1, GIB >> 20)], "lost"), "h0", [0], like="gone", rules=rules)
    assert online.fleet.rules[-1] == FleetRule(together=["lost"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("g0", "h9", [0]), 'host: no host "h9" in the fleet'),
        (("g0", "h0", [7]), 'pnodes: no pnode 7 on host "h0"'),
        (("g0", "h0", [0, 0]), 'pnodes: 2 pnodes for guest "g0", expected one a vnode'),
        (("g0", "h0", 0), "pnodes: expected a list, got int"),
        (("g9", "h0", [0]), 'guest: guest "g9" is not in the fleet'),
        ((3, "h0", [0]), "guest: expected placer.Guest or placer.FleetGuest or str, got int"),
    ],
)
def test_a_guest_is_held_only_where_the_fleet_has_a_place_of_that_name(words: tuple[Any, ...], message: str) -> None:
    online = OnlineFleet(fleet_of([[(4, 8)]], [[(1, 1)]]))
    before = online.fleet
    with pytest.raises(InputError) as told:
        online.hold(*words)
    assert str(told.value) == message
    assert online.fleet == before
