"""End states as a Problem: who may move, and into what."""

from __future__ import annotations

import numpy as np

from placer.instance import Pnode, Rule
from placer.lowering.moves import ABSENT, STAYING
from placer.rebalance.end_problem import COUNT, MEMORY, end_problem, keeps_pcpus, may_move
from placer.rebalance.goal import Goal
from tests.support.running_hosts import GIB, host_of, ruled


def test_a_guest_on_two_pnodes_moves_to_one_or_stays() -> None:
    running = host_of([8, 8], {"a": ((2, 2), (0, 1)), "b": (1, 0)})
    ends = end_problem(running, Goal())
    assert ends.problem.n == 6  # two vnodes now, one of b, one later; two selectors
    assert ends.problem.hint is not None
    assert ends.problem.hint.tolist() == [0, 1, 0, 2 + ABSENT, 2 + STAYING, 2 + STAYING]
    instance, placement = ends.decode(np.array([2 + ABSENT, 2 + ABSENT, 0, 1, 3, 2]))
    assert [guest.name for guest in instance.guests] == ["a", "b"]
    assert (instance.guests[0].memory_kib, placement.pnode_of) == (4 * GIB, {"a": (1,), "b": (0,)})


def test_a_guest_larger_than_every_pnode_moves_to_as_many() -> None:
    ends = end_problem(host_of([8, 8, 8], {"a": ((6, 4), (0, 1))}), Goal())
    (later,) = ends.later_of.values()
    assert [vnode.memory_kib for vnode in later.vnodes] == [5 * GIB, 5 * GIB] and later.one_to_one


def test_who_may_move() -> None:
    kinds = {"b": (), "c": ("restart",)}
    running = host_of(
        [8, 8], {"a": (1, 0), "b": (1, 0), "c": ((1, 1), (0, 1)), "d": (1, 1)}, kinds=kinds, vnuma={"c": True}
    )
    assert end_problem(running, Goal(stay=("d",))).movers == ("a",)
    ends = end_problem(running, Goal(restarts=1))
    assert ends.movers == ("a", "c", "d") and not ends.later_of
    assert not may_move(running.resident("c"), Goal()) and not may_move(running.resident("b"), Goal(restarts=9))


def test_moves_come_first_where_the_fewest_are_asked_and_last_otherwise() -> None:
    running = host_of([8, 8], {"a": (1, 0)})
    assert end_problem(running, Goal(empty=(0,))).tiers[2] == (COUNT,)
    assert end_problem(running, Goal()).tiers[-2:] == ((COUNT,), (MEMORY,))


def test_what_is_more_than_a_pnode_takes_today_may_stay() -> None:
    running = host_of([8, 8], {"a": (4, 0), "b": (4, 0)})
    pnodes = [Pnode(id=pnode.id, memory_kib=6 * GIB, pcpus=pnode.pcpus) for pnode in running.instance.host.pnodes]
    full = ruled(running, pnodes=pnodes)
    ends = end_problem(full, Goal(moves=0))
    assert ends.problem.hint is not None and ends.problem.feasible(ends.problem.hint[None, :]).all()


def test_rules_hold_for_a_guest_that_has_moved() -> None:
    running = ruled(host_of([8, 8], {"a": ((2, 2), (0, 1)), "b": (1, 0)}), rules=[Rule(apart=("a", "b"))])
    ends = end_problem(running, Goal())
    assert not ends.problem.feasible(np.array([[2 + ABSENT, 2 + ABSENT, 0, 0, 3, 2]])).any()
    assert ends.problem.feasible(np.array([[2 + ABSENT, 2 + ABSENT, 0, 1, 3, 2]])).all()


def test_a_guest_with_pcpus_of_its_own_moves_only_where_it_is_unpinned() -> None:
    (resident,) = host_of([8, 8], {"a": (4, 0)}, pcpus={"a": "0-1"}).residents
    assert keeps_pcpus(resident, Goal()) and not may_move(resident, Goal())
    assert not keeps_pcpus(resident, Goal(unpin=("a",))) and may_move(resident, Goal(unpin=("a",)))
    assert not may_move(resident, Goal(unpin=("a",), stay=("a",)))
