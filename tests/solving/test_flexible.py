"""Guests whose number of vnodes is chosen: worked by hand, and against the oracle that tries every number."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from placer.check import check
from placer.errors import InputError
from placer.formats.native.instance_json import dump_instance, parse_instance
from placer.instance import Flexible, Guest, Instance, Objective, Placement, Pnode, Rule, Topology, VnodeOf
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance
from tests.support.oracle import best
from tests.support.random_instances import random_instance

TREE = ((10, 12, 21, 21), (12, 10, 21, 21), (21, 21, 10, 12), (21, 21, 12, 10))


def flexible(memory_kib: int, vcpus: int, *, least: int = 1, most: int | None = None, **more: object) -> Guest:
    wanted = Flexible(memory_kib=memory_kib, vcpu_count=vcpus, least=least, most=most)
    return Guest(name="db", flexible=wanted, **more)  # type: ignore[arg-type]


def counts_of(instance: Instance, **options: object) -> tuple[list[int], list[int]]:
    """How many vnodes each guest got, and the costs, once they are proved."""
    answer = solve(instance, **options)  # type: ignore[arg-type]
    assert answer.placement is not None
    assert answer.status == "OPTIMAL"
    return list(answer.placement.counts().values()), [tier.cost for tier in answer.tiers]


@pytest.mark.parametrize("strategy", ["branch-and-bound", "cpsat", "optimal"])
def test_more_vnodes_where_cores_of_their_own_are_worth_the_distance(strategy: str) -> None:
    # 6 vcpus on 3 cores a pnode. Whole: three pairs, 2 x 1 x 3 x 1000 = 6000, all local.
    # In two on pnodes 0 and 1: each reads 3/6 of its memory at 12: 6 x 500 x 2 = 6000 more. As good, so one vnode.
    host = a_host(*(8 * GIB,) * 4, pcpus=3, slit=TREE)
    guest = flexible(4 * GIB, 6)
    for price, count, cost in ((1, 1, 66_000), (1.001, 2, 66_000), (0.5, 1, 63_000), (40, 2, 66_000)):
        instance = replace(an_instance(host, guest), objective=Objective(core_sharing_price=price))
        counts, costs = counts_of(instance, strategy=strategy)
        assert (counts, costs[2:4]) == ([count], [cost, count]), price


@pytest.mark.parametrize("strategy", ["branch-and-bound", "cpsat", "optimal", "first-fit-decreasing", "first-fit"])
def test_a_guest_larger_than_any_pnode_gets_the_fewest_vnodes_where_more_gain_nothing(strategy: str) -> None:
    answer = solve(an_instance(a_host(8 * GIB, 8 * GIB), flexible(12 * GIB, 2)), strategy=strategy)
    assert answer.placement is not None
    assert answer.placement.counts() == {"db": 2}
    assert answer.instance is not None
    assert answer.instance.guests[0].form == "parts"


def test_rounded_shares_of_memory_favour_no_number_of_vnodes() -> None:
    # a third of 1000 is 333: 3 vnodes would have 4 x 999 x 10 where one has 4 x 1000 x 10
    counts, costs = counts_of(an_instance(a_host(8 * GIB, 8 * GIB), flexible(3 * GIB, 4, most=3)))
    assert (counts, costs[2]) == ([1], 40_000)
    placement = Placement(pnode_of={"db": (0, 0, 0)})
    verdict = check(an_instance(a_host(8 * GIB, 8 * GIB), flexible(3 * GIB, 4, most=3)), placement)
    assert verdict.terms[2]["access_distance"] == 40_000
    assert verdict.terms[3] == {"vnodes": 3}


def test_a_range_is_kept_and_a_placement_outside_it_is_none() -> None:
    instance = an_instance(a_host(8 * GIB, 8 * GIB), flexible(2 * GIB, 4, least=2, most=3))
    counts, _ = counts_of(instance)
    assert counts == [2]
    with pytest.raises(InputError, match='guest "db" has 1 pnodes for 2 to 3 vnodes'):
        check(instance, Placement(pnode_of={"db": (0,)}))


def test_what_fits_in_no_number_of_vnodes_is_said_so() -> None:
    answer = solve(an_instance(a_host(8 * GIB, 8 * GIB), flexible(20 * GIB, 4, most=4)))
    assert answer.status == "INFEASIBLE"
    assert answer.reason is not None
    assert answer.reason.startswith('no number of vnodes fits (guest "db" 1 to 4); with "db" in 2:\n')


def test_the_overhead_lies_with_a_whole_vnode_and_on_all_pnodes_otherwise() -> None:
    # 8 GiB less 100 MiB leaves no room for 8000 MiB and 120 MiB of overhead; in two with 60 MiB on each pnode
    host = a_host(8092 * MIB, 8092 * MIB)
    guest = flexible(8000 * MIB, 2, most=2, overhead_kib=120 * MIB)
    counts, _ = counts_of(an_instance(host, guest), strategy="cpsat")
    assert counts == [2]
    counts, _ = counts_of(an_instance(host, replace(guest, overhead_kib=90 * MIB)), strategy="cpsat")
    assert counts == [1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vnodes": a_guest(GIB).vnodes}, "1 vnodes beside flexible"),
        ({"traffic": ((1,),)}, "traffic beside flexible"),
        ({"vdistances": ((10,),)}, "vdistances beside flexible"),
    ],
)
def test_what_needs_vnodes_does_not_go_with_flexible(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(flexible(GIB, 1), **change)


def test_most_is_at_least_least() -> None:
    with pytest.raises(ValueError, match="most is 2 vnodes, expected at least 3"):
        Flexible(memory_kib=GIB, vcpu_count=2, least=3, most=2)


@pytest.mark.parametrize("rule", [Rule(together=("db", "web")), Rule(apart=(VnodeOf(guest="db", vnode=0), "web"))])
def test_rules_name_a_flexible_guest_as_a_whole_only(rule: Rule) -> None:
    guests = flexible(GIB, 1), a_guest(GIB, name="web")
    with pytest.raises(ValueError, match=r'guest "db".* is flexible'):
        Instance(host=a_host(4 * GIB), guests=guests, rules=(rule,))


def test_a_flexible_guest_is_written_and_read_back() -> None:
    instance = an_instance(a_host(8 * GIB), flexible(2 * GIB, 4, least=2, most=3, hard_affinity=((0, 1),) * 4))
    text = dump_instance(instance)
    assert '"flexible": {"memory_kib": "2GiB", "vcpu_count": 4, "least": 2, "most": 3}' in text
    assert parse_instance(text, "x.json") == instance


def test_the_key_of_vnodes_in_flexible_is_refused_as_unknown() -> None:
    text = dump_instance(an_instance(a_host(8 * GIB), flexible(2 * GIB, 4))).replace('"vcpu_count"', '"vcpus"')
    with pytest.raises(
        InputError, match=r'x\.json: \$\.guests\[0\]\.flexible: unknown key "vcpus", expected one of memory_kib'
    ):
        parse_instance(text, "x.json")


def test_a_kept_placement_counts_where_the_number_of_vnodes_stays() -> None:
    instance = an_instance(a_host(8 * GIB, 8 * GIB), flexible(2 * GIB, 4))
    answer = solve(instance, keep=Placement(pnode_of={"db": (1,)}))
    assert answer.placement == Placement(pnode_of={"db": (1,)})
    assert answer.moved == ()
    assert solve(instance, keep=Placement(pnode_of={"db": (1, 0)})).moved == ()


def test_a_trade_may_take_another_number_of_vnodes() -> None:
    # as above: in two on pnodes 0 and 1 half of all accesses go to 12; whole, three pairs share a core
    host = a_host(*(8 * GIB,) * 4, pcpus=3, slit=TREE)
    instance = replace(an_instance(host, flexible(4 * GIB, 6)), objective=Objective(core_sharing_price=40))
    trade = solve(instance, trade=True).trade
    assert trade is not None
    assert (trade.order, trade.placement.counts()) == ("distance", {"db": 1})
    assert (trade.mean_access_distance, trade.current_mean_distance, trade.more_pairs) == (10.0, 11.0, 3)


def loosened(seed: int) -> Instance:
    """A random instance, one or two of whose guests may have other numbers of vnodes, now and then crowded cores."""
    random, instance = Random(seed), random_instance(seed)
    chosen = random.sample(range(len(instance.guests)), min(len(instance.guests), random.choice((1, 1, 2))))
    names = {instance.guests[g].name for g in chosen}
    guests = [_flexible(random, guest) if guest.name in names else guest for guest in instance.guests]
    rules = tuple(
        rule for rule in instance.rules if all(isinstance(m, str) for m in rule.members) and not rule.together
    )
    host = instance.host
    if random.random() < 0.3:
        host = replace(host, overcommit=None, pnodes=tuple(_one_core(pnode) for pnode in host.pnodes))
    return Instance(host=host, guests=tuple(guests), rules=rules, objective=instance.objective)


def _one_core(pnode: Pnode) -> Pnode:
    return replace(pnode, cores=(pnode.pcpus,) if pnode.pcpus else ())


def _flexible(random: Random, guest: Guest) -> Guest:
    least = random.choice((1, 1, 1, 2))
    wanted = Flexible(
        memory_kib=guest.memory_kib,
        vcpu_count=max(guest.vcpu_count, 1),
        least=least,
        most=random.randint(least, 3),
        always_vnuma=random.random() < 0.3,
    )
    few: dict[str, Any] = (
        {} if guest.vcpu_count else {"cpu_policy": "shared", "hard_affinity": None, "soft_affinity": None}
    )
    overhead_kib = guest.overhead_kib or random.choice((0, 0, 5000, guest.memory_kib // 8))
    if wanted.vcpu_count % 2 == 0 and random.random() < 0.6:
        few["topology"] = Topology(cores=wanted.vcpu_count // 2, threads=2)
    few |= {"traffic": None, "vdistances": None, "form": "vnuma", "overhead_kib": overhead_kib}
    return replace(guest, vnodes=(), flexible=wanted, **few)


def assert_as_the_oracle(seed: int, strategy: str) -> bool:
    instance, allow_unplaced = loosened(seed), seed % 4 == 0
    expected = best(instance, allow_unplaced)
    answer = solve(instance, strategy=strategy, allow_unplaced=allow_unplaced, workers=1, time_limit_s=120)
    about = f"seed {seed}, {strategy}"
    assert answer.status == ("OPTIMAL" if expected else "INFEASIBLE"), about
    assert tuple(tier.cost for tier in answer.tiers) == (expected[0] if expected else ()), about
    assert tuple(tier.bound for tier in answer.tiers) == (expected[0] if expected else ()), about
    return expected is not None


@pytest.mark.parametrize(("strategy", "count"), [("branch-and-bound", 60), ("optimal", 60), ("cpsat", 15)])
def test_every_number_of_vnodes_is_tried(strategy: str, count: int) -> None:
    assert sum(assert_as_the_oracle(seed, strategy) for seed in range(count)) >= count // 4


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["branch-and-bound", "optimal", "cpsat"])
@pytest.mark.parametrize("first", range(100, 220, 40))
def test_more_flexible_instances_agree_with_the_oracle(strategy: str, first: int) -> None:
    for seed in range(first, first + (10 if strategy == "cpsat" else 40)):
        assert_as_the_oracle(seed, strategy)


def test_tiers_above_the_vnodes_may_include_the_moves_away_from_an_earlier_placement() -> None:
    # kept where it is: nothing moves; one pnode in use leaves 4 GiB on the other: shape is 1024 for 1 GiB left of 4
    guest = flexible(3 * GIB, 3, most=3)
    objective = Objective(tiers=({"shape": 1}, {"access_distance": 1, "core_sharing": 1}))
    instance = replace(an_instance(a_host(4 * GIB, 4 * GIB), guest), objective=objective)
    counts, costs = counts_of(instance, keep=Placement(pnode_of={"db": (0,)}))
    assert (counts, costs[2], costs[4:]) == ([1], 0, [30_000, 1])


@pytest.mark.parametrize("limit", [0, 10])
@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_no_answer_costs_more_than_the_hint_whatever_the_time(limit: float, allow_unplaced: bool) -> None:
    # whole: 28 pairs on 4 cores; in two, each on its own pnode: 8 x 500 x (10 + 20) and 2 x 4 x 0 pairs = 120,000
    guest = flexible(4 * GIB, 8, most=4)
    instance = an_instance(a_host(8 * GIB, 8 * GIB, pcpus=4), guest)
    hint = Placement(pnode_of={"db": (0, 1)})
    answer = solve(instance, hint=hint, time_limit_s=limit, allow_unplaced=allow_unplaced)
    assert answer.tiers[2].cost <= check(instance, hint).costs[2] == 120_000


@pytest.mark.parametrize("limit", [0, 10])
def test_a_hint_may_lack_a_flexible_guest(limit: float) -> None:
    few = replace(flexible(3 * GIB, 4, least=2, most=3), name="web")
    instance = an_instance(a_host(4 * GIB, 4 * GIB), flexible(3 * GIB, 4, most=3), few)
    hint = Placement(pnode_of={"db": (0,)})
    answer = solve(instance, hint=hint, time_limit_s=limit, allow_unplaced=True)
    assert answer.placement is not None
