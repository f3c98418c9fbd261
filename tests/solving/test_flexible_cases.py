"""Flexible guests with overhead on pnodes that are nearly full: every answer is proved over all numbers of vnodes."""

from __future__ import annotations

from random import Random

import pytest

from placer.assignment import Status
from placer.instance import Flexible, Guest, Host, Instance, Pnode
from placer.lowering.lower import lower
from placer.solving.flexible_cases import cases
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance
from tests.support.oracle import best


def flexible(name: str, kib: int, *, most: int, overhead_kib: int, vcpus: int = 2) -> Guest:
    shape = Flexible(memory_kib=kib, vcpu_count=vcpus, most=most)
    return Guest(name=name, flexible=shape, overhead_kib=overhead_kib)


def tight(seed: int) -> Instance:
    """One or two flexible guests and one of a vnode on one to three pnodes, whose overhead may fill a pnode."""
    random = Random(seed)
    guests = [
        flexible(
            name,
            random.randint(0, 5) * 2 * MIB,
            most=random.randint(1, 3),
            overhead_kib=random.choice((0, 1, 900, 3 * MIB, 7 * MIB)),
            vcpus=random.randint(1, 3),
        )
        for name in "ab"[: random.randint(1, 2)]
    ]
    guests.append(a_guest(random.choice((1, MIB, 4 * MIB)), name="plain"))
    pnodes = [
        Pnode(id=p, memory_kib=random.choice((0, 1, 4, 2 * MIB, 6 * MIB, 12 * MIB)), pcpus=(2 * p, 2 * p + 1))
        for p in range(random.randint(1, 3))
    ]
    return Instance(host=Host(pnodes=pnodes), guests=guests)


@pytest.mark.parametrize("first", range(0, 120, 30))
def test_every_answer_is_proved_and_is_that_of_the_oracle(first: int) -> None:
    inexact = 0
    for seed in range(first, first + 30):
        instance = tight(seed)
        inexact += not lower(instance).is_exact
        for allow_unplaced in (False, True):
            expected = best(instance, allow_unplaced)
            answer = solve(instance, allow_unplaced=allow_unplaced, workers=1, time_limit_s=120)
            assert answer.status is (Status.INFEASIBLE if expected is None else Status.OPTIMAL), seed
            if expected is not None:
                assert tuple(tier.cost for tier in answer.tiers) == expected[0], seed
    assert inexact > 1


def asking(seed: int) -> Instance:
    """A guest of 1 to 3 GiB whole or cut, beside one without vnuma, on pnodes where a GiB more or less counts."""
    random = Random(seed)
    shape = Flexible(memory_kib=random.choice((1, 2, 3)) * GIB, vcpu_count=2, most=2)
    beside = a_guest(random.choice((1, 2)) * GIB // 2, name="beside", form="whole", type=random.choice(("pv", "pvh")))
    pnodes = [
        Pnode(id=p, memory_kib=random.randint(5, 10) * GIB // 2, pcpus=(2 * p, 2 * p + 1))
        for p in range(random.randint(1, 2))
    ]
    host = Host(pnodes=pnodes, low_zone_kib=random.choice((0, GIB // 2)))
    return Instance(host=host, guests=(Guest(name="large", flexible=shape), beside))


@pytest.mark.parametrize("first", range(0, 60, 30))
def test_a_gib_is_kept_only_where_the_guest_is_whole(first: int) -> None:
    inexact = 0
    for seed in range(first, first + 30):
        instance = asking(seed)
        inexact += not lower(instance).is_exact
        expected = best(instance, False)
        answer = solve(instance, workers=1, time_limit_s=120)
        if expected is None:  # then the rule is dropped
            assert answer.instance is None or answer.instance.sets_may_stray
        else:
            assert answer.status is Status.OPTIMAL, seed
            assert tuple(tier.cost for tier in answer.tiers) == expected[0], seed
    assert inexact > 3


def test_the_cases_are_the_whole_guest_and_its_parts() -> None:
    guests = (flexible("a", 0, most=1, overhead_kib=1), flexible("b", 8 * MIB, most=3, overhead_kib=MIB))
    whole, apart = cases(an_instance(a_host(12 * MIB, 12 * MIB), *guests))
    counts = [[list(guest.flexible.counts) for guest in case.guests if guest.flexible] for case in (whole, apart)]
    assert counts == [[[1], [1]], [[1], [2, 3]]]


def test_a_pnode_that_overhead_in_parts_would_fill_takes_the_whole_guest() -> None:
    """8 MiB hold 4 MiB and 4 of overhead, as pnode 1 does; in parts, 2 MiB of overhead lie on pnode 0 of 1 MiB too."""
    guest = flexible("a", 4 * MIB, most=2, overhead_kib=4 * MIB)
    answer = solve(an_instance(a_host(MIB, 8 * MIB), guest, a_guest(MIB, name="small")))
    assert (answer.status, answer.placement and answer.placement.pnode_of) == (
        Status.OPTIMAL,
        {"a": (1,), "small": (0,)},
    )
