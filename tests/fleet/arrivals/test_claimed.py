"""Several callers of one fleet, through a file of claims."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest

from placer.api.fleet_adding import add_guests
from placer.claims.moments import Moment
from placer.claims.owner import owner_of
from placer.claims.store import Store
from placer.errors import InputError
from placer.fleet.arrivals.arrival import Arrival
from placer.fleet.arrivals.claimed import claimed_arrivals
from placer.fleet.arrivals.coming import Coming
from placer.fleet.arrivals.online import OnlineFleet
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Fleet, Placed
from tests.support.fleets import fleet_of, guest_of

FLEET = fleet_of([[(2, 4)]] * 2, [[(2, 4)]], rules=[{"apart": ["g0"]}])


def comes(name: str, *, like: str | None = None, vcpus: int = 2) -> Coming:
    return Coming(guest=FleetGuest(guest=guest_of([(vcpus, 2 * vcpus)], name)), like=like)


def claim(
    store: Store, *coming: Coming, fleet: Fleet = FLEET, at_s: float = 0.0, tries: int = 3
) -> tuple[Arrival, ...]:
    return claimed_arrivals(
        store,
        fleet,
        coming,
        lambda online: add_guests(online, coming, Event()),
        expires_s=60,
        clock=lambda: Moment(boot_id="b", at_s=at_s, time_s=at_s),
        tries=tries,
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "fleet.claims")


def test_a_guest_stays_out_of_the_room_of_claims_until_they_expire_or_end(store: Store) -> None:
    assert [claim(store, comes(name))[0].host for name in "abc"] == ["h0", "h1", None]
    assert [(each.guest, each.host) for each in store.read().claims] == [("a", "h0"), ("b", "h1")]
    assert claim(store, comes("c"), at_s=61.0)[0].host == "h0"
    assert [each.guest for each in store.read().claims] == ["c"]


def test_a_claim_ends_where_the_fleet_shows_its_guest_placed(store: Store) -> None:
    claim(store, comes("a", vcpus=1))
    shown = OnlineFleet(FLEET)
    shown.hold(comes("a", vcpus=1).guest, "h0", (0,))
    (found,) = claim(store, comes("b", vcpus=1), fleet=shown.fleet)
    assert found.host == "h0"  # once, not twice: the other half of it is free
    assert [each.guest for each in store.read().claims] == ["b"]


def test_rules_hold_between_guests_of_two_callers(store: Store) -> None:
    assert claim(store, comes("a", like="g0", vcpus=1))[0].host == "h0"
    assert claim(store, comes("b", like="g0", vcpus=1))[0].host == "h1"
    assert claim(store, comes("c", like="g0", vcpus=1))[0].why == (
        "2 hosts: the rule apart g0, a, b ... keeps it away",
    )


def test_a_guest_that_is_planned_again_gets_a_new_claim_in_the_place_of_its_old_one(store: Store) -> None:
    claim(store, comes("a"))
    claim(store, comes("a"))
    assert [(each.guest, each.host) for each in store.read().claims] == [("a", "h0")]
    assert [shape.count for shape in store.shapes()] == [1]


def test_callers_at_the_same_time_never_share_room(store: Store) -> None:
    hosts = fleet_of([[(2, 4)]] * 4, [])
    start, found = Barrier(6), dict[str, str | None]()

    def caller(name: str) -> None:
        start.wait()
        found[name] = claim(store, comes(name), fleet=hosts)[0].host

    threads = [Thread(target=caller, args=(name,)) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    placed = sorted(host for host in found.values() if host is not None)
    assert placed == ["h0", "h1", "h2", "h3"]


def test_without_tries_outside_of_the_lock_it_is_placed_under_it(store: Store) -> None:
    assert claim(store, comes("a"), tries=0)[0].host == "h0"
    assert [each.guest for each in store.read().claims] == ["a"]


def test_a_guest_that_comes_between_plan_and_claim_makes_a_second_plan(store: Store) -> None:
    store_of_other, calls = Store(store.path), list[int]()
    coming = (comes("a"),)

    def add(online: OnlineFleet) -> tuple[Arrival, ...]:
        calls.append(1)
        if len(calls) == 1:
            claim(store_of_other, comes("b"))
        return add_guests(online, coming, Event())

    moment = partial(Moment, boot_id="b", at_s=0.0, time_s=0.0)
    (found,) = claimed_arrivals(store, FLEET, coming, add, expires_s=60, clock=moment)
    assert (len(calls), found.host) == (2, "h1")


def test_a_file_of_a_host_and_a_claim_on_an_unknown_host_are_refused(store: Store, tmp_path: Path) -> None:
    of_host = Store(tmp_path / "host.claims")
    of_host.make(owner_of(FLEET.hosts[0].host, None))
    with pytest.raises(InputError, match='has the claims of host "h0", expected those of a fleet'):
        claim(of_host, comes("a"))
    claim(store, comes("a"))
    with pytest.raises(InputError, match='guest "a" claims room of host "h0", which the fleet does not have'):
        claim(store, comes("b"), fleet=Fleet(hosts=FLEET.hosts[1:]))


def test_a_claim_of_a_guest_that_runs_is_no_longer_counted(store: Store) -> None:
    claim(store, comes("a"))
    placed = fleet_of([[(2, 4)]] * 2, [[(2, 4)]], placed=[Placed(guest="g0", host="h1", pnodes=[0])])
    assert claim(store, comes("b"), fleet=placed)[0].host is None


def test_a_claim_on_a_pnode_that_the_fleet_has_no_more_is_told_with_the_file(store: Store) -> None:
    two = fleet_of([[(2, 4), (2, 4)]], [])
    claim(store, comes("a"), comes("b"), fleet=two)
    with pytest.raises(
        InputError, match=r'fleet\.claims: guest ".*" claims what the fleet does not have: no pnode 1 on'
    ):
        claim(store, comes("c"), fleet=fleet_of([[(2, 4)]], []))
