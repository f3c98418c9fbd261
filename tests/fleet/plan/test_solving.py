"""A fleet solved: against brute force, with rules, and with guests that only the pnodes of a host refuse."""

from __future__ import annotations

from threading import Event

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.errors import InputError
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.model.rules import FleetRule
from placer.fleet.plan.judge import judge
from placer.fleet.plan.plan import FleetPlan
from placer.fleet.plan.solving import solve
from placer.instance import Flexible, Guest, Rule, Vnode
from tests.support.fleets import GIB, best, fleet_of, random_parts


def right(fleet: Fleet, plan: FleetPlan) -> FleetPlan:
    assert judge(fleet, {name: host.placement for name, host in plan.hosts.items()}) == []
    everybody = set(fleet.guest_entry)
    assert set(plan.host_of) | set(plan.unplaced) == everybody
    assert not set(plan.host_of) & set(plan.unplaced)
    return plan


@pytest.mark.parametrize("seed", range(8))
def test_a_small_fleet_is_solved_to_the_optimum_of_brute_force(seed: int) -> None:
    hosts, guests, one_to_one = random_parts(seed)
    fleet = fleet_of(hosts, guests, one_to_one=one_to_one)
    plan = right(fleet, solve(fleet, time_limit_s=30))
    assert tuple(tier.value for tier in plan.tiers) == best(hosts, guests, one_to_one=one_to_one)
    assert plan.status is Status.OPTIMAL


def test_rules_that_bounds_leave_out_may_take_more_hosts_and_are_kept() -> None:
    fleet = fleet_of([[(4, 8)]] * 3, [[(1, 2)]] * 3, rules=[{"apart": ["g0", "g1", "g2"]}])
    plan = right(fleet, solve(fleet, time_limit_s=30))
    assert plan.unplaced == ()
    assert [(tier.value, tier.bound) for tier in plan.tiers] == [(0, 0), (0, 0), (3, 1)]
    assert (plan.status, plan.relaxed) == (Status.FEASIBLE, ("1 rule between guests on hosts",))


def test_guests_that_stay_together_count_together_in_other_rules() -> None:
    rules = [{"together": ["g0", "g1"]}, {"at_most": ["g0", "g1", "g2"], "most": 2}]
    fleet = fleet_of([[(8, 16)]] * 2, [[(1, 2)]] * 3, rules=rules)
    plan = right(fleet, solve(fleet, time_limit_s=30))
    assert plan.host_of["g0"] == plan.host_of["g1"] != plan.host_of["g2"]
    three = replace(fleet, rules=[FleetRule(together=["g0", "g1"]), FleetRule(apart=["g0", "g1"])])
    assert set(right(three, solve(three, time_limit_s=30)).unplaced) == {"g0", "g1"}


def test_guests_that_stay_together_get_one_host() -> None:
    fleet = fleet_of([[(4, 8)]] * 3, [[(3, 2)]] * 2 + [[(1, 2)]] * 2, rules=[{"together": ["g2", "g3"]}])
    plan = right(fleet, solve(fleet, time_limit_s=30))
    assert plan.host_of["g2"] == plan.host_of["g3"]


def test_guests_that_run_stay_and_rules_of_pnodes_hold() -> None:
    placed = [Placed(guest="g0", host="h1", pnodes=[1]), Placed(guest="g1", host="h1")]
    fleet = fleet_of([[(4, 8), (4, 8)]] * 2, [[(1, 2)]] * 4, placed=placed, pnode_rules=[Rule(apart=["g0", "g1"])])
    plan = right(fleet, solve(fleet, time_limit_s=30))
    assert [(tier.tier, tier.value, tier.bound) for tier in plan.tiers][-1] == ("hosts", 1, 1)
    assert plan.hosts["h1"].placement.pnode_of["g1"] == (0,)


def test_a_guest_that_runs_is_never_given_up_for_others() -> None:
    """A bound counts vcpus and memory: by them the host of the third holds another, whose pcpu is owned."""
    vnode = Vnode(memory_kib=2 * GIB, vcpus=[0])
    picky = Guest(name="picky", vnodes=[vnode], hard_affinity=[[0]], cpu_policy="dedicated")
    fleet = replace(fleet_of([[(2, 8)]] * 2, []), guests=[FleetGuest(guest=picky, count=3)])
    fleet = replace(fleet, placed=[Placed(guest="picky-2", host="h0")])
    plan = right(fleet, solve(fleet, time_limit_s=30))
    assert plan.host_of["picky-2"] == "h0"
    assert len(plan.unplaced) == 1


@pytest.mark.parametrize("pnodes", [None, [0]])
def test_what_runs_on_a_host_that_cannot_hold_it_is_refused_with_its_place(pnodes: list[int] | None) -> None:
    fleet = fleet_of([[(4, 8), (4, 8)]] * 2, [[(1, 2)], [(1, 6)], [(1, 6)], [(1, 4)]])
    placed = [Placed(guest=guest, host="h1", pnodes=pnodes) for guest in ("g1", "g2")]
    if pnodes is None:  # 6 and 6 and 4 GiB are 16, and lie on no two pnodes of 8
        placed.append(Placed(guest="g3", host="h1"))
    with pytest.raises(InputError, match=r"placed\[\d\]: "):
        solve(replace(fleet, placed=placed), time_limit_s=30)


