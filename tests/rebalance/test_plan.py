"""The figures of a plan are those of its steps."""

from __future__ import annotations

from placer.assignment import Status
from placer.rebalance.end_state import state_now
from placer.rebalance.goal import Goal
from placer.rebalance.plan import Plan, Step
from tests.support.running_hosts import GIB, host_of


def test_a_move_in_halves_is_one_and_a_saved_image_counts_while_it_is_there() -> None:
    running = host_of([8, 8], {"a": (4, 0), "b": (2, 1), "c": (1, 1)})
    stages = (
        (Step(guest="a", kind="save", phase="out", before=(0,), kib=4 * GIB),),
        (
            Step(guest="b", kind="migrate", before=(1,), after=(0,), kib=2 * GIB),
            Step(guest="c", kind="save", before=(1,), after=(0,), kib=GIB),
        ),
        (Step(guest="a", kind="save", phase="in", after=(1,), kib=4 * GIB), Step(guest="n", kind="create", after=(0,))),
    )
    plan = Plan(status=Status.OPTIMAL, running=running, goal=Goal(), now=state_now(running), stages=stages)
    assert plan.moves == 3
    assert plan.moved_kib == 7 * GIB
    assert plan.downtime_kib == 5 * GIB
    assert plan.disk_kib == 5 * GIB
