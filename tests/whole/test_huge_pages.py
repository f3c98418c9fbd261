"""Huge pages from end to end: random instances against the oracle, explanations, a state."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

import placer
from placer.assignment import Status
from placer.check import check
from placer.instance import Form
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, a_guest, a_host
from tests.support.oracle import feasible, tier_costs
from tests.support.oracle_agreement import solved_as_the_oracle
from tests.support.random_instances import random_instance, random_placement, with_claims, with_huge_pages


@pytest.mark.parametrize("strategy", ["optimal", "branch-and-bound", "cpsat"])
def test_random_instances_with_huge_pages_agree_with_the_oracle(strategy: str) -> None:
    seen = set()
    for seed in range(25 if strategy == "cpsat" else 80):
        instance, allow_unplaced = with_huge_pages(seed, random_instance(seed)), seed % 3 == 0
        if seed % 4 == 0:
            instance = with_claims(seed, instance)
        expected = solved_as_the_oracle(instance, strategy, allow_unplaced=allow_unplaced, about=seed)
        seen.add(expected is None)
    assert seen == {True, False}


def mixed(seed: int) -> placer.Instance:
    """Guests cut by placer and sets beside a guest of vnodes, with a pool, a running domain, pins and claims."""
    rng = Random(seed)
    host = a_host(*(rng.randint(2, 8) * GIB // 2 for _ in range(3)), slit=((10, 12, 20), (12, 10, 20), (20, 20, 10)))
    if rng.random() < 0.4:
        host = replace(host, cpupools=(placer.Cpupool(name="Pool-0", pcpus=range(8)),))
    if rng.random() < 0.4:
        host = replace(host, domains=(placer.Domain(name="old", affinity=[(0, 1), (4,), None]),))
    guests = []
    for i in range(rng.randint(1, 2)):
        least = rng.randint(1, 2)
        flexible = placer.Flexible(
            memory_kib=rng.randint(2, 9) * GIB // 4,
            vcpu_count=rng.randint(1, 4),
            least=least,
            most=rng.randint(least, 3),
        )
        mask = ((0, 1, 4, 5),) * flexible.vcpu_count if rng.random() < 0.3 else None
        form: Form = "set" if rng.random() < 0.5 else "vnuma"
        overhead_kib = rng.choice((0, 20 * MIB))
        guests.append(
            placer.Guest(name=f"g{i}", flexible=flexible, form=form, hard_affinity=mask, overhead_kib=overhead_kib)
        )
    guests.append(a_guest(GIB, GIB // 2, name="vm", pnodes=rng.choice((None, (0, 1)))))
    instance = with_huge_pages(seed, placer.Instance(host=host, guests=tuple(guests)))
    return with_claims(seed, instance) if seed % 3 == 0 else instance


@pytest.mark.parametrize("strategy", ["optimal", "branch-and-bound", "cpsat"])
def test_cut_guests_and_sets_in_huge_pages_agree_with_the_oracle(strategy: str) -> None:
    seen = set()
    for seed in range(12 if strategy == "cpsat" else 50):
        instance, allow_unplaced = mixed(seed), seed % 4 == 1
        expected = solved_as_the_oracle(instance, strategy, allow_unplaced=allow_unplaced, about=seed)
        seen.add(expected is None)
    assert seen == {True, False}


def test_oracle_and_judge_agree_on_random_placements() -> None:
    seen = set()
    for seed in range(250):
        instance = with_huge_pages(seed, random_instance(seed))
        instance = with_claims(seed, instance) if seed % 2 else instance
        if any(guest.dedicated for guest in instance.guests):
            continue
        placement = random_placement(seed, instance)
        verdict = check(instance, placement, allow_unplaced=True)
        assert verdict.costs == tier_costs(instance, placement), seed
        assert (not verdict.violations) == feasible(instance, placement, allow_unplaced=True), seed
        seen.update({violation.rule for violation in verdict.violations} or {"none"})
    assert {"huge_pages", "claims", "memory", "none"} <= seen


def paged(*totals: int) -> placer.Host:
    pools = [(placer.HugePages(page_size=GIB, total=total),) for total in totals]
    host = a_host(*(GIB,) * len(totals))
    return replace(host, pnodes=tuple(replace(p, huge_pages=pool) for p, pool in zip(host.pnodes, pools, strict=True)))


def reason_of(instance: placer.Instance) -> str:
    answer = solve(instance)
    assert answer.status is Status.INFEASIBLE
    return answer.reason or ""


def test_an_explanation_says_which_pages_lack_where() -> None:
    alone = placer.Instance(host=paged(2, 3), guests=(a_guest(4 * GIB, page_size=GIB),))
    assert reason_of(alone).splitlines() == [
        'guest "db" vnode 0 needs 4 huge pages of 1 GiB; the most that a pnode it may use has free is 3, on pnode 1',
        "any one of these changes mends it:",
        "- 2 more free huge pages of 1 GiB on pnode 0",
        "- 1 more free huge pages of 1 GiB on pnode 1",
        '- guest "db" with 1 GiB less memory',
    ]
    guests = tuple(a_guest(3 * GIB, name=name, page_size=GIB) for name in ("db", "web"))
    text = reason_of(placer.Instance(host=paged(3, 2), guests=guests))
    assert "the guests need 6 huge pages of 1 GiB in all; the pnodes have 5 free, 1 too few" in text
    assert "- 1 more free huge pages of 1 GiB on pnode 1" in text


def test_started_guests_keep_their_pages() -> None:
    state = placer.State(paged(3, 2))
    state.start(solve(state.instance([a_guest(2 * GIB, page_size=GIB, pnodes=(0,))])))
    assert [pnode.pages_of(GIB) for pnode in state.host.pnodes] == [1, 2]
    answer = solve(state.instance([a_guest(2 * GIB, name="web", page_size=GIB)]))
    assert answer.placement is not None
    assert answer.placement.pnode_of["web"] == (1,)
    state.stop("db")
    assert [pnode.pages_of(GIB) for pnode in state.host.pnodes] == [3, 2]


def test_vnodes_in_huge_pages_stand_on_pnodes_without_other_memory() -> None:
    host = paged(2, 3)
    bare = replace(host, pnodes=(replace(host.pnodes[0], memory_kib=0), *host.pnodes[1:]))
    answer = solve(placer.Instance(host=bare, guests=(a_guest(2 * GIB, 3 * GIB, page_size=GIB),)))
    assert answer.placement is not None
    assert answer.placement.pnode_of["db"] == (0, 1)
