"""Alike items with homes: worked by hand, against the oracle, and the Problems that it gives up."""

from __future__ import annotations

from random import Random

import pytest

from placer.assignment import Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.exact.home_count_dp import solve_by_home_counts
from placer.instance import Instance, Placement
from placer.instance.previous import restricted_to
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, Slit, a_guest, a_host, an_instance, tree_slit
from tests.support.oracle import best


def counted(instance: Instance, keep: Placement, *, allow_unplaced: bool = False) -> Solution | None:
    problem = lower(instance, allow_unplaced=allow_unplaced, keep=restricted_to(keep, instance)).problem
    found = solve_by_home_counts(problem, SearchContext(time_limit_s=60))
    return found if isinstance(found, Solution) else None


def test_items_beyond_the_room_of_their_home_leave_and_the_others_stay() -> None:
    # pnodes 0, 1 are near and 2, 3 too, each with room for one: three at home on 1 and one on 3
    host = a_host(*(GIB,) * 4, slit=tree_slit((2, 4), (10, 16, 21)))
    solution = counted(an_instance(host, a_guest(GIB, GIB)), Placement(pnode_of={"db": (3, 3)}))
    assert solution is None  # homes alike: nothing tells the vnodes apart
    solution = counted(an_instance(host, a_guest(GIB, GIB, GIB, GIB)), Placement(pnode_of={"db": (1, 1, 3, 1)}))
    assert solution is not None
    assert solution.site_of is not None
    assert solution.site_of[[0, 2]].tolist() == [1, 3]
    assert sorted(solution.site_of.tolist()) == [0, 1, 2, 3]
    assert (solution.status, solution.costs[4], solution.bounds[4]) == (Status.OPTIMAL, 2, 2)


def test_an_item_without_a_home_is_at_home_anywhere() -> None:
    host = a_host(GIB, 2 * GIB, slit=((10, 21), (21, 10)))
    instance = an_instance(host, *(a_guest(GIB, name=name) for name in "abc"))
    solution = counted(instance, Placement(pnode_of={"a": (0,), "c": (0,)}))
    assert solution is not None
    assert solution.site_of is not None
    assert solution.site_of.tolist() == [0, 1, 1]
    assert solution.costs[4] == 1


def changed(seed: int) -> tuple[Instance, Placement]:
    """Alike vnodes, of one guest or of guests of one, on 3 or 4 nested pnodes, and where they were."""
    random = Random(seed)
    m, n = random.randint(3, 4), random.randint(2, 5)
    slit: Slit = tree_slit((2, 4), (10, 16, 21)) if m == 4 else ((10, 12, 20), (12, 10, 20), (20, 20, 10))
    host = a_host(*(random.randint(0, 3) * GIB for _ in range(m)), pcpus=random.randint(1, 3), slit=slit)
    if random.random() < 0.5:
        guests = [a_guest(*(GIB,) * n)]
    else:
        guests = [a_guest(GIB, vcpus=(random.choice((1, 1, 2)),) * 1, name=f"g{i}") for i in range(n)]
        guests = [a_guest(GIB, vcpus=(guests[0].vcpu_count,), name=guest.name) for guest in guests]
    before = {g.name: tuple(random.choice([*range(m), None]) for _ in g.vnodes) for g in guests}
    return an_instance(host, *guests, price=random.choice((None, 0, 1))), Placement(pnode_of=before)


@pytest.mark.parametrize("allow_unplaced", [False, True])
def test_counting_finds_what_the_oracle_finds(allow_unplaced: bool) -> None:
    seen: list[int] = []
    for seed in range(150):
        instance, keep = changed(seed)
        solution = counted(instance, keep, allow_unplaced=allow_unplaced)
        if solution is None:
            continue
        expected = best(instance, allow_unplaced, keep)
        assert solution.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), seed
        if expected is None:
            continue
        problem = lower(instance, allow_unplaced=allow_unplaced, keep=restricted_to(keep, instance)).problem
        assert solution.site_of is not None
        assert solution.costs == solution.bounds == expected[0], seed
        assert tuple(problem.evaluate(solution.site_of[None, :])[0].tolist()) == expected[0], seed
        assert problem.feasible(solution.site_of[None, :])[0], seed
        seen.append(expected[0][4])
    assert len(seen) >= 40
    assert {0, 1, 2} <= set(seen)


def test_unlike_items_and_no_homes_are_given_up() -> None:
    host = a_host(*(4 * GIB,) * 3)
    keep = Placement(pnode_of={"db": (0, 1)})
    assert counted(an_instance(host, a_guest(GIB, 2 * GIB)), keep) is None
    assert counted(an_instance(host, a_guest(GIB, GIB)), Placement(pnode_of={})) is None


def test_many_equal_vnodes_are_kept_without_a_search() -> None:
    slit = tree_slit((2, 4, 16, 32), (10, 16, 19, 21, 28))
    instance = an_instance(a_host(*(8 * GIB,) * 32, slit=slit), a_guest(*(6 * GIB,) * 16, vcpus=(4,) * 16))
    first = solve(instance)
    assert first.placement is not None
    assert solve(instance, keep=first.placement).moved == ()
    apart = Placement(pnode_of={"db": tuple(range(0, 32, 2))})
    answer = solve(instance, keep=apart)
    assert [decision.method for decision in answer.decisions] == ["home_count_dp"]
    assert answer.status is Status.OPTIMAL
    # 16 vnodes fill one half of 32 pnodes, of whose pnodes 8 held one before
    assert [tier.cost for tier in answer.tiers] == [tier.cost for tier in first.tiers[:4]] + [8, first.tiers[4].cost]
    assert [tier.bound for tier in answer.tiers] == [tier.cost for tier in answer.tiers]
