"""Chains: what they cost is kept from move to move, and a site's items change places as a whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import placer
from placer.assignment import ConvexLoad, IntArray, Problem
from placer.assignment.heuristics.chains import CHAINS, MOST_CHAINS, WHOLE, Chains
from placer.assignment.structure.term_index import TermIndex


def a_problem(seed: int, *, n: int = 6, m: int = 5) -> Problem:
    random = np.random.default_rng(seed)
    problem = placer.gqap(
        cost=random.integers(0, 30, (n, m)),
        flow=random.integers(0, 9, (n, n)),
        distance=random.integers(0, 20, (m, m)),
        weight=random.integers(1, 3, n),
        capacity=np.full(m, 4),
    )
    weight = np.arange(n) % 3
    table = np.arange(int(weight.sum()) + 1)[None, :] ** 2 * np.array([[1], [2]])
    load = ConvexLoad(name="load", weight=weight, pool_of=np.arange(m) % 3 - 1, table=table)
    allowed = random.random((n, m)) < 0.8
    allowed[:, :2] = True
    return replace(problem, allowed=allowed, tiers=((*problem.tiers[0], load),))


def chains_of(problem: Problem, seed: int = 1) -> tuple[Chains, IntArray]:
    start = placer.solve_problem(problem, strategy="first-fit-decreasing").site_of
    assert start is not None
    chains = Chains(TermIndex(problem), 0, start, np.random.default_rng(seed))
    chains.begin(start)
    return chains, start


@pytest.mark.parametrize("seed", range(4))
def test_costs_and_room_after_many_moves_are_those_of_the_definitions(seed: int) -> None:
    problem = a_problem(seed)
    chains, _ = chains_of(problem)
    for step in range(5 * WHOLE):
        chains.step(step / (5 * WHOLE))
    ends = chains.ends(MOST_CHAINS)
    costs = problem.evaluate(np.array(ends))[:, 0].tolist()
    assert problem.feasible(np.array(ends)).all()
    assert costs == sorted(costs)  # by what the chains have added up
    assert len({tuple(one.tolist()) for one in ends}) == len(ends)
    assert chains.least <= costs[0]
    assert chains.least == problem.evaluate(chains.best[None, :])[0, 0]


def test_few_items_and_sites_have_more_chains() -> None:
    assert chains_of(a_problem(0))[0].count == MOST_CHAINS
    wide = placer.gqap(
        cost=np.zeros((40, 60), dtype=np.int64),
        flow=np.ones((40, 40), dtype=np.int64),
        distance=np.ones((60, 60), dtype=np.int64),
        weight=np.ones(40, dtype=np.int64),
        capacity=np.full(60, 2),
    )
    assert chains_of(wide)[0].count == CHAINS


def test_a_cold_chain_exchanges_whole_sites_where_items_alone_cannot_move() -> None:
    # each site is full: two items each, and the pair on site 0 belongs to site 2
    cost = np.array([[50, 50, 0, 50], [50, 50, 0, 50], [50, 0, 50, 50], [50, 0, 50, 50], [0, 50, 50, 50]])
    problem = placer.gqap(
        cost=cost,
        flow=np.triu(np.ones((5, 5), dtype=np.int64), 1),
        distance=99 * (1 - np.eye(4, dtype=np.int64)),
        weight=np.array([2, 2, 2, 2, 4]),
        capacity=np.array([4, 4, 4, 0]),
    )
    start = np.array([0, 0, 1, 1, 2])
    chains = Chains(TermIndex(problem), 0, start, np.random.default_rng(0))
    chains.begin(start)
    for _ in range(4 * WHOLE):
        chains.step(1.0)
    assert chains.best.tolist() == [2, 2, 1, 1, 0]


def test_a_better_assignment_from_elsewhere_is_kept() -> None:
    problem = a_problem(2)
    chains, start = chains_of(problem)
    better = placer.solve_problem(problem, strategy="branch-and-bound").site_of
    assert better is not None
    chains.offer(better)
    assert chains.best.tolist() == better.tolist()
    assert chains.least == problem.evaluate(better[None, :])[0, 0] <= problem.evaluate(start[None, :])[0, 0]
