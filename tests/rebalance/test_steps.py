"""Steps: what moves, what stays, and who is pinned anew."""

from __future__ import annotations

from placer.instance import Guest, Placement, Rule, Vnode
from placer.rebalance.goal import Goal
from placer.rebalance.steps import held, moved_guests, occupancy, steps_to
from placer.rebalance.transfers import ANYWHERE
from tests.support.running_hosts import GIB, host_of, ruled


def test_what_is_free_is_less_the_claims_in_all() -> None:
    assert occupancy(host_of([8, 8], {"a": (6, 0)}, claimed=3)).free == {0: 2 * GIB, 1: 8 * GIB, ANYWHERE: 7 * GIB}


def test_a_guest_beside_a_claim_is_saved_where_both_ends_do_not_fit() -> None:
    running = host_of([8, 8], {"a": (6, 0)}, claimed=5)  # of 10 GiB that are free 5 are claimed
    steps = steps_to(running, Goal(), running.instance, Placement(pnode_of={"a": (1,)}))
    (((step,),)) = steps.stages
    assert (step.kind, step.phase, step.before, step.after, step.kib) == ("save", "all", (0,), (1,), 6 * GIB)


def test_who_stays_is_pinned_near_its_memory_and_new_guests_start_last() -> None:
    running = host_of([8, 8], {"a": (2, 0), "b": (2, 0)}, repin={"a": True, "b": True})
    new = Guest(name="new", vnodes=[Vnode(memory_kib=GIB)])
    end = ruled(running, guests=[*running.instance.guests, new]).instance
    steps = steps_to(running, Goal(make_room=(new,)), end, Placement(pnode_of={"a": (0,), "b": (1,), "new": (0,)}))
    assert [(step.guest, step.kind, step.after) for step in steps.repins] == [("a", "repin", (0,))]
    assert [[(step.guest, step.kind) for step in stage] for stage in steps.stages] == [
        [("b", "migrate")],
        [("new", "create")],
    ]
    assert steps.stage_bound == 2


def test_a_guest_is_moved_where_its_memory_is_elsewhere() -> None:
    running = host_of([8, 8], {"a": ((2, 2), (0, 1)), "b": (1, 1)})
    whole = Guest(name="a", vnodes=[Vnode(memory_kib=4 * GIB, vcpus=(0, 1))])
    end = ruled(running, guests=[whole, running.instance.guests[1]]).instance
    (moved,) = moved_guests(running, end, Placement(pnode_of={"a": (0,), "b": (1,)}))
    assert (moved.name, moved.before, moved.after) == (
        "a",
        {0: 2 * GIB, 1: 2 * GIB, ANYWHERE: 4 * GIB},
        {0: 4 * GIB, ANYWHERE: 4 * GIB},
    )
    assert held(whole, (None,)) == {}


def test_guests_kept_apart_change_places_one_after_the_other() -> None:
    running = ruled(host_of([8, 8, 8], {"a": (1, 0), "b": (1, 1)}), rules=[Rule(apart=("a", "b"))])
    steps = steps_to(running, Goal(), running.instance, Placement(pnode_of={"a": (1,), "b": (2,)}))
    assert [[step.guest for step in stage] for stage in steps.stages] == [["b"], ["a"]]
    swapped = steps_to(running, Goal(), running.instance, Placement(pnode_of={"a": (1,), "b": (0,)}))
    assert "save" in {step.kind for stage in swapped.stages for step in stage}


def test_live_moves_alone_may_be_stuck() -> None:
    running = host_of([4, 4], {"a": (4, 0), "b": (4, 1)})
    there = Placement(pnode_of={"a": (1,), "b": (0,)})
    assert steps_to(running, Goal(), running.instance, there, live=True).stuck == ("a", "b")
    assert not steps_to(running, Goal(), running.instance, there).stuck


def test_vcpus_with_pcpus_of_their_own_are_not_bound_anew_unless_unpinned() -> None:
    running = host_of([8, 8], {"a": (4, 0), "b": (4, 1)}, repin={"a": True, "b": True}, pcpus={"a": "4-5"})
    for goal, repinned in ((Goal(), ["b"]), (Goal(unpin=("a",)), ["a", "b"])):
        found = steps_to(running, goal, running.instance, running.placement)
        assert [step.guest for step in found.repins] == repinned
