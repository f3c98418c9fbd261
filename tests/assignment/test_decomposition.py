"""Problems of several components, solved part by part: against the oracle, branch and bound, and by hand."""

from __future__ import annotations

from collections import Counter
from random import Random
from threading import Event

import numpy as np
import pytest
from msgspec.structs import replace

from placer.assignment import (
    ConvexLoad,
    FlooredLinear,
    Linear,
    Problem,
    Progress,
    ReducedSlotsLoad,
    Resource,
    Solution,
    Status,
)
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.context import SearchContext
from placer.assignment.decomposition import combined_bounds, independent_parts, parts_apply, solve_by_parts
from placer.assignment.exact.branch_and_bound import branch_and_bound
from placer.assignment.portfolio import optimal
from placer.assignment.structure.term_index import TermIndex
from placer.formats.native.instance_json import read_instance
from placer.instance import Flexible, Instance, Objective, Placement
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.commands import INSTANCES
from tests.support.oracle import best
from tests.support.random_instances import random_instance


def in_halves(seed: int) -> Instance:
    """A random instance most of whose guests may use only the even or the odd pnodes of the host."""
    instance, random = random_instance(seed), Random(seed)
    ids = [pnode.id for pnode in instance.host.pnodes]

    guests = list(instance.guests)
    for g, guest in enumerate(guests):
        if random.random() < 0.9 and all(vnode.pnode is None for vnode in guest.vnodes):
            guests[g] = replace(guest, pnodes=tuple(ids[g % 2 :: 2]))
    return replace(instance, guests=tuple(guests))


@pytest.mark.parametrize("first", range(0, 600, 200))
def test_parts_together_are_what_the_oracle_and_the_undivided_search_find(first: int) -> None:
    divided: Counter[tuple[Status, bool]] = Counter()
    kinds: set[type] = set()
    for seed in range(first, first + 200):
        instance, allow_unplaced = in_halves(seed), seed % 2 == 0
        problem = lower(instance, allow_unplaced=allow_unplaced).problem
        solution = solve_by_parts(problem, SearchContext(), branch_and_bound)
        if solution is None:
            continue
        whole, expected = branch_and_bound(problem, SearchContext()), best(instance, allow_unplaced)
        found = solution.status, solution.costs, solution.bounds
        assert found == (whole.status, whole.costs, whole.bounds), seed
        assert solution.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), seed
        if expected:
            assert solution.costs == expected[0][-len(solution.costs) :], seed
            assert solution.site_of is not None
            assert problem.feasible(solution.site_of[None, :]).all(), seed
        divided[solution.status, allow_unplaced] += 1
        kinds |= {type(term) for terms in problem.tiers for term in terms}
        kinds |= {type(problem.slot_matching)} if problem.slot_matching else set()
    assert divided[Status.OPTIMAL, True] >= 10
    assert divided[Status.OPTIMAL, False] >= 5
    assert {ConvexLoad, FlooredLinear, ReducedSlotsLoad} <= kinds


def test_the_default_solves_parts_to_what_the_oracle_finds() -> None:
    divided = 0
    for seed in range(600, 700):
        instance = in_halves(seed)
        divided += bool(independent_parts(lower(instance).problem))
        expected, answer = best(instance), solve(instance)
        assert answer.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), seed
        assert tuple(tier.cost for tier in answer.tiers) == (expected[0] if expected else ()), seed
    assert divided >= 10


def two_pools() -> Problem:
    """Four items, two for sites 0 and 1 and two for site 2; load costs its square and a pool that is in no use 7."""
    allowed = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0]], dtype=bool)
    table = np.array([[1 + k * k for k in range(5)]] * 3 + [[7 + k for k in range(5)]])
    load = ConvexLoad(name="load", weight=np.ones(4, dtype=np.int64), pool_of=np.arange(4), table=table)
    price = Linear(name="price", cost=np.arange(16).reshape(4, 4))
    return Problem(
        allowed=allowed,
        resources=(Resource(weight=np.ones(4, dtype=np.int64), capacity=np.array([1, 1, 2, 0])),),
        groups=tuple(np.array([v]) for v in range(4)),
        incompatible=np.zeros((4, 4), dtype=bool),
        tiers=((load,), (price,)),
        hint=np.array([1, -1, 2, 3]),
    )


def test_costs_and_bounds_hold_what_pools_cost_that_no_item_can_use() -> None:
    """Load: 2 + 2 on sites 0 and 1, 5 on site 2, 7 for nothing; prices: 0 + 5 (or 1 + 4), 10 and 14."""
    solution = solve_by_parts(two_pools(), SearchContext(), branch_and_bound)
    assert solution is not None
    assert (solution.status, solution.costs, solution.bounds) == (Status.OPTIMAL, (16, 29), (16, 29))


def test_each_part_keeps_its_piece_of_the_hint() -> None:
    hints = [part.problem.hint for part in independent_parts(two_pools())]
    assert [hint.tolist() for hint in hints if hint is not None] == [[0, -1], [1, -1]]


def test_parts_share_the_time_left_by_size_and_the_last_may_use_all_of_it() -> None:
    seen: list[tuple[int, float, Event]] = []

    def watched(problem: Problem, context: SearchContext) -> Solution:
        seen.append((problem.n * problem.m, context.left_s(), context.stop))
        return branch_and_bound(problem, context)

    context = SearchContext(time_limit_s=60)
    assert solve_by_parts(two_pools(), context, watched) is not None
    assert [size for size, _, _ in seen] == [2, 4]
    assert seen[0][1] == pytest.approx(20, abs=2)
    assert seen[1][1] == pytest.approx(60, abs=3)
    assert {stop for _, _, stop in seen} == {context.stop}


