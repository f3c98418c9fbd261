"""The claims of a host as a toolstack uses them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

import placer
from tests.support.claiming import GIB, UUID, HandClock, a_file, a_guest, a_request, a_sighting, seen, two_pnodes


def place(claims: placer.Claims, name: str, gib: int = 6, number: int = 1, **more: object) -> placer.Claimed:
    expires_s = more.pop("expires_s", 600.0)
    request = a_request(a_guest(name, gib), uuids={name: UUID.format(number)}, **more)  # type: ignore[arg-type]
    return claims.place(request, expires_s=expires_s, workers=1)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def claims(tmp_path: Path, clock: HandClock) -> placer.Claims:
    return placer.Claims(a_file(tmp_path), clock=clock)


def states(claims: placer.Claims) -> dict[str, str]:
    return {guest.name: guest.state for guest in claims.list()}


def test_a_guest_goes_from_its_claim_to_its_end(claims: placer.Claims, clock: HandClock) -> None:
    place(claims, "web", number=7)
    assert states(claims) == {"web": "claimed"}
    clock.later(5)
    claims.confirm("web", domid=7)
    (guest,) = claims.list()
    assert (guest.state, guest.domid, guest.left_s, guest.pnodes) == ("running", 7, None, (0,))
    claims.release(UUID.format(7).upper())
    assert claims.list() == ()


def test_two_that_plan_from_one_snapshot_do_not_meet(claims: placer.Claims) -> None:
    """Without claims both take pnode 0, the first of two equal ones."""
    snapshot = a_sighting(at_s=990.0)
    found = [place(claims, name, number=n, sighting=snapshot) for n, name in enumerate(("a", "b"), 1)]
    assert [each.answer.placement.pnode_of for each in found if each.answer.placement] == [{"a": (0,)}, {"b": (1,)}]


def test_a_claim_expires_by_the_time_since_the_boot_whatever_the_clock_on_the_wall_says(
    claims: placer.Claims, clock: HandClock
) -> None:
    place(claims, "web", expires_s=100.0)
    clock.now = replace(clock.now, time_s=clock.now.time_s - 86400)
    clock.later(99)
    assert states(claims) == {"web": "claimed"}
    clock.later(1)
    assert states(claims) == {"web": "expired"}
    assert place(claims, "db", 8, 2).guests == ("db",)
    assert states(claims) == {"db": "claimed"}


def test_after_a_reboot_of_the_machine_that_holds_the_file_a_claim_lasts_anew(
    claims: placer.Claims, clock: HandClock
) -> None:
    place(claims, "web", expires_s=100.0)
    clock.now = replace(clock.now, boot_id="m2", at_s=7.0)
    (guest,) = claims.list()
    assert (guest.state, guest.left_s) == ("claimed", 100.0)
    place(claims, "db", 1, 2)
    clock.later(100)
    assert states(claims) == {"web": "expired", "db": "claimed"}


def test_a_boot_of_the_host_frees_what_ran_and_keeps_what_is_to_be_started(
    claims: placer.Claims, clock: HandClock
) -> None:
    place(claims, "web", number=7, sighting=a_sighting(at_s=990.0, boot="h1"))
    claims.confirm("web")
    place(claims, "db", 7, 8, sighting=a_sighting(at_s=995.0, boot="h1"))
    clock.later(100)
    booted = a_sighting(at_s=clock.now.at_s - 1, boot="b9")
    assert place(claims, "big", 8, 9, sighting=booted).guests == ("big",)
    assert states(claims) == {"db": "claimed", "big": "claimed"}


def test_an_expired_claim_is_not_given_away_while_its_guest_is_being_built(
    claims: placer.Claims, clock: HandClock
) -> None:
    place(claims, "web", 8, 7, expires_s=10.0)
    clock.later(100)
    half = {"sighting": a_sighting(seen(7, "web"), at_s=1090.0, building=(7,)), "held": {7: {0: 4 * GIB}}}
    host = placer.Host(pnodes=(two_pnodes(4).pnodes[0], two_pnodes(3).pnodes[1]), name="xen1")
    refused = place(claims, "db", 4, 8, host=host, **half)
    assert refused.answer.status is placer.Status.INFEASIBLE
    gone = a_sighting(at_s=1095.0)
    assert place(claims, "db", 4, 8, host=host, sighting=gone).guests == ("db",)
    assert states(claims) == {"db": "claimed"}


def test_claims_that_are_not_there_are_named_and_nothing_is_changed(claims: placer.Claims) -> None:
    place(claims, "web")
    with pytest.raises(placer.InputError, match=r'xen1\.claims: no claim of guest "nobody"$'):
        claims.confirm("nobody")
    with pytest.raises(placer.InputError, match=r'xen1\.claims: no claim of guest "nobody"$'):
        claims.release("web", "nobody")
    assert states(claims) == {"web": "claimed"}


def test_all_claims_are_ended_at_once_and_shapes_stay(claims: placer.Claims) -> None:
    old, new = a_sighting(at_s=990.0, boot="h1"), a_sighting(at_s=995.0, boot="h2")
    place(claims, "a", 2, 1, sighting=old)
    place(claims, "b", 2, 2, sighting=new)
    assert claims.clear() == 2
    assert claims.list() == ()
    assert claims.shapes() == (placer.ClaimedShape(memory_kib=2 * GIB, vcpus=1, vnodes=1, count=2),)
    assert place(claims, "c", 2, 3, sighting=old).guests == ("c",), "no boot of the host is known to be past any more"


def test_a_file_that_nobody_made_is_made_by_a_plan_alone(claims: placer.Claims, tmp_path: Path) -> None:
    for call in (claims.list, claims.clear, claims.shapes, lambda: claims.confirm("a"), lambda: claims.release("a")):
        with pytest.raises(placer.InputError, match="no such file of claims"):
            call()
    assert list(tmp_path.iterdir()) == []


def test_rules_may_name_guests_that_are_claimed(claims: placer.Claims) -> None:
    place(claims, "a", 2, 1)
    found = claims.place(a_request(a_guest("b", 2)), rules=[placer.Rule(apart=("a", "b"))])
    assert found.answer.placement is not None and found.answer.placement.pnode_of == {"b": (1,)}


def test_a_solve_can_be_ended_and_one_of_ones_own_is_taken(claims: placer.Claims) -> None:
    stop = Event()
    stop.set()
    instance = placer.Instance(host=two_pnodes(), guests=(a_guest("a"),))
    assert claims.place(instance, stop=stop).answer.strategy == "optimal"
    found = claims.place_with(a_request(a_guest("b")), lambda request: placer.solve(request.instance, strategy="cpsat"))
    assert (found.answer.strategy, found.guests) == ("cpsat", ("b",))


@pytest.mark.parametrize("wrong", [None, 3, "", "a\0b", b"x"])
def test_the_path_is_checked(wrong: object) -> None:
    with pytest.raises(placer.InputError, match="path"):
        placer.Claims(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("domid", [0, -1, True, "3", 1.0])
def test_the_number_of_a_domain_is_checked(claims: placer.Claims, domid: object) -> None:
    place(claims, "a")
    with pytest.raises(placer.InputError, match=r"^domid: expected the number of a domain"):
        claims.confirm("a", domid=domid)  # type: ignore[arg-type]


def test_functions_and_guests_are_checked(claims: placer.Claims, tmp_path: Path) -> None:
    with pytest.raises(placer.InputError, match=r"^clock: expected a function"):
        placer.Claims(a_file(tmp_path), clock=3)  # type: ignore[arg-type]
    with pytest.raises(placer.InputError, match=r"^plan: expected a function"):
        claims.place_with(a_request(a_guest("a")), 3)  # type: ignore[arg-type]
    with pytest.raises(placer.InputError, match=r"^name: expected str, got int"):
        claims.release(3)  # type: ignore[arg-type]


def test_an_object_goes_into_another_process(tmp_path: Path) -> None:
    claims = placer.Claims(a_file(tmp_path))
    place(claims, "a")
    assert states(pickle.loads(pickle.dumps(claims))) == {"a": "claimed"}


def test_a_confirmation_brings_back_a_guest_that_snapshots_missed(claims: placer.Claims, clock: HandClock) -> None:
    place(claims, "web", 2, 7)
    claims.confirm("web", domid=7)
    clock.later(10)
    place(claims, "db", 2, 8, sighting=a_sighting(at_s=1005.0))
    assert states(claims)["web"] == "missing"
    claims.confirm("web", domid=9)
    assert states(claims)["web"] == "running"
