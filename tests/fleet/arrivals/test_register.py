"""Names of guests that come and leave."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.fleet.arrivals.register import Register
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Fleet
from tests.support.fleets import fleet_of, guest_of


def fleet() -> Fleet:
    plain = fleet_of([[(4, 8)]] * 2, [[(1, 1)]] * 2)
    web = replace(plain.guests[0], count=2, labels=("ssd",), hosts=("h0",))
    return replace(plain, guests=[web, plain.guests[1]])


def test_a_guest_waits_until_it_is_placed_and_is_gone_after_that() -> None:
    register = Register(fleet())
    assert [register.waits(name) for name in ("g0-0", "g0-1", "g1", "new")] == [True, True, True, False]
    register.placed["g0-0"] = register.of_fleet("g0-0")
    assert not register.waits("g0-0")
    register.leave("g0-0")
    assert not register.waits("g0-0")
    assert not register.knows("g0-0")
    assert register.knows("g0")  # g0-1 is left


def test_a_guest_that_is_like_another_gets_its_labels_and_hosts() -> None:
    register = Register(fleet())
    own = FleetGuest(guest=guest_of([(1, 1)], "new"), labels=["big"])
    found = register.entry(own, "g0")
    assert (found.labels, found.hosts, found.guest.name) == (("big", "ssd"), ("h0",), "new")
    listed = register.entry(replace(own, hosts=("h1",)), "g0-1")
    assert listed.hosts == ("h1",)


def test_one_guest_of_an_entry_stands_alone() -> None:
    found = Register(fleet()).entry("g0-1", None)
    assert (found.each, found.labels) == (("g0-1",), ("ssd",))


@pytest.mark.parametrize(
    ("guest", "like", "message"),
    [
        ("g9", None, 'guest: guest "g9" is not in the fleet'),
        (3, None, "guest: expected placer.Guest or placer.FleetGuest or str, got int"),
        (guest_of([(1, 1)], "g1"), None, 'guest: the fleet has a guest "g1" already'),
        (guest_of([(1, 1)], "g0"), None, 'guest: the fleet has a guest "g0" already'),
        (FleetGuest(guest=guest_of([(1, 1)], "x"), count=2), None, "guest: 2 guests, expected one at a time"),
        (FleetGuest(guest=guest_of([(1, 1)], "x"), hosts=["h7"]), None, 'guest: no host "h7" in the fleet'),
        (guest_of([(1, 1)], "x"), "g7", 'like: no guest "g7" in the fleet'),
        (guest_of([(1, 1)], "x"), 4, "like: expected str, got int"),
    ],
)
def test_what_cannot_come_is_refused(guest: object, like: object, message: str) -> None:
    with pytest.raises(InputError) as error:
        Register(fleet()).entry(guest, like)  # type: ignore[arg-type]
    assert str(error.value) == message
