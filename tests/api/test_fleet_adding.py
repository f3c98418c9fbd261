"""Guests that are read for a fleet, and what is asked of each."""

from __future__ import annotations

from threading import Event

import pytest

from placer.api.fleet_adding import Asked, add_guests, check_hosts, read_arrivals, with_guests
from placer.errors import InputError
from placer.fleet.arrivals.coming import Coming
from placer.fleet.arrivals.online import OnlineFleet
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Placed
from placer.fleet.model.rules import FleetRule
from placer.formats.text.files import Text
from tests.support.fleets import fleet_of, guest_of

FLEET = fleet_of([[(4, 8)]] * 2, [[(1, 1)]] * 2, placed=[Placed(guest="g0", host="h0", pnodes=[0])])
CONFIG = Text('name = "db"\ntype = "pvh"\nmemory = 1024\nvcpus = 2\n', place="db.cfg")


def test_files_become_guests_with_what_is_asked_and_those_that_wait_come_first() -> None:
    asked = Asked(
        waiting=True, like="g0", labels=("ssd",), hosts=("h1",), apart=("g0",), together=("g2",), within="rack"
    )
    coming, _ = read_arrivals([CONFIG], FLEET, asked)
    assert [each.name for each in coming] == ["g1", "db"]
    guest = coming[1].guest
    assert isinstance(guest, FleetGuest)
    assert (guest.labels, guest.hosts, coming[1].like) == (("ssd",), ("h1",), "g0")
    rules = (FleetRule(apart=["db", "g0"], within="rack"), FleetRule(together=["db", "g2"], within="rack"))
    assert coming[1].rules == rules


@pytest.mark.parametrize(
    ("files", "asked", "message"),
    [
        ([], Asked(), "usage: no guest to add: expected files of guests, or --waiting"),
        (["a.csv"], Asked(), "a.csv: is a table of requests"),
        ([Text('name = "g1"\nmemory = 1024\n', place="g1.cfg")], Asked(), 'g1.cfg: the fleet has a guest "g1" already'),
    ],
)
def test_what_brings_no_guest_is_refused(files: list[str], asked: Asked, message: str) -> None:
    with pytest.raises(InputError) as error:
        read_arrivals(files, FLEET, asked)
    assert str(error.value).startswith(message)


def test_hosts_are_those_of_the_fleet() -> None:
    check_hosts(Asked(hosts=("h0", "h1")), FLEET)
    with pytest.raises(InputError, match=r'^hosts: no host "h9" in the fleet$'):
        check_hosts(Asked(hosts=("h0", "h9")), FLEET)


def test_a_fleet_whose_guests_are_all_placed_has_none_that_wait() -> None:
    placed = fleet_of([[(4, 8)]], [[(1, 1)]], placed=[Placed(guest="g0", host="h0")])
    with pytest.raises(InputError, match="every guest of the fleet is placed"):
        read_arrivals([], placed, Asked(waiting=True))


def test_guests_that_are_left_when_it_is_stopped_have_no_place() -> None:
    stop, told = Event(), list[tuple[int, int, int]]()

    def done(placed: int, unplaced: int, every: int) -> None:
        told.append((placed, unplaced, every))
        stop.set()

    coming = [Coming(guest=FleetGuest(guest=guest_of([(1, 1)], name))) for name in "ab"]
    answers = add_guests(OnlineFleet(FLEET), coming, stop, done)
    assert [(each.host is None, each.why) for each in answers] == [
        (False, ()),
        (True, ("the search was stopped before",)),
    ]
    assert told == [(1, 0, 2)]


def test_guests_that_were_placed_beside_others_come_to_a_fleet_without_these() -> None:
    beside = OnlineFleet(FLEET)
    beside.hold(guest_of([(4, 1)], "claimed"), "h1", [0])
    coming = [
        Coming(guest=FleetGuest(guest=guest_of([(2, 1)], "a")), like="g0"),
        Coming(guest=FleetGuest(guest=guest_of([(9, 1)], "wide"))),
        Coming(guest="g1", rules=(FleetRule(together=["g1", "a"]),)),
    ]
    after = with_guests(FLEET, coming, add_guests(beside, coming, Event()))
    assert [(each.guest, each.host) for each in after.placed] == [("g0", "h0"), ("a", "h0"), ("g1", "h0")]
    assert after.rules == (FleetRule(together=["g1", "a"]),)
    assert set(after.guest_entry) == {"g0", "g1", "a"}
