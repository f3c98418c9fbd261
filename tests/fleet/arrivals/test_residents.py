"""One more guest beside those on a host."""

from __future__ import annotations

from msgspec.structs import replace

from placer.fleet.arrivals.residents import OnHost, Residents, resident
from placer.fleet.model.fleet import Fleet
from placer.instance import Rule
from tests.support.fleets import GIB, fleet_of, guest_of


def residents(**more: object) -> Residents:
    fleet = fleet_of([[(4, 8), (4, 8)]] * 2, [[(1, 1)]] * 3)
    found = Residents(replace(fleet, **more))
    found.put("h0", resident(guest_of([(3, 6)], "g0"), (1,)))
    return found


def test_a_guest_is_judged_on_its_pnodes_beside_what_is_there() -> None:
    found = residents().judged("h0", guest_of([(1, 2)], "new"), (1,))
    assert isinstance(found, OnHost)
    assert found.placement.pnode_of == {"g0": (1,), "new": (1,)}
    assert found.pnodes_of("new") == (1,)
    refused = residents().judged("h0", guest_of([(1, 3)], "new"), (1,))
    assert isinstance(refused, str)
    assert "pnode 1" in refused


def test_a_solve_places_it_where_there_is_room_and_what_is_there_stays() -> None:
    found = residents().solved("h0", guest_of([(2, 3)], "new"))
    assert isinstance(found, OnHost)
    assert found.placement.pnode_of == {"g0": (1,), "new": (0,)}
    assert residents().solved("h0", guest_of([(2, 9)], "new")) == "no pnodes for it beside what runs there"


def test_rules_of_pnodes_hold_where_their_members_meet() -> None:
    apart = residents(pnode_rules=[Rule(apart=["g0", "g1"])])
    refused = apart.judged("h0", guest_of([(1, 2)], "g1"), (1,))
    assert isinstance(refused, str)
    assert isinstance(apart.judged("h0", guest_of([(1, 2)], "g1"), (0,)), OnHost)
    assert isinstance(apart.judged("h1", guest_of([(1, 2)], "g1"), (1,)), OnHost)


def test_a_guest_takes_vcpus_and_memory_of_its_pnodes_and_is_taken_away() -> None:
    found = residents()
    host, placed = found.remove("g0")
    assert (host, list(placed.taken(found.host("h0")))) == ("h0", [(1, 3, 6 * GIB)])
    assert found.on["h0"] == {}


def test_hosts_with_equal_guests_are_alike_whatever_their_names() -> None:
    found = residents()
    twin = Fleet(hosts=[replace(found.fleet.hosts[0], count=3)], guests=found.fleet.guests)
    equal = Residents(twin)
    equal.put("h0-0", resident(guest_of([(3, 6)], "a"), (1,)))
    equal.put("h0-1", resident(guest_of([(3, 6)], "b"), (1,)))
    equal.put("h0-2", resident(guest_of([(3, 6)], "c"), (0,)))
    assert equal.likeness("h0-0") == equal.likeness("h0-1") != equal.likeness("h0-2")


def test_a_host_with_dedicated_vcpus_is_known() -> None:
    found = residents()
    assert not found.any_dedicated("h0")
    found.put("h0", resident(replace(guest_of([(1, 1)], "d"), cpu_policy="dedicated"), (0,)))
    assert found.any_dedicated("h0")