def test_a_guest_that_its_host_cannot_hold_is_put_elsewhere_or_left_out() -> None:
    vnode = Vnode(memory_kib=2 * GIB, vcpus=[0])
    picky = Guest(name="picky", vnodes=[vnode], hard_affinity=[[0]], cpu_policy="dedicated")
    fleet = fleet_of([[(2, 8)]] * 2, [])
    fleet = replace(fleet, guests=[FleetGuest(guest=picky, count=3)])
    plan = right(fleet, solve(fleet, time_limit_s=30))
    assert sorted(plan.host_of.values()) == ["h0", "h1"]  # pcpu 0 of each host is owned once
    assert len(plan.unplaced) == 1
    assert plan.status is Status.FEASIBLE


def test_the_other_aims_count_no_hosts() -> None:
    fleet = fleet_of([[(4, 8)]] * 2, [[(1, 2)]] * 2, aim="spread")
    even = right(fleet, solve(fleet, time_limit_s=30))
    assert [(tier.tier, tier.value, tier.bound) for tier in even.tiers][-1] == ("spread", 250, 250)
    none = right(fleet, solve(replace(fleet, aim="none"), time_limit_s=30))
    assert [tier.tier for tier in none.tiers] == ["unplaced_guests", "unplaced"]


def test_a_plan_without_a_filling_of_all_guests_is_not_optimal_for_its_spread() -> None:
    sizes = [[(1, 1 + i % 7), (2, 3 + i % 11)] for i in range(60)]
    hosts = [[(16 + i % 9, 40 + i), (16 + i % 5, 90 - i)] for i in range(20)]
    fleet = fleet_of(hosts, sizes, aim="spread", placed=[Placed(guest="g0", host="h0", pnodes=[0, 1])])
    stop = Event()
    stop.set()
    plan = right(fleet, solve(fleet, stop=stop))
    assert plan.unplaced == ()
    *_, tier = plan.tiers
    assert (tier.tier, tier.bound) == ("spread", 34)  # 3 of the 90 GiB of h0's second pnode, rounded up
    assert tier.value > tier.bound
    assert plan.status is Status.FEASIBLE


def test_a_stop_ends_it_with_a_plan_and_steps_are_told() -> None:
    stop = Event()
    stop.set()
    said: list[str] = []
    fleet = fleet_of([[(4, 8)]] * 3, [[(1, 2)]] * 5)
    right(fleet, solve(fleet, stop=stop, say=said.append))
    assert said


def test_guests_without_vnuma_are_placed_on_hosts_of_fewer_pnodes_than_they_may_have_parts() -> None:
    guest = Guest(name="g", type="pvh", form="set", flexible=Flexible(memory_kib=12 * GIB, vcpu_count=4))
    fleet = replace(fleet_of([[(4, 8), (4, 8)]], []), guests=(FleetGuest(guest=guest),))
    plan = right(fleet, solve(fleet))
    assert sorted(plan.hosts["h0"].placement.pnode_of["g"]) == [0, 1]  # type: ignore[type-var]


def test_hosts_are_filled_with_places_for_guests_that_stay_together() -> None:
    """Pairs of a large and a small guest fill the vcpus of six hosts of four pnodes, others the memory of four."""
    large, small = [[(3, 6)] * 4] * 6, [[(1, 2)] * 4] * 6
    rules = [{"together": [f"g{i}", f"g{6 + i}"]} for i in range(6)]
    others = [[(1, 1 + i % 5)] for i in range(40)]
    fleet = fleet_of([[(4, 8)] * 4] * 12, [*large, *small, *others], one_to_one=True, rules=rules)
    plan = right(fleet, solve(fleet, time_limit_s=30))
    assert all(plan.host_of[f"g{i}"] == plan.host_of[f"g{6 + i}"] for i in range(6))
    assert plan.unplaced == ()
    tier = plan.tiers[-1]
    assert tier.value == tier.bound == 10


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"together": ["g0", "g1"]}, "hosts h0, h1 hold guests that stay together"),
        ({"apart": ["g0", "g2"]}, "host h0 holds 2 of its guests, expected at most 1"),
        ({"at_most": ["g0", "g2"], "most": 1}, "host h0 holds 2 of its guests, expected at most 1"),
    ],
)
def test_rules_that_guests_break_where_they_run_are_refused(rule: dict[str, object], what: str) -> None:
    running = [Placed(guest=f"g{i}", host=f"h{i % 2}", pnodes=[0]) for i in range(3)]
    fleet = fleet_of([[(8, 16)]] * 2, [[(1, 2)]] * 4, rules=[rule], placed=running)
    with pytest.raises(InputError) as failed:
        solve(fleet)
    assert failed.value.place == "rules[0]"
    assert what in str(failed.value)
    assert "rebalance --mend" in str(failed.value)
