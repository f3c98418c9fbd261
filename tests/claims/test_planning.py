"""Plans made while others claim: judged anew under the lock, planned again, and under the lock after three tries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import placer
from placer.claims.planning import Ask, Claimed, claimed
from placer.claims.store import Store
from tests.support.claiming import (
    GIB,
    UUID,
    HandClock,
    a_claim,
    a_file,
    a_guest,
    a_request,
    a_sighting,
    seen,
    two_pnodes,
)

Solve = Callable[[placer.Request], placer.Result]


def solve(request: placer.Request) -> placer.Result:
    return placer.solve(request.instance, time_limit_s=60, workers=1)


def ask(request: placer.Request, expires_s: float = 600.0, **more: object) -> Ask:
    return Ask(request=request, expires_s=expires_s, grace_s=60.0, **more)  # type: ignore[arg-type]


def new(name: str = "new", gib: int = 6, number: int = 1, **more: object) -> placer.Request:
    return a_request(a_guest(name, gib), uuids={name: UUID.format(number)}, **more)  # type: ignore[arg-type]


class Rival:
    """Solves, and claims in between what the plan is about to take, so many times."""

    def __init__(self, store: Store, times: int, gib: int = 4) -> None:
        self.store, self.times, self.gib = store, times, gib
        self.calls = 0

    def __call__(self, request: placer.Request) -> placer.Result:
        answer = solve(request)
        self.calls += 1
        if self.calls <= self.times and answer.placement is not None:
            ((pnode,),) = answer.placement.pnode_of.values()
            name = f"rival{self.calls}"
            claim = a_claim(name, 100 + self.calls, pnode or 0, gib=self.gib, domain=placer.Domain(name=name))
            with self.store.writing() as session:
                session.replace_claims([*session.view.claims, claim])
        return answer


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Path(a_file(tmp_path)), wait_s=5.0)


def test_guests_that_come_one_after_the_other_find_what_is_left(store: Store) -> None:
    found = [claimed(store, ask(new(name, number=n)), solve, HandClock()) for n, name in enumerate(("a", "b", "c"), 1)]
    assert [each.answer.placement and each.answer.placement.pnode_of for each in found] == [
        {"a": (0,)},
        {"b": (1,)},
        None,
    ]
    assert found[2].answer.status is placer.Status.INFEASIBLE
    assert [each.guests for each in found] == [("a",), ("b",), ()]
    assert [claim.guest for claim in store.read().claims] == ["a", "b"]
    assert found[1].request.instance.host.pnodes[0].memory_kib == 2 * GIB
    assert "claims of 1 guest take 6 GiB of what is free: a" in found[1].request.notes


def test_a_plan_that_another_was_faster_than_is_made_again(store: Store) -> None:
    rival = Rival(store, 1)
    found = claimed(store, ask(new()), rival, HandClock())
    assert found.answer.placement is not None
    assert (found.tries, rival.calls, found.answer.placement.pnode_of) == (2, 2, {"new": (1,)})
    assert {claim.guest for claim in store.read().claims} == {"rival1", "new"}


def test_a_plan_beside_a_claim_that_leaves_it_its_room_is_not_made_again(store: Store) -> None:
    assert claimed(store, ask(new()), Rival(store, 1, gib=1), HandClock()).tries == 1


def test_the_fourth_is_made_with_the_file_locked(store: Store) -> None:
    locked: list[bool] = []
    rival = Rival(store, 3)
    impatient = Store(store.path, wait_s=0.0)

    def plan(request: placer.Request) -> placer.Result:
        try:
            with impatient.writing():
                locked.append(False)
        except placer.InputError:
            locked.append(True)
        return rival(request)

    pnodes = tuple(placer.Pnode(id=p, memory_kib=8 * GIB, pcpus=(p,)) for p in range(5))
    host = placer.Host(pnodes=pnodes, name="xen1")
    found = claimed(store, ask(new(host=host)), plan, HandClock())
    assert (found.tries, locked) == (4, [False, False, False, True])
    assert len(store.read().claims) == 4


def test_where_nothing_fits_beside_the_claims_nothing_is_claimed(store: Store) -> None:
    claimed(store, ask(new("a", 8, 1)), solve, HandClock())
    found = claimed(store, ask(new("b", 9, 2)), solve, HandClock())
    assert (found.guests, found.answer.status) == ((), placer.Status.INFEASIBLE)


def test_a_placement_that_breaks_rules_is_not_claimed(store: Store) -> None:
    def greedy(request: placer.Request) -> placer.Result:
        return placer.solve(request.instance, strategy="first-fit")

    found = claimed(store, ask(a_request(a_guest("a", 6, hard_affinity=((2,),)))), greedy, HandClock())
    assert found.answer.violations and found.guests == ()
    assert store.read().claims == ()


def test_guests_without_a_pnode_are_not_claimed(store: Store) -> None:
    def some(request: placer.Request) -> placer.Result:
        return placer.solve(request.instance, allow_unplaced=True)

    request = a_request(a_guest("a"), a_guest("b"), a_guest("c"))
    found = claimed(store, ask(request), some, HandClock())
    assert len(found.guests) == 2
    assert {claim.guest for claim in store.read().claims} == set(found.guests)


def test_the_next_plan_of_a_guest_replaces_its_claim_and_counts_no_shape_again(store: Store) -> None:
    for gib in (6, 7):
        assert claimed(store, ask(new("a", gib)), solve, HandClock()).guests == ("a",)
    (claim,) = store.read().claims
    assert claim.memory_kib == {0: 7 * GIB}
    assert [(shape.memory_kib, shape.count) for shape in store.shapes()] == [(6 * GIB, 1)]


def test_forms_are_settled_on_what_is_left(store: Store) -> None:
    """Of 8 + 8 GiB each pnode has 5 left: a guest of 8 GiB that states no vnodes gets two."""
    for n, name in enumerate(("a", "b"), 1):
        claimed(store, ask(new(name, 3, n, host=two_pnodes())), partial(on_pnode, pnode=n - 1), HandClock())
    flexible = placer.Guest(name="big", flexible=placer.Flexible(memory_kib=8 * GIB, vcpu_count=2))
    request = placer.Request(instance=placer.Instance(host=two_pnodes(), guests=(flexible,)))
    found = claimed(store, ask(request), solve, HandClock())
    assert found.answer.placement is not None
    assert set(found.answer.placement.pnode_of["big"]) == {0, 1}


def on_pnode(request: placer.Request, pnode: int) -> placer.Result:
    from msgspec.structs import replace as change

    (guest,) = request.instance.guests
    return solve(replace(request, instance=change(request.instance, guests=(change(guest, pnodes=(pnode,)),))))


def test_what_a_newer_snapshot_says_of_other_claims_is_written_with_the_next_claim(store: Store) -> None:
    clock = HandClock()
    claimed(store, ask(new("a", number=7)), solve, clock)
    clock.later(10)
    snapshot = a_sighting(seen(7, "a", built=True), at_s=1005.0)
    after = new("b", 1, 8, host=two_pnodes(8), sighting=snapshot)
    claimed(store, ask(after), solve, clock)
    first, second = store.read().claims
    assert (first.guest, first.domid, first.seen_s) == ("a", 7, 1005.0)
    assert (second.guest, second.host_boot) == ("b", "m1")
    assert [boot.boot_id for boot in store.read().owner.boots] == ["m1"]


def test_a_guest_that_runs_and_is_placed_anew_claims_room_for_its_next_domain(store: Store) -> None:
    snapshot = a_sighting(seen(7, "a", built=True), at_s=990.0)
    claimed(store, ask(new("a", 2, 7, sighting=snapshot)), solve, HandClock())
    (claim,) = store.read().claims
    assert claim.before_domid == 7
    other = claimed(store, ask(new("b", 7, 8, sighting=snapshot)), solve, HandClock())
    assert other.answer.placement is not None
    assert other.answer.placement.pnode_of == {"b": (1,)}, "the room on pnode 0 is kept for the guest that moves there"


def test_a_file_of_another_host_and_a_snapshot_of_a_past_boot_are_refused(store: Store) -> None:
    claimed(store, ask(new(sighting=a_sighting(at_s=990.0, boot="h1"))), solve, HandClock())
    other = placer.Host(pnodes=two_pnodes().pnodes, name="xen2")
    with pytest.raises(placer.InputError, match='has the claims of host "xen1", this is host "xen2"'):
        claimed(store, ask(new("b", host=other)), solve, HandClock())
    claimed(store, ask(new("b", 1, 2, sighting=a_sighting(at_s=995.0, boot="h2"))), solve, HandClock())
    with pytest.raises(placer.InputError, match="boot of the host that is past"):
        claimed(store, ask(new("c", 1, 3, sighting=a_sighting(at_s=996.0, boot="h1"))), solve, HandClock())


def test_an_answer_remembers_the_request_as_it_was_read(store: Store) -> None:
    request = new()
    found: Claimed = claimed(store, ask(request), solve, HandClock())
    assert found.request.as_read is request


def test_where_nothing_fits_under_the_lock_nothing_is_claimed(store: Store) -> None:
    found = claimed(store, ask(new(gib=9)), solve, HandClock(), tries=0)
    assert (found.guests, found.tries, store.read().claims) == ((), 1, ())
