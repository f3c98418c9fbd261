"""The level bound: worked by hand, and never above the optimum."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import placer
from placer.assignment import ConvexLoad, Flow, IntArray, Problem, ReducedSlotsLoad
from placer.assignment.bounds import level_clusters
from placer.assignment.bounds.gilmore_lawler import gilmore_lawler_bound
from placer.assignment.bounds.levels import level_bound, levels_apply
from placer.assignment.structure.term_index import TermIndex
from tests.support.building import tree_slit


def going() -> bool:
    return True


def a_tree(seed: int) -> Problem:
    """Four to six items on a tree of four or six sites, with a price of load for each site."""
    random = np.random.default_rng(seed)
    n, m = int(random.integers(4, 7)), int(random.choice([4, 6]))
    flow = random.integers(0, 9, (n, n)) * (random.random((n, n)) < random.uniform(0.3, 1))
    problem = placer.gqap(
        cost=random.integers(0, 40, (n, m)) * (seed % 2),
        flow=flow,
        distance=tree_slit((2, m), (10, 16, 21)),
        weight=random.integers(1, 7, n),
        capacity=random.integers(4, 14, m),
    )
    if seed % 3 == 0:
        return problem
    weight = random.integers(0, 5, n)
    steps = np.sort(random.integers(0, 50, (m, int(weight.sum()))) * (random.random((m, 1)) < 0.9), axis=1)
    free = int(random.integers(0, 4))
    steps[:, :free] = 0
    load = ConvexLoad(
        name="load",
        weight=weight,
        pool_of=np.arange(m) if seed % 7 else np.append(np.arange(m - 1), -1),
        table=np.pad(np.cumsum(steps, axis=1), ((0, 0), (1, 0)))[: m if seed % 7 else m - 1],
    )
    return replace(problem, tiers=((*problem.tiers[0], load),))


def optimum(problem: Problem) -> int | None:
    rows = np.array(list(product(range(problem.m), repeat=problem.n)))
    rows = rows[problem.feasible(rows)]
    return int(problem.evaluate(rows)[:, 0].min()) if len(rows) else None


def test_no_bound_is_above_the_optimum() -> None:
    compared = met = higher = 0
    for seed in range(120):
        problem = a_tree(seed)
        expected, index = optimum(problem), TermIndex(problem)
        if expected is None or not levels_apply(index, 0):
            continue
        bound = level_bound(index, 0, going)
        assert bound <= expected, seed
        compared += 1
        met += bound == expected
        higher += bound > gilmore_lawler_bound(index, 0)
    assert compared > 60
    assert met > 10
    assert higher > 20


def test_no_bound_of_a_semidefinite_program_is_above_the_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without time for the other bounds of a level."""
    monkeypatch.setattr(level_clusters, "BRANCHED", 0)
    compared = 0
    for seed in range(60):
        problem = a_tree(seed)
        expected, index = optimum(problem), TermIndex(problem)
        if expected is not None and levels_apply(index, 0):
            assert level_bound(index, 0, going) <= expected, seed
            assert level_bound(index, 0, lambda: False) <= expected, seed
            compared += 1
    assert compared > 30


def test_without_time_no_bound_is_above_the_optimum() -> None:
    compared = 0
    for seed in range(60):
        problem = a_tree(seed)
        expected, index = optimum(problem), TermIndex(problem)
        if expected is not None and levels_apply(index, 0):
            assert level_bound(index, 0, lambda: False) <= expected, seed
            compared += 1
    assert compared > 30


def test_claims_on_slots_are_no_part_of_the_capacity() -> None:
    """A price of load that rises with claims, which the bound counts as a whole."""
    compared = 0
    for seed in range(1, 60, 3):
        problem = a_tree(seed)
        loads = [term for term in problem.tiers[0] if isinstance(term, ConvexLoad)]
        if not loads or seed % 7 == 0:
            continue
        random = np.random.default_rng(seed)
        pairs = np.array([[_pairs(k, 3) for k in range(loads[0].table.shape[1])]] * problem.m)
        load = replace(loads[0], table=10 * pairs)
        reduced = ReducedSlotsLoad(
            name="load",
            convex_load=load,
            slots_claimed=random.integers(0, 2, problem.n),
            start=np.zeros(problem.m, dtype=np.int64),
            slots=np.full(problem.m, 3),
            per_slot=1,
            scale=10,
        )
        problem = replace(problem, tiers=((*problem.tiers[0][:-1], load, reduced),))
        expected = optimum(problem)
        if expected is not None:
            assert level_bound(TermIndex(problem), 0, going) <= expected, seed
            compared += 1
    assert compared > 5


