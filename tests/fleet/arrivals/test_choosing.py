"""Host and pnodes of a guest that comes."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from placer.fleet.arrivals.choosing import Chooser, Chosen
from placer.fleet.arrivals.policy import Weights
from placer.fleet.arrivals.residents import resident
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.loads import load_of
from placer.instance import Flexible, Guest
from tests.support.fleets import GIB, fleet_of, guest_of

PLAIN = Weights(slack=0.0, tight=0.01, vcpus=0.5)


def chosen(fleet: Fleet, guest: Guest, **more: Any) -> Chosen | tuple[str, ...]:
    return Chooser(fleet).choose(FleetGuest(guest=guest, **more), load_of(guest, limited=True), weights=PLAIN)


def test_the_placement_is_of_the_host_and_its_pnode() -> None:
    found = chosen(fleet_of([[(1, 2), (4, 8)]], []), guest_of([(2, 4)], "new"))
    assert isinstance(found, Chosen)
    assert (found.host, found.found.pnodes_of("new")) == ("h0", (1,))


def test_two_unequal_vnodes_lie_on_the_pnodes_that_hold_them() -> None:
    guest = guest_of([(1, 2), (4, 8)], "new", one_to_one=True)
    found = chosen(fleet_of([[(4, 8), (1, 2)]], []), guest)
    assert isinstance(found, Chosen)
    assert found.found.pnodes_of("new") == (1, 0)


@pytest.mark.parametrize(
    "guest",
    [
        Guest(name="new", flexible=Flexible(memory_kib=12 * GIB, vcpu_count=6, most=2)),
        replace(guest_of([(2, 4)], "new"), hard_affinity=((4, 5), (4, 5))),
        replace(guest_of([(2, 4)], "new"), cpu_policy="dedicated"),
        guest_of([(2, 4)] * 3, "new"),
    ],
    ids=["flexible", "bound", "dedicated", "three vnodes"],
)
def test_a_guest_with_more_to_choose_is_placed_by_a_solve(guest: Guest) -> None:
    found = chosen(fleet_of([[(4, 8), (4, 8)]], []), guest)
    assert isinstance(found, Chosen)
    pnodes = found.found.pnodes_of("new")
    if guest.hard_affinity:
        assert pnodes == (1,)
    if guest.flexible is not None:
        assert sorted(pnodes) == [0, 1]


def test_a_rule_leads_to_the_next_host_and_is_told_where_there_is_none() -> None:
    fleet = fleet_of([[(4, 8)]] * 2, [[(1, 1)]] * 3, rules=[{"apart": ["g0", "g1", "g2"]}])
    chooser = Chooser(fleet)
    for i in range(2):
        found = chooser.choose(fleet.guests[i], load_of(fleet.guests[i].guest, limited=True), weights=PLAIN)
        assert isinstance(found, Chosen)
        assert found.host == f"h{i}"
        chooser.residents.put(found.host, resident(fleet.guests[i].guest, (0,)))
        chooser.rules.put(f"g{i}", found.host)
    last = chooser.choose(fleet.guests[2], load_of(fleet.guests[2].guest, limited=True), weights=PLAIN)
    assert last == ("2 hosts: the rule apart g0, g1, g2 keeps it away",)


def test_a_host_of_equal_guests_is_not_tried_again() -> None:
    fleet = replace(
        fleet_of([[(4, 8), (4, 8)]], []), hosts=[replace(fleet_of([[(4, 8), (4, 8)]], []).hosts[0], count=9)]
    )
    bound = replace(guest_of([(1, 7)], "new"), hard_affinity=((0,),))
    chooser = Chooser(fleet)
    for i, host in enumerate(fleet.hosts[0].each):
        chooser.residents.put(host, resident(guest_of([(1, 4)], f"g{i}"), (0,)))
        chooser.rooms.take(host, [(0, 1, 4 * GIB)])
    said = chooser.choose(FleetGuest(guest=bound), load_of(bound, limited=True), weights=PLAIN)
    assert said == (
        "8 hosts: as on another host with the same guests",
        "1 host: no pnodes for it beside what runs there",
    )


def test_with_the_aim_of_an_even_spread_the_most_room_is_taken() -> None:
    fleet = fleet_of([[(4, 8)], [(4, 16)]], [], aim="spread")
    found = chosen(fleet, guest_of([(1, 1)], "new"))
    assert isinstance(found, Chosen)
    assert found.host == "h1"
