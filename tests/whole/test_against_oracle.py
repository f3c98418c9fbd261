"""The exact strategies against an oracle that enumerates every placement, on random small instances."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.instance import Guest, Host, Instance, Placement, Pnode, Rule, VnodeOf
from placer.solving.pipeline import solve
from placer.solving.result import Result
from tests.support.building import GIB, a_guest, an_instance
from tests.support.oracle import Best, best, feasible, tier_costs
from tests.support.random_instances import random_instance, random_placement


@cache
def oracle(seed: int, allow_unplaced: bool) -> Best:
    return best(random_instance(seed), allow_unplaced)


def answer_of(seed: int, strategy: str, allow_unplaced: bool, time_limit_s: float = 120) -> Result:
    instance = random_instance(seed)
    return solve(
        instance, strategy=strategy, allow_unplaced=allow_unplaced, workers=1, seed=seed, time_limit_s=time_limit_s
    )


def assert_exact(seed: int, strategy: str, allow_unplaced: bool) -> None:
    expected = oracle(seed, allow_unplaced)
    answer = answer_of(seed, strategy, allow_unplaced)
    about = f"seed {seed}, {strategy}, allow_unplaced={allow_unplaced}"
    if expected is None:
        assert (answer.status, answer.placement) == (Status.INFEASIBLE, None), about
        return
    assert answer.status is Status.OPTIMAL, about
    assert tuple(tier.cost for tier in answer.tiers) == expected[0], about
    assert tuple(tier.bound for tier in answer.tiers) == expected[0], about
    assert answer.placement is not None
    assert feasible(random_instance(seed), answer.placement, allow_unplaced), about
    assert tier_costs(random_instance(seed), answer.placement) == expected[0], about


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_enumeration_finds_and_proves_what_the_oracle_finds(first: int) -> None:
    for seed in range(first, first + 50):
        assert_exact(seed, "branch-and-bound", allow_unplaced=False)
        assert_exact(seed, "branch-and-bound", allow_unplaced=True)


@pytest.mark.parametrize("first", range(200, 400, 50))
def test_the_default_finds_and_proves_what_the_oracle_finds(first: int) -> None:
    for seed in range(first, first + 50):
        assert_exact(seed, "optimal", allow_unplaced=seed % 2 == 1)


@pytest.mark.parametrize("first", range(0, 100, 25))
def test_cpsat_finds_and_proves_what_the_oracle_finds(first: int) -> None:
    for seed in range(first, first + 25):
        assert_exact(seed, "cpsat", allow_unplaced=seed % 2 == 0)


def full_of_equals(seed: int) -> Instance:
    """Up to 6 vnodes in equal guests, some with equal vnodes, on the host of a random instance."""
    host, random = random_instance(seed).host, Random(seed)
    largest = max(pnode.memory_kib for pnode in host.pnodes)
    guests: list[Guest] = []
    for count, copies in random.choice((((2, 3),), ((3, 2),), ((2, 2), (1, 2)), ((1, 3), (3, 1)))):
        sizes = [largest // random.randint(2, 5)] * count
        if random.random() < 0.5:
            sizes[-1] //= 2
        mask = random.choice((None, None, tuple(pcpu for pnode in host.pnodes[1:] for pcpu in pnode.pcpus) or None))
        guest = a_guest(*sizes, hard_affinity=(mask,) * count)
        guests += [replace(guest, name=f"{count}x{i}") for i in range(copies)]
    return an_instance(host, *guests, price=random.choice((None, 1)))


@pytest.mark.parametrize("strategy", ["branch-and-bound", "cpsat"])
def test_equal_guests_and_vnodes_lose_no_optimum(strategy: str) -> None:
    for seed in range(15 if strategy == "cpsat" else 60):
        instance, allow_unplaced = full_of_equals(seed), seed % 3 == 0
        expected = best(instance, allow_unplaced)
        answer = solve(instance, strategy=strategy, allow_unplaced=allow_unplaced, workers=1, time_limit_s=120)
        assert answer.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), seed
        assert tuple(tier.cost for tier in answer.tiers) == (expected[0] if expected else ()), seed


def full_of_rules(seed: int) -> Instance:
    """Equal guests and vnodes that stay apart, together, alone or one to one."""
    instance, random = full_of_equals(seed), Random(seed + 1)
    names = [guest.name for guest in instance.guests]
    first = instance.guests[0]
    rules = [Rule(apart=tuple(random.sample(names, 2)))]
    if len(first.vnodes) > 1 and random.random() < 0.4:
        rules.append(Rule(together=tuple(VnodeOf(guest=first.name, vnode=v) for v in range(len(first.vnodes)))))
    if random.random() < 0.3:
        rules.append(Rule(exclusive=random.choice(names)))
    guests = tuple(replace(guest, one_to_one=random.random() < 0.3) for guest in instance.guests)
    return replace(instance, guests=guests, rules=tuple(random.sample(rules, random.randint(0, len(rules)))))


@pytest.mark.parametrize("strategy", ["branch-and-bound", "cpsat"])
def test_rules_between_equal_guests_and_vnodes_lose_no_optimum(strategy: str) -> None:
    placed = 0
    for seed in range(20 if strategy == "cpsat" else 60):
        instance, allow_unplaced = full_of_rules(seed), seed % 3 == 0
        expected = best(instance, allow_unplaced)
        answer = solve(instance, strategy=strategy, allow_unplaced=allow_unplaced, workers=1, time_limit_s=120)
        assert answer.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), seed
        assert tuple(tier.cost for tier in answer.tiers) == (expected[0] if expected else ()), seed
        placed += expected is not None
    assert placed >= 10


def full_of_owners(seed: int) -> Instance:
    """Equal guests of one or two vnodes, some of whose vcpus own pcpus, on alike pnodes with SMT."""
    random = Random(seed)
    width, policy = random.choice((1, 2, 3)), random.choice(("prefer", "require", "isolate"))
    pnodes = tuple(
        Pnode(id=p, memory_kib=4 * GIB, pcpus=(first, first + 1, first + 2, first + 3), cores=cores)
        for p, first in enumerate(range(0, 12, 4))
        for cores in [((first, first + 1), (first + 2, first + 3))]
    )
    guests: list[Guest] = []
    for count, copies in random.choice((((1, 3),), ((2, 2),), ((1, 2), (2, 1)), ((1, 4),))):
        owning = random.random() < 0.7 or not guests
        guest = a_guest(*(GIB,) * count, vcpus=(width,) * count)
        if owning and width > 1 and random.random() < 0.6:
            some = tuple(v * width for v in range(count))
            guest = replace(guest, cpu_policy="mixed", dedicated_vcpus=some, thread_policy=policy)
        elif owning:
            guest = replace(guest, cpu_policy="dedicated", thread_policy=policy)
        guests += [replace(guest, name=f"{count}x{i}") for i in range(copies)]
    return an_instance(Host(pnodes=pnodes, slit=((10, 12, 20), (12, 10, 20), (20, 20, 10))), *guests)


@pytest.mark.parametrize("strategy", ["branch-and-bound", "cpsat"])
def test_owners_among_equal_guests_and_pnodes_lose_no_optimum(strategy: str) -> None:
    placed = 0
    for seed in range(20 if strategy == "cpsat" else 60):
        instance, allow_unplaced = full_of_owners(seed), seed % 3 == 0
        expected = best(instance, allow_unplaced)
        answer = solve(instance, strategy=strategy, allow_unplaced=allow_unplaced, workers=1, time_limit_s=120)
        assert answer.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), seed
        assert tuple(tier.cost for tier in answer.tiers) == (expected[0] if expected else ()), seed
        placed += expected is not None
    assert placed >= 10


def changed_since(seed: int) -> tuple[Instance, Placement]:
    """An instance and an earlier placement of most of it; some of that the instance does not have."""
    instance = full_of_equals(seed) if seed % 4 == 0 else random_instance(seed)
    random, pnode_of = Random(seed), dict(random_placement(seed, instance).pnode_of)
    for name in list(pnode_of):
        change = random.random()
        if change < 0.1:
            del pnode_of[name]
        elif change < 0.2:
            pnode_of[name] += (instance.host.pnodes[0].id,)
        elif change < 0.3:
            pnode_of[name] = (99, *pnode_of[name][1:])
    return instance, Placement(pnode_of=pnode_of | {"gone": (0, None)})


@pytest.mark.parametrize("strategy", ["branch-and-bound", "optimal", "cpsat"])
def test_the_fewest_vnodes_move_from_what_is_kept(strategy: str) -> None:
    moving, costs = 0, set()
    for seed in range(20 if strategy == "cpsat" else 80):
        (instance, kept), allow_unplaced = changed_since(seed), seed % 3 == 0
        expected = best(instance, allow_unplaced, kept)
        answer = solve(
            instance, strategy=strategy, allow_unplaced=allow_unplaced, keep=kept, workers=1, time_limit_s=120
        )
        assert answer.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), seed
        assert tuple(tier.cost for tier in answer.tiers) == (expected[0] if expected else ()), seed
        assert tuple(tier.bound for tier in answer.tiers) == (expected[0] if expected else ()), seed
        if expected is not None:
            assert answer.placement is not None
            assert tier_costs(instance, answer.placement, kept) == expected[0], seed
            assert answer.moved is not None
            assert {"moved": len(answer.moved)} in [tier.terms for tier in answer.tiers], seed
            moving += 1
            costs.add(len(answer.moved))
    assert moving >= 10
    assert len(costs) > 1


@pytest.mark.parametrize("strategy", ["optimal", "branch-and-bound", "cpsat", "local-search"])
def test_without_time_an_answer_costs_no_more_than_a_hint_that_keeps_every_rule(strategy: str) -> None:
    better = 0
    for seed in range(60):
        instance, expected = random_instance(seed), oracle(seed, False)
        if expected is None:
            continue
        bare = solve(instance, strategy=strategy, time_limit_s=0)
        answer = solve(instance, strategy=strategy, time_limit_s=0, hint=expected[1])
        assert tuple(tier.cost for tier in answer.tiers) == expected[0], seed
        better += bare.placement is None or tuple(tier.cost for tier in bare.tiers) > expected[0]
    assert better >= 1


@pytest.mark.parametrize("strategy", ["optimal", "branch-and-bound", "cpsat"])
def test_no_hint_changes_what_is_found_and_proved(strategy: str) -> None:
    for seed in range(15 if strategy == "cpsat" else 60):
        instance, hint = changed_since(seed)
        expected = best(instance)
        answer = solve(instance, strategy=strategy, hint=hint, workers=1, time_limit_s=120)
        assert answer.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), seed
        assert tuple(tier.cost for tier in answer.tiers) == (expected[0] if expected else ()), seed


@pytest.mark.parametrize("allow_unplaced", [False, True])
@pytest.mark.parametrize("strategy", ["first-fit-decreasing", "local-search"])
def test_a_heuristic_keeps_every_rule_and_never_beats_the_oracle(strategy: str, allow_unplaced: bool) -> None:
    placed = 0
    for seed in range(60):
        expected = oracle(seed, allow_unplaced)
        answer = answer_of(seed, strategy, allow_unplaced, time_limit_s=0.02)
        assert answer.status in (Status.FEASIBLE, Status.UNKNOWN)
        if answer.placement is not None:
            assert expected is not None
            assert feasible(random_instance(seed), answer.placement, allow_unplaced), seed
            assert tuple(tier.cost for tier in answer.tiers) >= expected[0], seed
            assert all(tier.bound is None for tier in answer.tiers)
            placed += 1
    assert placed > 30


@pytest.mark.parametrize("strategy", ["first-fit", "first-fit-2013-12"])
def test_a_greedy_of_2013_is_feasible_exactly_where_it_keeps_every_rule(strategy: str) -> None:
    seen = set()
    for seed in range(200):
        answer = answer_of(seed, strategy, allow_unplaced=False)
        assert answer.placement is not None
        keeps = feasible(random_instance(seed), answer.placement)
        assert (answer.status is Status.FEASIBLE) == keeps == (not answer.violations), seed
        assert tuple(tier.cost for tier in answer.tiers) == tier_costs(random_instance(seed), answer.placement)
        seen.add(keeps)
    assert seen == {True, False}


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["branch-and-bound", "optimal", "cpsat"])
@pytest.mark.parametrize("first", range(0, 150, 50))
def test_many_instances_agree_with_the_oracle(strategy: str, first: int) -> None:
    for seed in range(first, first + 50):
        assert_exact(seed, strategy, allow_unplaced=(seed % 2 == 0) == (strategy == "branch-and-bound"))