def _pairs(n: int, slots: int) -> int:
    q, r = divmod(n, slots)
    return r * (q + 1) * q // 2 + (slots - r) * q * (q - 1) // 2


def ring(n: int, m: int, capacity: int, sizes: tuple[int, ...], heights: tuple[int, ...]) -> Problem:
    flow = np.zeros((n, n), dtype=np.int64)
    for v in range(n):
        flow[v, (v + 1) % n] = 1
    return placer.gqap(
        cost=np.zeros((n, m), dtype=np.int64),
        flow=flow,
        distance=tree_slit(sizes, heights),
        weight=[1] * n,
        capacity=[capacity] * m,
    )


def test_a_ring_on_a_tree_is_cut_once_for_each_cluster() -> None:
    """12 items, 3 on each of 4 sites: 8 links within sites, 2 between the sites of a pair, 2 between the pairs."""
    index = TermIndex(ring(12, 4, 3, (2, 4), (10, 16, 21)))
    assert level_bound(index, 0, going) == 8 * 10 + 2 * 16 + 2 * 21


def test_load_beyond_the_even_spread_is_paid_for() -> None:
    """
    Four items of a ring, two for each site before load costs 100 a unit: two links are cut, or 200 are paid.

    At 3 a unit it is cheaper to pay for two units, and have all on one site.
    """
    problem = ring(4, 2, 4, (2,), (10, 16))
    for price, expected in ((100, 2 * 10 + 2 * 16), (3, 4 * 10 + 2 * 3)):
        table: IntArray = np.array([[0, 0, 0, price, 2 * price]] * 2)
        load = ConvexLoad(name="load", weight=np.ones(4, dtype=np.int64), pool_of=np.arange(2), table=table)
        whole = replace(problem, tiers=((*problem.tiers[0], load),))
        assert optimum(whole) == expected
        assert level_bound(TermIndex(whole), 0, going) == expected


def test_a_site_as_far_from_itself_as_from_all_others_is_in_no_cluster() -> None:
    """Four items linked in a ring fit nowhere but on such a site together: no pair of them saves anything there."""
    problem = ring(4, 3, 4, (2, 3), (10, 16, 21))
    flow = problem.tiers[0][1]
    assert isinstance(flow, Flow)
    distance = flow.distance.copy()
    distance[2, :] = distance[:, 2] = 21
    capacity = np.array([1, 1, 4])
    problem = replace(
        problem,
        resources=(replace(problem.resources[0], capacity=capacity),),
        tiers=((problem.tiers[0][0], replace(flow, distance=distance)),),
    )
    assert optimum(problem) == 16 + 3 * 21
    assert level_bound(TermIndex(problem), 0, going) == 16 + 3 * 21


def test_distances_that_do_not_nest_count_as_the_largest_below_that_do() -> None:
    """Three items, each alone on a line: all pairs cost 1 at least, and the two at the ends 2 in truth."""
    line = placer.gqap(
        cost=np.zeros((3, 3), dtype=np.int64),
        flow=np.ones((3, 3), dtype=np.int64),
        distance=abs(np.arange(3)[:, None] - np.arange(3)),
        weight=[1] * 3,
        capacity=[1] * 3,
    )
    assert optimum(line) == 2 * (1 + 1 + 2)
    assert level_bound(TermIndex(line), 0, going) == 2 * 3
    assert levels_apply(TermIndex(line), 0).reason.startswith("the distances do not nest, and a flow of several")


def test_no_bound_is_above_the_optimum_where_distances_do_not_nest() -> None:
    compared = 0
    for seed in range(60):
        problem, random = a_tree(seed), np.random.default_rng(seed)
        flow = next(term for term in problem.tiers[0] if isinstance(term, Flow))
        others = tuple(term for term in problem.tiers[0] if term is not flow)
        distance = random.integers(0, 30, (problem.m, problem.m))
        lone = (np.arange(problem.n),)
        problem = replace(problem, groups=lone, tiers=((replace(flow, distance=distance), *others),))
        expected, index = optimum(problem), TermIndex(problem)
        if expected is not None and levels_apply(index, 0):
            assert level_bound(index, 0, going) <= expected, seed
            compared += 1
    assert compared > 30


def test_it_does_not_apply_to_more_items_than_a_set_can_number() -> None:
    assert "64 items at most" in levels_apply(TermIndex(ring(65, 2, 65, (2,), (10, 16))), 0).reason


def test_it_does_not_apply_without_a_flow() -> None:
    nothing = placer.gqap(cost=[[0, 1]], flow=[[0]], distance=[[0, 1], [1, 0]], weight=[1], capacity=[1, 1])
    assert levels_apply(TermIndex(nothing), 0).reason == "it takes one flow, the tier has 0"
