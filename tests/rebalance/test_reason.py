"""Why there is no plan, in words."""

from __future__ import annotations

import pytest

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.instance import Guest, Placement, Vnode
from placer.rebalance.goal import Goal
from placer.rebalance.reason import why_none, why_stuck
from placer.rebalance.running import RunningHost
from tests.support.running_hosts import GIB, host_of, with_others

VNUMA = host_of(
    [8, 8, 8],
    {"a": ((2, 2), (0, 1)), "b": (1, 0)},
    vnuma={"a": True},
    kinds={"a": ("restart",)},
    stuck={"a": "it has vnodes"},
)
HALF = host_of([8, 8], {"a": (5, 0), "b": (5, 1)})


def new(gib: int) -> tuple[Guest, ...]:
    return (Guest(name="new", vnodes=[Vnode(memory_kib=gib * GIB)]),)


@pytest.mark.parametrize(
    ("running", "goal", "reason"),
    [
        (VNUMA, Goal(empty=(0,)), 'guest "a" is on pnode 0 and may not move: it has vnodes'),
        (VNUMA, Goal(empty=(0,), restarts=1, stay=("b",)), 'guest "b" is on pnode 0 and may not move: it shall stay'),
        (with_others(VNUMA, {"stub": {2: GIB}}), Goal(empty=(2,)), 'domain "stub" holds 1 GiB on pnode 2'),
        (VNUMA, Goal(empty=(0,), restarts=1, moves=1), "1 move is too few; 2 moves of 5 GiB in all suffice"),
        (VNUMA, Goal(empty=(0,), restarts=1, kib=GIB), "1 GiB of memory to move are too little; 2 moves of 5 GiB"),
        (
            host_of([8, 8], {"a": (1, 0)}, pcpus={"a": "0-1"}),
            Goal(empty=(0,)),
            "its own configuration binds it to pcpus 0-1; --unpin a lets it move",
        ),
        (
            host_of([8, 8], {"a": (3, 0), "b": (3, 1)}, pcpus={"a": "0-1", "b": "4-5"}),
            Goal(make_room=new(7)),
            "(a, b) are in the way; 1 move of 3 GiB in all suffice",
        ),
        (HALF, Goal(make_room=new(7)), "the new guests need 1 GiB more than is free"),
        (host_of([8, 8], {"a": (5, 0), "b": (4, 1)}), Goal(empty=(1,)), "all guests need 9 GiB, pnode 0 has 8 GiB"),
        (HALF, Goal(make_room=new(4)), "not in pieces that fit beside what stays"),
        (
            host_of([8, 8], {"a": (1, 0)}, claimed=14),
            Goal(make_room=new(3)),
            "the new guests need 2 GiB more than is free",
        ),
    ],
)
def test_it_names_what_is_in_the_way(running: RunningHost, goal: Goal, reason: str) -> None:
    assert reason in why_none(running, goal, Status.INFEASIBLE, SearchContext())


def test_without_a_proof_it_was_the_time() -> None:
    assert "the time ended" in why_none(HALF, Goal(), Status.UNKNOWN, SearchContext())


def test_moves_that_wait_for_each_other_are_named() -> None:
    running = host_of([4, 4], {"a": (4, 0), "b": (4, 1)})
    placement = Placement(pnode_of={"a": (1,), "b": (0,)})
    assert "the moves of a -> b wait" in why_stuck(running, ("a", "b"), running.instance, placement)