def test_one_part_proved_infeasible_is_enough_and_the_others_are_not_solved() -> None:
    asked: list[int] = []

    def refusing(problem: Problem, context: SearchContext) -> Solution:
        asked.append(problem.n)
        return Solution(status=Status.INFEASIBLE)

    solution = solve_by_parts(two_pools(), SearchContext(), refusing)
    assert solution is not None
    assert (solution.status, asked) == (Status.INFEASIBLE, [2])


def test_without_an_answer_for_one_part_there_is_none_but_a_bound() -> None:
    """The elementary bound of the load is exact here: 4 + 5 + 7; each item at its cheapest: 0 + 4 + 10 + 14."""

    def late(problem: Problem, context: SearchContext) -> Solution:
        if problem.m == 1:
            return branch_and_bound(problem, context)
        return Solution(status=Status.UNKNOWN, attempts="tried")

    solution = solve_by_parts(two_pools(), SearchContext(), late)
    assert solution is not None
    assert (solution.status, solution.site_of, solution.costs) == (Status.UNKNOWN, None, ())
    assert (solution.bounds, solution.attempts) == ((16, 28), "tried")


def test_bounds_below_a_tier_that_some_part_has_not_proved_are_not_added() -> None:
    parts = independent_parts(two_pools())
    proved = Solution(status=Status.OPTIMAL, costs=(5, 24), bounds=(5, 24))
    loose = Solution(status=Status.FEASIBLE, costs=(6, 99), bounds=(4, 90))
    closed = Solution(status=Status.FEASIBLE, costs=(4, 6), bounds=(4, 5))
    elementary = sum(lower_bounds(TermIndex(part.problem))[1] for part in parts)
    assert combined_bounds(parts, [proved, closed], (7, 0)) == (16, 29)
    assert combined_bounds(parts, [proved, loose], (7, 0)) == (16, elementary)


def test_a_watcher_learns_of_the_part_and_of_the_costs_of_the_whole_alone() -> None:
    told: list[Progress] = []
    lines: list[str] = []

    def telling(problem: Problem, context: SearchContext) -> Solution:
        context.tell("searching", costs=(1, 2))
        return branch_and_bound(problem, context)

    context = SearchContext(on_progress=told.append, on_log=lines.append)
    assert solve_by_parts(two_pools(), context, telling) is not None
    assert [progress.step for progress in told if "searching" in progress.step] == [
        "part 1 of 2, searching",
        "part 2 of 2, searching",
    ]
    assert {progress.costs for progress in told} == {(), (16, 29)}
    assert "part 1 of 2: 2 items on 1 sites" in lines[0]


def test_the_fullest_pnode_and_flexible_guests_keep_a_problem_whole() -> None:
    host = a_host(*(4 * GIB,) * 4)
    guests = [a_guest(GIB, name=f"g{p}", pnodes=(p,)) for p in range(4)]
    apart = an_instance(host, *guests)
    assert len(independent_parts(lower(apart).problem)) == 4
    spread = replace(apart, objective=Objective(shape="spread"))
    assert independent_parts(lower(spread).problem) == []
    flexible = replace(guests[0], vnodes=(), form="vnuma", flexible=Flexible(memory_kib=GIB, vcpu_count=2))
    assert independent_parts(lower(replace(apart, guests=(flexible, *guests[1:]))).problem) == []
    assert solve(spread).status is Status.OPTIMAL


def test_few_items_are_left_whole() -> None:
    assert not parts_apply(two_pools())


def test_eight_cpupools_are_eight_parts_that_cost_what_each_pool_costs_alone() -> None:
    instance = read_instance(INSTANCES / "eight-pools.json")
    lines: list[str] = []
    answer = solve(instance, on_log=lines.append)
    assert answer.status is Status.OPTIMAL
    assert answer.decisions[0].method == "decomposition"
    assert answer.decisions[1].method.startswith("part 1 of 8, 12 items: ")
    assert any("part 8 of 8" in line for line in lines)
    pools = dict.fromkeys(guest.pool for guest in instance.guests)
    alone = [
        solve(replace(instance, guests=tuple(g for g in instance.guests if g.pool == pool))).tiers for pool in pools
    ]
    assert [tier.cost for tier in answer.tiers] == [sum(t.cost for t in tiers) for tiers in zip(*alone, strict=True)]


def test_a_hint_that_keeps_every_rule_is_not_lost_without_time() -> None:
    host = a_host(*(4 * GIB,) * 4)
    guests = [a_guest(GIB, name=f"g{v}", pnodes=(0, 1) if v % 2 else (2, 3)) for v in range(4)]
    hint = Placement(pnode_of={"g0": (2,), "g1": (0,), "g2": (3,), "g3": (1,)})
    problem = lower(an_instance(host, *guests), hint=hint).problem
    solution = solve_by_parts(problem, SearchContext(time_limit_s=0), optimal)
    assert solution is not None
    assert solution.site_of is not None
    assert solution.costs <= tuple(problem.evaluate(np.array([[2, 0, 3, 1]]))[0].tolist())
