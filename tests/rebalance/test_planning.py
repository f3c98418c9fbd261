"""Plans against an oracle that enumerates end states and orders, and replayed by the judge."""

from __future__ import annotations

import dataclasses
from itertools import combinations
from random import Random

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.instance import Guest, Rule, Vnode
from placer.rebalance.end_state import missing_kib
from placer.rebalance.goal import Goal
from placer.rebalance.judge import faults
from placer.rebalance.planning import plan_rebalance
from placer.rebalance.running import RunningHost
from placer.rebalance.steps import moved_guests, occupancy
from tests.support.rebalance_oracle import best_end, least_downtime
from tests.support.running_hosts import GIB, host_of, ruled, small_host, with_others

SAMPLE = range(0, 200, 8)
"""Hosts of the default suite; the slow tests have all 200."""


def goal_of(seed: int, running: RunningHost) -> Goal:
    random = Random(seed)
    size, pnode = random.randint(2, 6), random.randrange(len(running.instance.host.pnodes))
    new = Guest(name="new", vnodes=[Vnode(memory_kib=size * GIB, vcpus=range(2))])
    goals = (Goal(moves=1), Goal(), Goal(empty=(pnode,)), Goal(make_room=(new,), moves=2), Goal(kib=4 * GIB))
    return goals[seed // 8 % 5]


@pytest.mark.parametrize(
    "seed", [seed if seed in SAMPLE else pytest.param(seed, marks=pytest.mark.slow) for seed in range(200)]
)
def test_plans_are_those_of_the_oracle(seed: int) -> None:
    running = small_host(seed)
    goal = goal_of(seed, running)
    plan = plan_rebalance(running, goal, SearchContext(time_limit_s=60, workers=1), curve=False)
    best = None if missing_kib(running, goal) else best_end(running, goal)
    if best is None:
        assert plan.status is Status.INFEASIBLE and plan.reason
        return
    assert plan.after is not None and plan.instance is not None and plan.placement is not None
    assert (plan.status, plan.after.costs, plan.moves, plan.moved_kib) == (Status.OPTIMAL, *best)
    assert faults(plan, seed=seed) == []
    moves = [
        (dict(each.before), dict(each.after), each.kib, "save" in each.kinds)
        for each in moved_guests(running, plan.instance, plan.placement)
    ]
    assert plan.order_proved and plan.downtime_kib == least_downtime(moves, dict(occupancy(running).free))


def test_reserves_that_are_not_kept_today_are_kept_where_a_guest_arrives() -> None:
    """Random hosts with reserves, of which most are broken somewhere today, against the oracle."""
    broken = 0
    for seed in range(0, 200, 5):
        running, random = small_host(seed), Random(seed)
        pnodes = [
            replace(pnode, reserve_kib=random.randint(0, 8) * GIB) if random.random() < 0.6 else pnode
            for pnode in running.instance.host.pnodes
        ]
        running = dataclasses.replace(
            running,
            instance=replace(
                running.instance, host=replace(running.instance.host, pnodes=tuple(pnodes), claimed_kib=0)
            ),
        )
        free = occupancy(running).free
        broken += any(free[pnode.id] < 0 for pnode in pnodes)
        goal = goal_of(seed, running)
        plan = plan_rebalance(running, goal, SearchContext(time_limit_s=60, workers=1), curve=False)
        best = None if missing_kib(running, goal) else best_end(running, goal)
        if best is None:
            assert plan.status is Status.INFEASIBLE, seed
        elif plan.after is not None:
            assert (plan.status, plan.after.costs, plan.moves, plan.moved_kib) == (Status.OPTIMAL, *best), seed
            assert faults(plan, seed=seed) == []
    assert broken > 15


def test_the_curve_falls_from_what_is_now_to_what_is_best() -> None:
    guests = {"a": ((2, 2), (0, 1)), "b": ((1, 1), (0, 2)), "c": ((1, 1), (1, 2))}
    plan = plan_rebalance(host_of([8, 8, 8], guests), Goal(), SearchContext())
    assert plan.after is not None
    costs = [point.state.costs for point in plan.curve if point.state]
    assert [point.moves for point in plan.curve] == [0, 1, 2, 3]
    assert costs[0] == plan.now.costs and costs[-1] == plan.after.costs and costs == sorted(costs, reverse=True)
    assert all(point.status is Status.OPTIMAL for point in plan.curve)


def test_live_plans_migrate_guests_that_could_be_saved() -> None:
    guests = {"a": (4, 0), "b": (4, 1), "c": (1, 2)}
    kinds = {"c": ()}
    running = host_of([4, 8, 8], guests, kinds=kinds, stuck={"c": "it has devices"})
    plan = plan_rebalance(running, Goal(empty=(0,)), SearchContext(), live=True)
    assert plan.status is Status.OPTIMAL and [step.kind for step in plan.steps] == ["migrate"]
    assert faults(plan) == []


def test_a_live_plan_without_an_order_says_which_guests_wait() -> None:
    """Pnode 2 takes one; the other has no room for both ends on pnode 1, and both have to leave pnode 0."""
    running = host_of([4, 4, 4], {"a": ((2, 2), (0, 1)), "b": ((2, 2), (0, 1))})
    plan = plan_rebalance(running, Goal(empty=(0,)), SearchContext(), live=True)
    assert plan.status is Status.UNKNOWN and plan.placement is None and plan.reason is not None
    assert "wait for each other's memory" in plan.reason
    saved = plan_rebalance(running, Goal(), SearchContext())
    assert (saved.status, saved.moves) == (Status.OPTIMAL, 2) and faults(saved) == []


def with_rules_reserves_and_vnuma(seed: int) -> RunningHost:
    """Give a small host with a rule between guests, reserves, both perhaps broken today, and guests of two vnodes."""
    random, running = Random(seed), small_host(seed)
    names = [guest.name for guest in running.instance.guests]
    rules = [*(Rule(apart=pair) for pair in combinations(names, 2)), *(Rule(exclusive=name) for name in names)]
    residents = [
        dataclasses.replace(each, vnuma=True, kinds=("restart",)) if len(guest.vnodes) > 1 else each
        for guest, each in zip(running.instance.guests, running.residents, strict=True)
    ]
    pnodes = [replace(p, reserve_kib=random.choice((0, 0, 3, 6)) * GIB) for p in running.instance.host.pnodes]
    host = replace(running.instance.host, pnodes=tuple(pnodes))
    instance = replace(running.instance, host=host, rules=tuple(random.sample(rules, 1)))
    return dataclasses.replace(running, instance=instance, residents=tuple(residents))


@pytest.mark.parametrize(
    "seed", [seed if seed % 20 == 0 else pytest.param(seed, marks=pytest.mark.slow) for seed in range(120)]
)
def test_plans_with_rules_reserves_restarts_and_live_moves_are_replayed(seed: int) -> None:
    """The planner raises a Defect where the judge finds a fault."""
    running = with_rules_reserves_and_vnuma(seed)
    goal = (Goal(restarts=2), Goal(empty=(0,), restarts=1), Goal(kib=5 * GIB))[seed % 3]
    context = SearchContext(time_limit_s=60, workers=1)
    plan = plan_rebalance(running, goal, context, curve=False, live=seed % 2 == 1)
    assert faults(plan, seed=seed) == []
    assert (plan.reason is None) == (plan.placement is not None) == (plan.status in {Status.OPTIMAL, Status.FEASIBLE})


@pytest.mark.parametrize("rule", [Rule(apart=("a", "b")), Rule(exclusive="a")])
def test_guests_on_one_pnode_that_a_rule_keeps_apart_are_parted(rule: Rule) -> None:
    running = ruled(host_of([8, 8], {"a": (1, 0), "b": (1, 0)}), rules=[rule])
    plan = plan_rebalance(running, Goal(stay=("b",)), SearchContext())
    assert plan.status is Status.OPTIMAL and faults(plan) == []
    assert [(step.guest, step.kind, step.after) for step in plan.steps] == [("a", "migrate", (1,))]


@pytest.mark.parametrize(("gib", "status"), [(4, Status.INFEASIBLE), (6, Status.OPTIMAL)])
def test_a_guest_that_is_restarted_comes_back_to_no_pnode_whose_reserve_is_not_kept(gib: int, status: Status) -> None:
    """Pnode 0 holds 3 GiB of a and 3 of b beside a reserve of 3, pnode 1 the rest of a: a fits on pnode 2, or not."""
    kinds = {"a": ("restart",), "b": ()}
    running = host_of([8, 8, gib], {"a": ((3, 3), (0, 1)), "b": (3, 0)}, vnuma={"a": True}, kinds=kinds)
    pnodes = [replace(pnode, reserve_kib=3 * GIB * (pnode.id == 0)) for pnode in running.instance.host.pnodes]
    instance = replace(running.instance, host=replace(running.instance.host, pnodes=tuple(pnodes)))
    running = dataclasses.replace(running, instance=instance)
    plan = plan_rebalance(running, Goal(empty=(1,), restarts=1), SearchContext())
    assert plan.status is status and faults(plan) == []
    assert [step.after for step in plan.steps] == [(2,)] * (status is Status.OPTIMAL)


def test_memory_of_domain_0_on_a_pnode_to_be_emptied_is_noted() -> None:
    running = with_others(host_of([8, 8], {"a": (2, 0)}), {"Domain-0": {0: GIB, 1: 9 << 10}})
    assert plan_rebalance(running, Goal(empty=(0,)), SearchContext()).notes == (
        "Domain-0 keeps 1 GiB on pnode 0: no move frees that",
    )
    assert plan_rebalance(running, Goal(empty=(1,)), SearchContext()).notes == ()


def test_guests_that_are_only_saved_stay_where_none_is_saved_and_the_others_move() -> None:
    guests = {"a": ((1, 1), (0, 1)), "b": ((1, 1), (0, 1))}
    running = host_of([8, 8], guests, kinds={"a": ("save",)})
    plan = plan_rebalance(running, Goal(), SearchContext(workers=1), live=True)
    assert (plan.status, [step.guest for step in plan.steps]) == (Status.OPTIMAL, ["b"])
    stuck = plan.running.resident("a").stuck
    assert stuck == "it can only be saved and restored, which --live rules out"


def test_where_moves_wait_for_each_other_and_none_is_saved_those_guests_stay() -> None:
    """a and b of 7 GiB lie on both pnodes of 8: neither fits on a pnode before the other has left it."""
    running = host_of([8, 8], {"a": ((4, 3), (0, 1)), "b": ((3, 4), (0, 1))})
    plan = plan_rebalance(running, Goal(), SearchContext(workers=1), live=True)
    assert (plan.status, plan.moves) == (Status.FEASIBLE, 0)
    assert plan.after is not None and plan.after.bounds == ()
    assert any(note.startswith("no order was found for moves of") for note in plan.notes)
    assert plan_rebalance(running, Goal(), SearchContext(workers=1)).moves == 2
