"""What steps need, leave and bind."""

from __future__ import annotations

import dataclasses

from placer.assignment.context import SearchContext
from placer.instance import Placement
from placer.rebalance.goal import Goal
from placer.rebalance.plan import Step
from placer.rebalance.planning import plan_rebalance
from placer.rebalance.step_words import call, guest_after, leaves, needs, pcpus_near, pins, pnodes_after
from tests.support.running_hosts import GIB, host_of

RUNNING = host_of(
    [8, 8, 8],
    {"a": ((2, 1), (0, 1)), "b": (1, 2)},
    vcpus=2,
    vnuma={"a": True},
    kinds={"a": ("restart",)},
    uuid={"b": "u"},
)
PLAN = dataclasses.replace(
    plan_rebalance(RUNNING, Goal(empty=(0,), restarts=1), SearchContext()),
    placement=Placement(pnode_of={"a": (2, 1), "b": (2,)}),
)
MOVED = Step(guest="a", kind="restart", before=(0, 1), after=(1, 2), kib=3 * GIB)
REPIN = Step(guest="a", kind="repin", before=(0, 1), after=(0, 1))


def test_what_a_guest_needs_is_by_pnode() -> None:
    assert (pnodes_after(MOVED, PLAN), needs(MOVED, PLAN)) == ((2, 1), "1=1024 2=2048")
    whole = dataclasses.replace(MOVED, after=(1,))
    assert (pnodes_after(whole, PLAN), needs(whole, PLAN)) == ((1, 1), "1=3072")
    assert needs(Step(guest="a", kind="restart", phase="out", before=(0, 1)), PLAN) == ""


def test_it_needs_no_less_than_it_holds() -> None:
    assert needs(dataclasses.replace(MOVED, kib=3 * GIB + 100 * 1024), PLAN) == "1=1074 2=2098"


def test_what_a_guest_leaves_is_by_pnode() -> None:
    assert leaves(MOVED, PLAN) == "0=2048 1=1024"
    again = Step(
        guest="b", kind="migrate", before=(1,), after=(0,), kib=GIB
    )  # from where a step before this one left it
    assert leaves(again, PLAN) == "1=1024"
    assert leaves(Step(guest="a", kind="restart", phase="in", after=(1, 2)), PLAN) == ""


def test_vcpus_of_vnodes_are_pinned_each_near_its_own() -> None:
    assert pins(REPIN, PLAN, lambda pcpus, _: f"{pcpus[0]}-{pcpus[-1]}") == "0-0:0-3 1-1:0-3 2-2:4-7 3-3:4-7"
    whole = Step(guest="b", kind="migrate", before=(2,), after=(1,), kib=1)
    assert pins(whole, PLAN, lambda pcpus, _: f"{pcpus[0]}-{pcpus[-1]}") == "0-1:4-7"
    assert pcpus_near((1, 2), guest_after(whole, PLAN), RUNNING.instance.host) == [*range(4, 12)]


def test_a_call_names_the_guest() -> None:
    assert call(Step(guest="b", kind="migrate"), PLAN, "move", "goes", "1") == ["move", "b", "u", "b: goes", "1"]
