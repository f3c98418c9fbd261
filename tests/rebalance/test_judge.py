"""The judge of plans finds what is unsafe: plans worked by hand."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.instance import Placement, Rule
from placer.rebalance.end_problem import with_guests
from placer.rebalance.end_state import state_now
from placer.rebalance.goal import Goal
from placer.rebalance.judge import faults
from placer.rebalance.plan import Plan, Step
from placer.rebalance.planning import plan_rebalance
from placer.rebalance.running import RunningHost
from placer.rebalance.steps import steps_to
from tests.support.running_hosts import GIB, host_of, ruled, with_others

FULL = host_of([4, 4], {"a": (4, 0), "b": (3, 1)}, vcpus=2)


def swapped() -> Plan:
    plan = plan_rebalance(FULL, Goal(), SearchContext())
    assert plan.instance is not None
    there = Placement(pnode_of={"a": (1,), "b": (0,)})
    steps = steps_to(FULL, Goal(), plan.instance, there)
    return dataclasses.replace(plan, placement=there, stages=steps.stages)


def test_a_safe_plan_has_no_faults() -> None:
    assert faults(swapped()) == []


def test_a_migration_beside_a_guest_that_is_still_there_overfills_the_pnode() -> None:
    stage = (
        Step(guest="a", kind="migrate", before=(0,), after=(1,), kib=4 * GIB),
        Step(guest="b", kind="migrate", before=(1,), after=(0,), kib=3 * GIB),
    )
    found = faults(dataclasses.replace(swapped(), stages=(stage,)))
    assert any("pnode 1 holds" in fault or "pnode 0 holds" in fault for fault in found)


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (Step(guest="a", kind="migrate", before=(1,), after=(0,), kib=1), "expects it on"),
        (Step(guest="a", kind="restart", before=(0,), after=(1,), kib=1), "may not move by restart"),
        (Step(guest="x", kind="migrate", before=(0,), after=(1,), kib=1), "no such guest"),
        (Step(guest="x", kind="create", after=(1,)), "no guest to make room for"),
    ],
)
def test_a_step_that_cannot_be_done_is_a_fault(step: Step, fault: str) -> None:
    assert any(fault in each for each in faults(dataclasses.replace(swapped(), stages=((step,),))))


def test_a_plan_that_ends_elsewhere_is_a_fault() -> None:
    assert any('at the end guest "a"' in fault for fault in faults(dataclasses.replace(swapped(), stages=())))


@pytest.mark.parametrize(
    ("goal", "fault"),
    [
        (Goal(moves=1), "2 moves, of at most 1"),
        (Goal(kib=6 * GIB), "KiB moved, of at most"),
        (Goal(empty=(1,)), "pnodes [1] shall be empty"),
        (Goal(stay=("b",)), 'guest "b": it may not move by save'),
    ],
)
def test_a_plan_beyond_its_goal_is_a_fault(goal: Goal, fault: str) -> None:
    assert any(fault in each for each in faults(dataclasses.replace(swapped(), goal=goal)))


def test_a_move_of_a_guest_that_keeps_its_pcpus_is_a_fault() -> None:
    pinned = host_of([4, 4], {"a": (4, 0), "b": (3, 1)}, vcpus=2, pcpus={"b": "4-5"})
    plan = dataclasses.replace(swapped(), running=pinned)
    assert any('guest "b": it may not move by save' in fault for fault in faults(plan))
    assert faults(dataclasses.replace(plan, goal=Goal(unpin=("b",)))) == []


def test_costs_that_differ_are_a_fault() -> None:
    plan = swapped()
    assert plan.after is not None
    lied = dataclasses.replace(plan.after, costs=(0, 0, 1, 0, 0))
    assert any("the end state costs" in fault for fault in faults(dataclasses.replace(plan, after=lied)))


def test_moving_thrice_is_a_fault() -> None:
    running = host_of([4, 4], {"a": (1, 0)})
    plan = plan_rebalance(running, Goal(), SearchContext())
    there = Step(guest="a", kind="migrate", before=(0,), after=(1,), kib=GIB)
    back = Step(guest="a", kind="migrate", before=(1,), after=(0,), kib=GIB)
    assert faults(dataclasses.replace(plan, stages=((there,), (back,)))) == []
    found = faults(dataclasses.replace(plan, stages=((there,), (back,), (there,), (back,))))
    assert any("moves more than twice" in fault for fault in found)


def test_a_migration_into_claimed_memory_is_a_fault() -> None:
    running = host_of([8, 8], {"a": (6, 0)}, claimed=5)  # 11 GiB are not claimed, and both ends of a are 12
    there = Step(guest="a", kind="migrate", before=(0,), after=(1,), kib=6 * GIB)
    found = faults(to({"a": (1,)}, running, there))
    assert found == [f"stage 1: guests hold {12 * GIB} KiB, of {11 * GIB} that nobody claimed"]


@pytest.mark.parametrize("rule", [Rule(apart=("a", "b")), Rule(exclusive="a")])
def test_guests_kept_apart_that_meet_on_the_way_are_a_fault(rule: Rule) -> None:
    running = ruled(host_of([8, 8, 8], {"a": (1, 0), "b": (1, 1)}), rules=[rule])
    a = Step(guest="a", kind="migrate", before=(0,), after=(1,), kib=GIB)
    b = Step(guest="b", kind="migrate", before=(1,), after=(2,), kib=GIB)
    plan = to({"a": (1,), "b": (2,)}, running, a, b)
    assert 'stage 1: guests "a" and "b" are both on pnode 1' in faults(plan)
    assert faults(dataclasses.replace(plan, stages=((b,), (a,)))) == []


def test_guests_kept_apart_that_are_on_one_pnode_today_are_a_fault_once_they_meet_anew() -> None:
    running = ruled(host_of([8, 8], {"a": (1, 0), "b": (1, 0)}), rules=[Rule(apart=("a", "b"))])
    leaves = Step(guest="a", kind="migrate", before=(0,), after=(1,), kib=GIB)
    plan = to({"a": (1,), "b": (0,)}, running, leaves)
    assert faults(plan) == []
    comes_back = Step(guest="a", kind="migrate", before=(1,), after=(0,), kib=GIB)
    back = dataclasses.replace(plan, stages=((leaves,), (comes_back,)))
    assert 'stage 2: guests "a" and "b" are both on pnode 0' in faults(back)


def to(pnode_of: dict[str, tuple[int, ...]], running: RunningHost, *stage: Step) -> Plan:
    """Give the plan of one stage to an end state."""
    there, end = Placement(pnode_of=dict(pnode_of)), with_guests(running, running.instance.guests)
    state = state_now(dataclasses.replace(running, placement=there))
    return Plan(
        status=Status.OPTIMAL,
        running=running,
        goal=Goal(),
        now=state_now(running),
        after=state,
        instance=end,
        placement=there,
        stages=(stage,),
    )


def test_a_domain_that_stays_on_a_pnode_to_be_emptied_is_a_fault() -> None:
    running = host_of([8, 8], {"a": (2, 0)})
    plan = plan_rebalance(running, Goal(empty=(0,)), SearchContext())
    assert faults(plan) == []
    for name, kib, found in (
        ("driver", GIB, ['domain "driver" stays on a pnode that shall be empty']),
        ("x", 9000, []),
    ):
        assert faults(dataclasses.replace(plan, running=with_others(running, {name: {0: kib}}))) == found


def test_a_guest_that_arrives_where_the_reserve_is_not_kept_is_a_fault() -> None:
    """Pnode 0 holds 6 of 8 GiB with a reserve of 3: b may leave, and nothing of 1 GiB may come before it has."""
    running = host_of([8, 8], {"a": (4, 0), "b": (2, 0), "c": (1, 1)})
    kept = [replace(pnode, reserve_kib=3 * GIB) for pnode in running.instance.host.pnodes[:1]]
    running = ruled(running, pnodes=[*kept, running.instance.host.pnodes[1]])
    plan = plan_rebalance(running, Goal(empty=(1,)), SearchContext())
    assert plan.status is Status.INFEASIBLE
    both = plan_rebalance(host_of([8, 8], {"a": (4, 0), "b": (2, 0), "c": (1, 1)}), Goal(empty=(1,)), SearchContext())
    assert faults(both) == []
    (fault,) = [each for each in faults(dataclasses.replace(both, running=running)) if "reserve" in each]
    assert fault == 'stage 1: with guest "c" pnode 0 holds more than leaves its reserve'
