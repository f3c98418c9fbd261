"""Moves beside claims: what others claim is left to them, and what arrives is claimed until it is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import placer
from placer.assignment.context import SearchContext
from placer.claims.claim import Claim
from placer.claims.moving import MovesAsked, claimed_moves
from placer.claims.store import Store
from placer.formats.base import RunningFacts
from placer.instance import Domain
from placer.rebalance.goal import Goal
from placer.rebalance.plan import Plan
from placer.rebalance.planning import plan_rebalance
from placer.rebalance.running import Resident, RunningHost
from tests.support.claiming import GIB, UUID, HandClock, a_claim, a_file, a_guest, a_sighting, seen, two_pnodes


def running(*, at_s: float = 990.0, pnode: int = 0, domid: int = 7, gib: int = 8) -> RunningHost:
    """Guest "a" of 6 GiB alone on a pnode of 8 GiB, as a snapshot shows it."""
    sighting = a_sighting(seen(7, "a", built=True), at_s=at_s)
    sighting = replace(sighting, domains=(replace(sighting.domains[0], domid=domid),))
    return RunningHost(
        instance=placer.Instance(host=two_pnodes(gib), guests=(a_guest("a"),)),
        placement=placer.Placement(pnode_of={"a": (pnode,)}),
        residents=(Resident(name="a", domid=domid, uuid=UUID.format(7), memory_kib=6 * GIB),),
        facts=RunningFacts(sighting=sighting),
    )


def plan(goal: Goal, there: RunningHost) -> Plan:
    return plan_rebalance(there, goal, SearchContext(time_limit_s=30, workers=1))


class Planner:
    """Plans to free pnode 0, and claims in between what a guest of another takes on pnode 1, so many times."""

    def __init__(self, store: Store, goal: Goal, times: int = 0, gib: int = 1) -> None:
        self.store, self.goal, self.times, self.gib = store, goal, times, gib
        self.calls = 0

    def __call__(self, there: RunningHost) -> Plan:
        found = plan(self.goal, there)
        self.calls += 1
        if self.calls <= self.times:
            claim = a_claim(f"rival{self.calls}", 100 + self.calls, 1, self.gib, domain=Domain(name="rival"))
            with self.store.writing() as session:
                session.replace_claims([*session.view.claims, claim])
        return found


EMPTY = Goal(empty=(0,))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Path(a_file(tmp_path)), wait_s=5.0)


def moved(store: Store, planner: Planner, there: RunningHost | None = None, clock: HandClock | None = None) -> Plan:
    asked = MovesAsked(
        running=there or running(), uuid_of={}, expires_s=600.0, grace_s=60.0, new=planner.goal.make_room
    )
    return claimed_moves(store, asked, planner, clock or HandClock())


def claim_on(store: Store, claim: Claim) -> None:
    with store.writing() as session:
        session.replace_claims([*session.view.claims, claim])


def free_gib(store: Store, there: RunningHost, clock: HandClock | None = None) -> list[float]:
    """What is free on each pnode for the next plan of moves, beside what runs."""
    seen_by: list[RunningHost] = []

    def looked(host: RunningHost) -> Plan:
        seen_by.append(host)
        return replace(plan(Goal(moves=0), host), stages=())

    asked = MovesAsked(running=there, uuid_of={}, expires_s=600.0, grace_s=60.0)
    claimed_moves(store, asked, looked, clock or HandClock())
    held = {pnode: 6 for pnodes in there.placement.pnode_of.values() for pnode in pnodes}
    return [pnode.memory_kib / GIB - held.get(pnode.id, 0) for pnode in seen_by[0].instance.host.pnodes]


def test_what_arrives_is_claimed_where_it_arrives(store: Store) -> None:
    found = moved(store, Planner(store, EMPTY))
    assert (found.status, found.claimed, found.placement) == (
        placer.Status.OPTIMAL,
        ("a",),
        placer.Placement(pnode_of={"a": (1,)}),
    )
    (claim,) = store.read().claims
    assert (claim.guest, claim.uuid, claim.before_domid) == ("a", UUID.format(7), 7)
    assert claim.taken_kib == {1: 6 * GIB}


def test_until_its_new_domain_is_seen_nobody_else_gets_the_room(store: Store) -> None:
    """2 GiB are left beside 6 on each pnode; then the guest is saved, and its old pnode is free; then it is back."""
    clock = HandClock()
    moved(store, Planner(store, EMPTY), clock=clock)
    assert free_gib(store, running(at_s=990.0), clock) == [2, 2]
    clock.later(100)
    assert free_gib(store, running(at_s=1095.0, pnode=1, domid=8), clock) == [8, 2]


def test_room_that_others_claim_is_left_to_them(store: Store) -> None:
    moved(store, Planner(store, Goal(moves=0)))
    claim_on(store, a_claim("web", 9, 1, gib=3))
    found = moved(store, Planner(store, EMPTY))
    assert (found.status, found.claimed) == (placer.Status.INFEASIBLE, ())
    assert "claims of 1 guest take 3 GiB of what is free: web" in found.notes
    assert [claim.guest for claim in store.read().claims] == ["web"]


def test_a_pnode_that_a_claim_keeps_for_its_guest_alone_takes_no_other(store: Store) -> None:
    moved(store, Planner(store, Goal(moves=0)))
    claim_on(store, a_claim("web", 9, 1, gib=1, exclusive=("web",)))
    assert moved(store, Planner(store, EMPTY)).status is placer.Status.INFEASIBLE


def test_a_guest_that_another_plan_moves_stays(store: Store) -> None:
    moved(store, Planner(store, EMPTY))
    again = moved(store, Planner(store, EMPTY))
    assert again.status is placer.Status.INFEASIBLE and again.reason is not None
    assert "its claim says that it is being moved" in again.reason


@pytest.mark.parametrize(("times", "calls", "status"), [(1, 1, "OPTIMAL"), (3, 2, "INFEASIBLE")])
def test_a_plan_that_no_longer_fits_is_made_again(store: Store, times: int, calls: int, status: str) -> None:
    """Beside 1 GiB of a rival its 6 still fit on 8; beside 3 no more."""
    planner = Planner(store, EMPTY, times=1, gib=times)
    found = moved(store, planner)
    assert (str(found.status), planner.calls) == (status, calls)


def test_the_fourth_plan_is_made_with_the_file_locked(store: Store) -> None:
    locked: list[bool] = []
    impatient = Store(store.path, wait_s=0.0)

    def planner(there: RunningHost) -> Plan:
        try:
            with impatient.writing() as session:
                locked.append(False)
                session.replace_claims([a_claim(f"rival{len(locked)}", 100 + len(locked), 1, gib=4)])
        except placer.InputError:
            locked.append(True)
        # a plan of before the rival
        return replace(plan(EMPTY, running()), running=there)

    asked = MovesAsked(running=running(), uuid_of={}, expires_s=600.0, grace_s=60.0)
    claimed_moves(store, asked, planner, HandClock())
    assert locked == [False, False, False, True]


def test_a_guest_that_room_is_made_for_is_claimed_too(store: Store) -> None:
    """5 GiB fit nowhere beside 6 of 8, but "new" fits where "a" left: both are claimed."""
    there = replace(running(), instance=placer.Instance(host=two_pnodes(6), guests=(a_guest("a"),)))
    new = placer.Guest(name="new", vnodes=(placer.Vnode(memory_kib=6 * GIB, vcpus=(0,)),), pnodes=(0,))
    found = moved(store, Planner(store, Goal(make_room=(new,))), there)
    assert found.claimed == ("a", "new")
    assert {claim.guest: claim.pnodes for claim in store.read().claims} == {"a": (1,), "new": (0,)}


def test_huge_pages_of_such_a_guest_are_claimed_as_pages_alone(store: Store) -> None:
    host = two_pnodes(8)
    pool = placer.HugePages(page_size=2048, total=512)
    there = running()
    pnodes = tuple(
        placer.Pnode(id=p.id, memory_kib=p.memory_kib, pcpus=p.pcpus, huge_pages=(pool,)) for p in host.pnodes
    )
    there = replace(
        there, instance=placer.Instance(host=placer.Host(pnodes=pnodes, name="xen1"), guests=there.instance.guests)
    )
    found = moved(store, Planner(store, Goal(make_room=(a_guest("new", 1, page_size=2048),))), there)
    assert found.claimed == ("new",)
    (claim,) = store.read().claims
    assert (sum(claim.memory_kib.values()), [each.count for each in claim.pages]) == (0, [512])


def test_a_plan_without_stages_claims_nothing(store: Store) -> None:
    assert moved(store, Planner(store, Goal(moves=0))).claimed == ()
    assert store.read().claims == ()
