"""Sets of items on sites: their costs worked by hand, and no bound above the optimum."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import placer
from placer.assignment import ConvexLoad, Problem
from placer.assignment.bounds import site_sets as module
from placer.assignment.bounds.site_sets import NEVER, SiteProgram, SiteSets, site_sets, sums_over
from placer.assignment.structure.term_index import TermIndex


def going() -> bool:
    return True


def listed(problem: Problem) -> SiteSets | None:
    return site_sets(TermIndex(problem), 0, going, lambda: math.inf)


def some_problem(seed: int) -> Problem:
    """Four to six items on two to four sites, at any distances or all at one, two thirds with a price of load."""
    random = np.random.default_rng(seed)
    n, m = int(random.integers(4, 7)), int(random.integers(2, 5))
    problem = placer.gqap(
        cost=random.integers(0, 40, (n, m)) * (seed % 2),
        flow=random.integers(0, 9, (n, n)) * (random.random((n, n)) < random.uniform(0.3, 1)),
        distance=random.integers(0, 30, (m, m)) if seed % 2 else 20 - 12 * np.eye(m, dtype=np.int64),
        weight=random.integers(1, 7, n),
        capacity=random.integers(6, 16, m),
    )
    if seed % 3 == 0:
        return problem
    weight = random.integers(0, 5, n)
    steps = np.sort(random.integers(0, 50, (m, int(weight.sum()))), axis=1)
    table = np.pad(np.cumsum(steps, axis=1), ((0, 0), (1, 0))) + seed % 5
    load = ConvexLoad(name="load", weight=weight, pool_of=np.arange(m), table=table)
    return replace(problem, tiers=((*problem.tiers[0], load),))


def optimum(problem: Problem) -> int | None:
    rows = np.array(list(product(range(problem.m), repeat=problem.n)))
    rows = rows[problem.feasible(rows)]
    return int(problem.evaluate(rows)[:, 0].min()) if len(rows) else None


def test_no_bound_is_above_the_optimum() -> None:
    compared = met = 0
    for seed in range(120):
        problem = some_problem(seed)
        expected, sets = optimum(problem), listed(problem)
        if expected is None or sets is None:
            continue
        bound = SiteProgram(sets).solve(going)
        assert bound <= expected, seed
        assert SiteProgram(sets).solve(lambda: False) <= expected, seed
        compared += 1
        met += bound == expected
    assert compared > 60
    assert met > 20


def a_pair_and_another() -> Problem:
    """Items of weight 2, 2 and 3 on sites for 4, 4 and 3; the first two exchange 1 each way, at 10 or 16 and more."""
    return placer.gqap(
        cost=[[0, 0, 5], [0, 0, 5], [1, 1, 0]],
        flow=[[0, 1, 0], [1, 0, 0], [0, 0, 0]],
        distance=[[10, 16, 20], [16, 10, 18], [20, 18, 10]],
        weight=[2, 2, 3],
        capacity=[4, 4, 3],
    )


def test_sets_cost_what_their_items_do_less_what_they_keep_inside() -> None:
    """Pairs cost 2 * 16 at least, for the last site nests with the others at 18 at the nearest; on one site 2 * 10."""
    sets = listed(a_pair_and_another())
    assert sets is not None
    # the levels above the sites save 2 * (18 - 16) of 2 * 18 where both items are on the first two sites
    assert sets.base == 2 * 16
    costs = {n: sets.cost[:, i].tolist() for i, n in enumerate(sets.number.tolist())}
    kinds = sets.kind_of.tolist()
    assert sorted(costs) == [0, 1, 2, 3, 4]
    assert kinds[0] == kinds[1] != kinds[2]
    assert [costs[0b011][kinds[p]] for p in (0, 2)] == [-12, NEVER]
    assert [costs[0b001][kinds[p]] for p in (0, 2)] == [0, 5]
    assert [costs[0b100][kinds[p]] for p in (0, 2)] == [1, 0]
    assert sets.count[kinds[0]] == 2
    assert SiteProgram(sets).solve(going) == 2 * 10


def test_sums_over_sets_cross_the_ends_of_tables() -> None:
    values = 3 ** np.arange(30)
    sets = [{0}, {11, 12}, set(), {5, 23, 24, 29}, set(range(30))]
    numbers = np.array([sum(1 << v for v in one) for one in sets])
    assert sums_over(values, numbers).tolist() == [sum(3**v for v in one) for one in sets]


def test_there_are_none_where_sets_are_too_many_or_a_pool_has_two_sites(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = a_pair_and_another()
    table = np.zeros((1, 4), dtype=np.int64)
    load = ConvexLoad(name="load", weight=np.ones(3, dtype=np.int64), pool_of=np.zeros(3, dtype=np.int64), table=table)
    assert listed(replace(problem, tiers=((*problem.tiers[0], load),))) is None
    monkeypatch.setattr(module, "SETS", 3)
    assert listed(problem) is None
