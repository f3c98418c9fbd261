"""What the scripts of all toolstacks have in common."""

from __future__ import annotations

from placer.assignment.context import SearchContext
from placer.rebalance.goal import Goal
from placer.rebalance.plan import Step
from placer.rebalance.planning import plan_rebalance
from placer.rebalance.script import call, guest_after, needs, pcpus_near, pins, pnodes_after
from tests.support.running_hosts import host_of

RUNNING = host_of(
    [8, 8, 8],
    {"a": ((2, 1), (0, 1)), "b": (1, 2)},
    vcpus=2,
    vnuma={"a": True},
    kinds={"a": ("restart",)},
    uuid={"b": "u"},
)
PLAN = plan_rebalance(RUNNING, Goal(empty=(0,), restarts=1), SearchContext())
(MOVED,) = (step for step in PLAN.steps if step.guest == "a")
REPIN = Step(guest="a", kind="repin", before=(0, 1), after=(0, 1))


def test_what_a_guest_needs_is_by_pnode() -> None:
    pnodes = pnodes_after(MOVED, PLAN)
    assert needs(MOVED, PLAN) == " ".join(f"{p}={m}" for p, m in sorted(zip(pnodes, (2048, 1024), strict=True))) or (
        needs(MOVED, PLAN) == f"{pnodes[0]}=3072"
    )
    assert needs(Step(guest="a", kind="restart", phase="out", before=(0, 1)), PLAN) == ""


def test_vcpus_of_vnodes_are_pinned_each_near_its_own() -> None:
    assert pins(REPIN, PLAN, lambda pcpus, _: f"{pcpus[0]}-{pcpus[-1]}") == "0-0:0-3 1-1:0-3 2-2:4-7 3-3:4-7"
    whole = Step(guest="b", kind="migrate", before=(2,), after=(1,), kib=1)
    assert pins(whole, PLAN, lambda pcpus, _: f"{pcpus[0]}-{pcpus[-1]}") == "0-1:4-7"
    assert pcpus_near((1, 2), guest_after(whole, PLAN), RUNNING.instance.host) == [*range(4, 12)]


def test_a_call_names_the_guest() -> None:
    assert call(Step(guest="b", kind="migrate"), PLAN, "move", "goes", "1") == ["move", "b", "u", "b: goes", "1"]
