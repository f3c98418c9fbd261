"""Plans against an oracle that walks over every state which safe moves reach; each is replayed in shuffled orders."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.fleet.model.rules import FleetRule
from placer.fleet.moves.goal import FleetGoal, Shape
from placer.fleet.moves.judge import faults
from placer.fleet.moves.planning import plan_moves
from placer.instance import Domain, Rule
from tests.support.fleet_moves import Oracle, drawn, running_fleet
from tests.support.fleets import GIB

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_room_for_a_guest_takes_the_fewest_moves_or_a_bound_below_them(seed: int) -> None:
    hosts, guests, at = drawn(seed)
    new = len(guests) - 1
    best = Oracle(hosts, guests, at).fewest_for_room(new)
    plan = plan_moves(running_fleet(hosts, guests, at), FleetGoal(make_room=(f"g{new}",)))
    assert faults(plan, seed=seed) == []
    if best is None:
        assert plan.value is None
        return
    assert plan.bound <= best
    if plan.value is not None:
        assert plan.value >= best
        assert (plan.status is Status.OPTIMAL) == (plan.value == plan.bound)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_host_is_emptied_with_the_fewest_moves_or_a_bound_below_them(seed: int) -> None:
    hosts, guests, at = drawn(seed)
    best = Oracle(hosts, guests[:-1], at[:-1]).fewest_to_empty(0)
    plan = plan_moves(running_fleet(hosts, guests[:-1], at[:-1]), FleetGoal(empty=("h0",)))
    assert faults(plan, seed=seed) == []
    if best is None:
        assert plan.value is None
    elif plan.value is not None:
        assert plan.bound <= best <= plan.value


@pytest.mark.parametrize("moves", [1, 2])
@pytest.mark.parametrize("seed", SEEDS)
def test_as_many_guests_of_a_shape_fit_as_after_any_moves(seed: int, moves: int) -> None:
    hosts, guests, at = drawn(seed)
    best = Oracle(hosts, guests[:-1], at[:-1]).most_that_fit(2, 3, moves)
    goal = FleetGoal(fragments=Shape(vcpus=2, kib=3 * GIB), moves=moves)
    plan = plan_moves(running_fleet(hosts, guests[:-1], at[:-1]), goal)
    assert faults(plan, seed=seed) == []
    assert plan.value is not None
    assert plan.now <= plan.value <= best <= plan.bound


@pytest.mark.parametrize("seed", SEEDS)
def test_distances_are_as_short_as_after_any_two_moves(seed: int) -> None:
    hosts, guests, at = drawn(seed)
    best = Oracle(hosts, guests[:-1], at[:-1]).least_distance(2)
    plan = plan_moves(running_fleet(hosts, guests[:-1], at[:-1]), FleetGoal(moves=2))
    assert faults(plan, seed=seed) == []
    assert plan.value is not None
    assert plan.bound <= best <= plan.value <= plan.now


def test_all_of_these_plans_are_the_best_there_is() -> None:
    for seed in SEEDS:
        hosts, guests, at = drawn(seed)
        best = Oracle(hosts, guests, at).fewest_for_room(len(guests) - 1)
        plan = plan_moves(running_fleet(hosts, guests, at), FleetGoal(make_room=(f"g{len(guests) - 1}",)))
        assert plan.value == best


def test_guests_that_are_to_be_apart_are_never_on_one_host() -> None:
    hosts = [[(4, 8)], [(4, 8)], [(4, 8)]]
    guests = [[(1, 4)], [(1, 4)], [(1, 4)]]
    at = [(0, (0,)), (1, (0,)), (0, (0,))]
    fleet = running_fleet(hosts, guests, at, rules=[{"apart": ["g0", "g1"]}, {"apart": ["g1", "g2"]}])
    plan = plan_moves(fleet, FleetGoal(empty=("h0",)))
    assert (plan.status, plan.value, faults(plan)) == (Status.OPTIMAL, 2, [])
    assert {step.target for step in plan.steps} == {"h2"}


def test_guests_that_are_to_be_together_move_in_one_stage() -> None:
    hosts = [[(4, 8)], [(4, 8)], [(2, 4)]]
    guests = [[(1, 2)], [(1, 2)], [(2, 5)]]
    at = [(0, (0,)), (0, (0,)), (1, (0,))]
    fleet = running_fleet(hosts, guests, at, rules=[{"together": ["g0", "g1"]}])
    plan = plan_moves(fleet, FleetGoal(empty=("h0",)))
    assert (plan.status, plan.value, faults(plan)) == (Status.OPTIMAL, 2, [])
    assert [sorted(step.target for step in stage) for stage in plan.stages] == [["h2", "h2"]]


def test_what_is_broken_is_mended_with_the_fewest_moves() -> None:
    hosts = [[(2, 8)], [(4, 8)]]
    guests = [[(1, 2)], [(2, 2)], [(1, 2)]]
    at = [(0, (0,)), (0, (0,)), (1, (0,))]
    fleet = running_fleet(hosts, guests, at, rules=[{"apart": ["g0", "g2"]}])
    plan = plan_moves(fleet, FleetGoal(mend=True))
    assert (plan.status, plan.value, faults(plan)) == (Status.OPTIMAL, 1, [])
    assert [step.guest for step in plan.steps] == ["g1"]


RACKS = [{"rack": "a"}, {"rack": "a"}, {"rack": "b"}]


@pytest.mark.parametrize(
    ("rule", "at", "moves"),
    [
        ({"together": ["g0", "g1"]}, (0, 1, 2), 1),
        ({"together": ["g0", "g1", "g2"]}, (0, 1, 2), 2),
        ({"apart": ["g0", "g1", "g2"]}, (0, 0, 0), 2),
        ({"together": ["g0", "g1"], "within": "rack"}, (0, 2, 1), 1),
        ({"apart": ["g0", "g1"], "within": "rack"}, (0, 1, 2), 1),
    ],
)
def test_a_rule_that_is_broken_is_kept_after_the_fewest_moves(
    rule: dict[str, Any], at: tuple[int, ...], moves: int
) -> None:
    fleet = running_fleet([[(8, 16)]] * 3, [[(1, 2)]] * 3, [(h, (0,)) for h in at])
    fleet = replace(fleet, hosts=[replace(e, groups=g) for e, g in zip(fleet.hosts, RACKS, strict=True)])
    fleet = replace(fleet, rules=[FleetRule(**rule)])
    plan = plan_moves(fleet, FleetGoal(mend=True))
    assert (plan.status, plan.value, faults(plan)) == (Status.OPTIMAL, moves, [])


def test_a_guest_on_a_host_that_it_may_not_use_is_mended_though_others_must_make_room_first() -> None:
    """Guest g1 may use h0 alone, which is full of g0: g0 goes to h2, as h1 is full too."""
    fleet = running_fleet([[(4, 8)]] * 3, [[(4, 8)], [(4, 8)]], [(0, (0,)), (1, (0,))])
    bound = replace(fleet, guests=[fleet.guests[0], replace(fleet.guests[1], hosts=["h0"])])
    plan = plan_moves(bound, FleetGoal(mend=True))
    assert faults(plan) == []
    assert [(step.guest, step.target) for step in plan.steps] == [("g0", "h2"), ("g1", "h0")]


def test_what_no_move_mends_is_told_and_no_plan() -> None:
    """Both guests are in a rule between pnodes, which binds them to their host, where it is broken."""
    pair = running_fleet([[(4, 8), (4, 8)]], [[(1, 2)], [(1, 2)]], [(0, (0,)), (0, (0,))])
    plan = plan_moves(replace(pair, pnode_rules=[Rule(apart=["g0", "g1"])]), FleetGoal(mend=True))
    assert plan.value is None and plan.status is not Status.OPTIMAL
    assert "no plan was found that mends this: " in (plan.reason or "")


def test_a_guest_of_libvirt_that_may_have_its_memory_elsewhere_moves_as_others_do() -> None:
    fleet = running_fleet([[(4, 8)]] * 2, [[(1, 2)]], [(0, (0,))])
    apart = replace(fleet, guests=[replace(e, guest=replace(e.guest, memory_apart=True)) for e in fleet.guests])
    plan = plan_moves(apart, FleetGoal(empty=("h0",)))
    assert (plan.status, plan.value, plan.notes) == (Status.OPTIMAL, 1, ())


def test_domains_that_are_no_guests_of_the_fleet_are_named_where_a_host_is_emptied() -> None:
    fleet = running_fleet([[(4, 8)]] * 2, [[(1, 2)]], [(0, (0,))])
    domain = Domain(name="desk", affinity=((0,),))
    hosts = [replace(fleet.hosts[0], host=replace(fleet.hosts[0].host, domains=(domain,))), fleet.hosts[1]]
    plan = plan_moves(replace(fleet, hosts=hosts), FleetGoal(empty=("h0",)))
    assert plan.notes == ("h0 also runs what is no guest of the fleet and stays there: desk",)


def test_a_fleet_of_hosts_that_hold_too_much_stays_as_it_is_unless_that_shall_be_mended() -> None:
    fleet = running_fleet([[(2, 8)]], [[(3, 2)]], [(0, (0,))])
    plan = plan_moves(fleet, FleetGoal(fragments=Shape(vcpus=1, kib=0)))
    assert (plan.value, plan.moves, faults(plan)) == (0, 0, [])
    mended = plan_moves(fleet, FleetGoal(mend=True))
    assert mended.value is None


def test_budgets_end_it_and_say_why() -> None:
    hosts, guests = [[(4, 8)], [(4, 8)]], [[(1, 2)], [(1, 2)]]
    fleet = running_fleet(hosts, guests, [(0, (0,)), (0, (0,))])
    plan = plan_moves(fleet, FleetGoal(empty=("h0",), moves=1))
    assert (plan.status, plan.value) == (Status.INFEASIBLE, None)
    assert plan.reason == "2 moves needed at least, and 1 may be made"
    stays = plan_moves(fleet, FleetGoal(empty=("h0",), stay=("g1",)))
    assert stays.status is Status.INFEASIBLE
    assert stays.reason == "h0: guests that must leave may not move: g1"
    small = plan_moves(fleet, FleetGoal(empty=("h0",), kib=3 * GIB))
    assert (small.status, small.reason) == (
        Status.INFEASIBLE,
        "no end state is within 3 GiB, 0 restarts, the hosts that guests may use, in whatever order guests move",
    )


def test_a_guest_with_vnuma_on_xen_is_restarted_or_stays() -> None:
    fleet = running_fleet([[(4, 8)] * 2] * 2, [[(1, 2), (1, 2)]], [(0, (0, 1))])
    xen = replace(fleet, hosts=[replace(entry, format="xl") for entry in fleet.hosts])
    stays = plan_moves(xen, FleetGoal(empty=("h0",)))
    assert stays.value is None
    assert stays.notes == (
        "1 guest not moved (g0): Xen does not migrate a guest with vnuma; with a budget of restarts it may be started "
        "anew",
    )
    moves = plan_moves(xen, FleetGoal(empty=("h0",), restarts=1))
    assert (moves.value, moves.restarts, faults(moves)) == (1, 1, [])


def test_guests_go_only_to_hosts_of_their_toolstack_and_labels() -> None:
    fleet = running_fleet([[(4, 8)]] * 3, [[(1, 2)]], [(0, (0,))])
    formats = ("libvirt", "qemu", "libvirt")
    mixed = replace(fleet, hosts=[replace(e, format=f) for e, f in zip(fleet.hosts, formats, strict=True)])
    plan = plan_moves(mixed, FleetGoal(empty=("h0",)))
    assert [step.target for step in plan.steps] == ["h2"]
    labelled = replace(fleet, guests=[replace(fleet.guests[0], hosts=["h0", "h1"])])
    plan = plan_moves(labelled, FleetGoal(empty=("h0",)))
    assert [step.target for step in plan.steps] == ["h1"]
