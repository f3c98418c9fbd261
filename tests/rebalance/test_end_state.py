"""The best end state: figures worked by hand."""

from __future__ import annotations

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.instance import Guest, Vnode
from placer.rebalance.end_state import best_end_state, missing_kib, only_those_that_must, state_now
from placer.rebalance.goal import Goal
from tests.support.running_hosts import GIB, host_of, with_others


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


def test_only_guests_on_a_pnode_to_be_emptied_have_to_move() -> None:
    running = host_of([8, 8, 8], {"a": (2, 0), "b": ((1, 1), (0, 1)), "c": (2, 1), "d": (2, 2)})
    assert only_those_that_must(running, Goal(empty=(0,), stay=("d",))).stay == ("d", "c")
    new = Guest(name="new", vnodes=[Vnode(memory_kib=GIB)])
    assert only_those_that_must(running, Goal(make_room=(new,))).stay == ("a", "b", "c", "d")


def test_bounds_hold_for_all_guests_where_those_that_must_move_suffice() -> None:
    """Guests b and c share pcpus: to part them takes a move more than that of a."""
    running = host_of([8, 8, 8], {"a": (2, 0), "b": (2, 1), "c": (2, 1)}, vcpus=4)
    found = best_end_state(running, Goal(empty=(0,)), SearchContext())
    assert found.status is Status.OPTIMAL and found.placement is not None and found.state is not None
    assert found.placement.pnode_of == {"a": (2,), "b": (1,), "c": (1,)}
    assert found.state.costs == found.state.bounds
    free = best_end_state(running, Goal(), SearchContext())  # b and c part, which takes another guest's move
    assert free.state is not None and free.state.costs < found.state.costs


def test_a_pnode_with_a_domain_that_never_moves_cannot_be_emptied() -> None:
    running = with_others(host_of([8, 8], {"a": (2, 0)}), {"Domain-0": {0: GIB}, "driver": {1: GIB}})
    assert best_end_state(running, Goal(empty=(1,)), SearchContext()).status is Status.INFEASIBLE
    assert best_end_state(running, Goal(empty=(0,)), SearchContext()).status is Status.OPTIMAL


def test_a_host_on_which_nothing_runs_is_at_its_best() -> None:
    new = Guest(name="new", vnodes=[Vnode(memory_kib=5 * GIB)])
    for goal in (Goal(), Goal(moves=1), Goal(empty=(0,))):
        found = best_end_state(host_of([8, 8], {}), goal, SearchContext())
        assert found.status is Status.OPTIMAL and found.placement is not None and not found.placement.pnode_of
    found = best_end_state(host_of([8, 8], {}), Goal(make_room=(new,), empty=(0,)), SearchContext())
    assert found.placement is not None and found.placement.pnode_of == {"new": (1,)}
