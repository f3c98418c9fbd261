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
from tests.support.running_hosts import GIB, host_of, small_host

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
    """Each lies half on each pnode, and both pnodes are full: no migration has room for both its ends."""
    running = host_of([4, 4], {"a": ((2, 2), (0, 1)), "b": ((2, 2), (0, 1))})
    plan = plan_rebalance(running, Goal(), SearchContext(), live=True)
    assert plan.status is Status.UNKNOWN and plan.placement is None and plan.reason is not None
    assert "wait for each other's memory" in plan.reason
    saved = plan_rebalance(running, Goal(), SearchContext())
    assert (saved.status, saved.moves) == (Status.OPTIMAL, 2) and faults(saved) == []


def with_rules_and_vnuma(seed: int) -> RunningHost:
    """Give a small host with a rule between guests that holds today, and with guests of two vnodes."""
    random, running = Random(seed), small_host(seed)
    on = {name: set(pnodes) for name, pnodes in running.placement.pnode_of.items()}
    apart = [Rule(apart=(a, b)) for a, b in combinations(on, 2) if not on[a] & on[b]]
    alone = [Rule(exclusive=a) for a in on if not any(on[a] & on[b] for b in on if b != a)]
    rules = random.sample([*apart, *alone], min(1, len(apart) + len(alone)))
    residents = [
        dataclasses.replace(each, vnuma=True, kinds=("restart",)) if len(guest.vnodes) > 1 else each
        for guest, each in zip(running.instance.guests, running.residents, strict=True)
    ]
    instance = replace(running.instance, rules=tuple(rules))
    return dataclasses.replace(running, instance=instance, residents=tuple(residents))


@pytest.mark.parametrize(
    "seed", [seed if seed % 20 == 0 else pytest.param(seed, marks=pytest.mark.slow) for seed in range(120)]
)
def test_plans_with_rules_restarts_and_live_moves_are_replayed(seed: int) -> None:
    """The planner raises a Defect where the judge finds a fault."""
    running = with_rules_and_vnuma(seed)
    goal = (Goal(restarts=2), Goal(empty=(0,), restarts=1), Goal(kib=5 * GIB))[seed % 3]
    context = SearchContext(time_limit_s=60, workers=1)
    plan = plan_rebalance(running, goal, context, curve=False, live=seed % 2 == 1)
    assert faults(plan, seed=seed) == []
    assert (plan.reason is None) == (plan.placement is not None) == (plan.status in {Status.OPTIMAL, Status.FEASIBLE})
