"""One limit over all pnodes, as items and sites of a Problem."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.instance import Flexible, Guest, Instance, Placement
from placer.lowering.claims import limit_kib, taken_kib
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, a_guest, a_host
from tests.support.oracle import best

TWO = a_host(4 * GIB, 4 * GIB)
GUESTS = (a_guest(2 * GIB), a_guest(GIB, name="web"))


def claimed(kib: int) -> Instance:
    return Instance(host=replace(TWO, claimed_kib=kib), guests=GUESTS)


def test_a_limit_that_nothing_can_pass_leaves_the_problem_as_it_was() -> None:
    for allow_unplaced in (False, True):
        plain, limited = (lower(claimed(kib), allow_unplaced=allow_unplaced) for kib in (0, 5 * GIB))
        assert limited.shadows is None
        assert (limited.problem.n, limited.problem.m) == (plain.problem.n, plain.problem.m)


def test_a_limit_below_what_all_guests_need_leaves_no_site() -> None:
    lowered = lower(claimed(5 * GIB + 1))
    assert not lowered.problem.allowed.any()
    assert solve(claimed(5 * GIB + 1)).status is Status.INFEASIBLE


@pytest.mark.parametrize("strategy", ["optimal", "cpsat", "branch-and-bound"])
def test_guests_that_may_stay_out_count_only_where_they_are_placed(strategy: str) -> None:
    instance = claimed(6 * GIB)  # 2 GiB are left
    answer = solve(instance, allow_unplaced=True, strategy=strategy)
    assert answer.status is Status.OPTIMAL
    assert answer.placement is not None
    assert (answer.placement.pnode_of["db"][0] is None, answer.placement.pnode_of["web"]) == (False, (None,))


def test_the_way_there_and_back_knows_the_shadows() -> None:
    lowered = lower(claimed(6 * GIB), allow_unplaced=True, hint=Placement(pnode_of={"db": (1,), "web": (None,)}))
    placement = Placement(pnode_of={"db": (1,), "web": (None,)})
    sites = lowered.to_sites(placement)
    assert lowered.shadows is not None
    assert sites.tolist() == [1, 2, 3, 4]  # pnode 1, no pnode; inside, outside
    assert lowered.problem.feasible(sites[None])[0]
    assert not lowered.problem.feasible(np.array([[1, 2, 4, 4]]))[0]  # a shadow away from its item
    assert lowered.to_placement(sites).pnode_of == placement.pnode_of
    assert not lowered.problem.feasible(lowered.to_sites(Placement(pnode_of={"db": (1,), "web": (0,)}))[None])[0]


def test_the_limit_is_less_the_overhead_that_lies_beside() -> None:
    guests = (a_guest(GIB, GIB, overhead_kib=10), a_guest(GIB, name="web", form="whole", overhead_kib=10))
    instance = Instance(host=replace(TWO, claimed_kib=GIB), guests=guests)
    assert limit_kib(instance) == 7 * GIB - 16  # 5 KiB on each pnode, in whole pages
    assert taken_kib(instance).tolist() == [GIB, GIB, GIB + 12]


@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_rounded_overhead_of_flexible_guests_decides_their_number(allow_unplaced: bool) -> None:
    # whole it takes 4 KiB of overhead, in two parts a page on each of two pnodes
    guest = Guest(name="db", flexible=Flexible(memory_kib=2 * GIB, vcpu_count=8, most=2), overhead_kib=3)
    for left, number in ((8, 2), (4, 1), (0, None)):
        host = replace(TWO, claimed_kib=6 * GIB - left)
        instance = Instance(host=host, guests=(guest,))
        answer, expected = solve(instance, allow_unplaced=allow_unplaced), best(instance, allow_unplaced)
        assert answer.status is (Status.OPTIMAL if expected else Status.INFEASIBLE)
        if expected:
            assert tuple(tier.cost for tier in answer.tiers) == expected[0]
            assert answer.placement is not None
        if number:
            assert answer.placement is not None
            assert len(answer.placement.pnode_of["db"]) == number


def test_sets_take_a_share_of_their_overhead_on_each_pnode() -> None:
    flexible = Flexible(memory_kib=2 * GIB, vcpu_count=8, least=2, most=2)
    guest = Guest(name="db", form="set", type="pv", flexible=flexible, overhead_kib=2 * MIB)
    fits, short = (Instance(host=replace(TWO, claimed_kib=6 * GIB - kib), guests=(guest,)) for kib in (2 * MIB, MIB))
    assert solve(fits).status is Status.OPTIMAL
    assert solve(short).status is Status.INFEASIBLE
