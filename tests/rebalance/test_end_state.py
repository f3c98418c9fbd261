"""The best end state: figures worked by hand."""

from __future__ import annotations

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.instance import Guest, Vnode
from placer.rebalance.end_state import best_end_state, missing_kib, state_now
from placer.rebalance.goal import Goal
from tests.support.running_hosts import GIB, host_of


def test_the_host_now_is_priced_as_it_lies() -> None:
    state = state_now(host_of([8, 8], {"a": ((2, 2), (0, 1))}))
    # each of two vcpus reads half of the memory at 10 and half at 20
    assert state.mean_distance == 15 and state.terms[2]["access_distance"] == 2 * 15_000


def test_one_move_brings_a_guest_together() -> None:
    found = best_end_state(host_of([8, 8], {"a": ((2, 2), (0, 1)), "b": (6, 0)}), Goal(moves=1), SearchContext())
    assert found.status is Status.OPTIMAL and found.placement is not None and found.state is not None
    assert found.placement.pnode_of == {"a": (1,), "b": (0,)}
    assert found.state.costs == found.state.bounds and found.state.mean_distance == 10


def test_nothing_moves_that_gains_nothing() -> None:
    running = host_of([8, 8], {"a": (2, 0), "b": (2, 0)})  # four pcpus without SMT: nobody shares a core
    found = best_end_state(running, Goal(), SearchContext())
    assert found.placement is not None and found.placement.pnode_of == {"a": (0,), "b": (0,)}


def test_claimed_memory_is_no_room() -> None:
    running = host_of([8, 8], {"a": (4, 0)}, claimed=9)
    new = Guest(name="new", vnodes=[Vnode(memory_kib=5 * GIB)])
    goal = Goal(make_room=(new,))
    assert missing_kib(running, goal) == 2 * GIB  # 12 GiB are free, 9 of them claimed
    assert best_end_state(running, goal, SearchContext()).status is Status.INFEASIBLE
