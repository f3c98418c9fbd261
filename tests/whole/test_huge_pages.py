"""Huge pages from end to end: random instances against the oracle, explanations, a state."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

import placer
from placer.assignment import Status
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host
from tests.support.oracle import best, feasible
from tests.support.random_instances import random_instance, with_claims, with_huge_pages


@pytest.mark.parametrize("strategy", ["optimal", "branch-and-bound", "cpsat"])
def test_random_instances_with_huge_pages_agree_with_the_oracle(strategy: str) -> None:
    seen = set()
    for seed in range(25 if strategy == "cpsat" else 80):
        instance, allow_unplaced = with_huge_pages(seed, random_instance(seed)), seed % 3 == 0
        if seed % 4 == 0:
            instance = with_claims(seed, instance)
        expected = best(instance, allow_unplaced)
        answer = solve(instance, strategy=strategy, allow_unplaced=allow_unplaced, workers=1, time_limit_s=120)
        assert answer.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), seed
        assert tuple(tier.cost for tier in answer.tiers) == (expected[0] if expected else ()), seed
        if expected:
            assert answer.placement is not None
            assert feasible(instance, answer.placement, allow_unplaced), seed
        seen.add(expected is None)
    assert seen == {True, False}


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
