"""Tabu search: it mends, it stops, and it claims nothing."""

from __future__ import annotations

from threading import Event, Timer
from time import perf_counter

import numpy as np
import pytest

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.structure.term_index import TermIndex
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance, tree_slit
from tests.support.oracle import best
from tests.support.random_instances import random_instance


def test_it_finds_the_optimum_of_most_small_instances() -> None:
    compared = found = 0
    for seed in range(50):
        instance = random_instance(seed)
        answer = best(instance, allow_unplaced=True)
        assert answer is not None
        index = TermIndex(lower(instance, allow_unplaced=True).problem)
        site_of = tabu_search(index, SearchContext(seed=1), time_limit_s=5, patience=100)
        assert site_of is not None
        costs = tuple(index.problem.evaluate(site_of[None, :])[0].tolist())
        assert costs >= answer[0]
        compared, found = compared + 1, found + (costs == answer[0])
    assert found / compared > 0.9


def test_it_mends_a_start_that_breaks_rules() -> None:
    index = TermIndex(lower(an_instance(a_host(4 * GIB, 2 * GIB), a_guest(2 * GIB, 4 * GIB))).problem)
    site_of = tabu_search(index, SearchContext(), time_limit_s=5, start=np.array([0, 0]), patience=50)
    assert site_of is not None
    assert site_of.tolist() == [1, 0]


def test_it_ends_at_once_where_the_bounds_are_met() -> None:
    instance = an_instance(a_host(4 * GIB, 4 * GIB), a_guest(2 * GIB, 2 * GIB))
    started = perf_counter()
    answer = solve(instance, strategy="local-search", time_limit_s=60)
    assert perf_counter() - started < 20
    assert answer.status is Status.FEASIBLE
    assert [tier.cost for tier in answer.tiers] == [0, 0, 20_000, 0, 0]


def test_a_lone_guest_leaves_a_neighbourhood_for_a_better_one_far_away() -> None:
    """Four pnodes 16 apart and four 12 apart, each with room for one vnode, and 200 between: no move leads over."""
    far = [[10 if p == q else 200 if p // 4 != q // 4 else 16 - p // 4 * 4 for q in range(8)] for p in range(8)]
    problem = lower(an_instance(a_host(*(GIB,) * 8, slit=tuple(map(tuple, far))), a_guest(*(GIB,) * 4))).problem
    found = tabu_search(TermIndex(problem), SearchContext(), time_limit_s=60, start=np.arange(4), patience=2000)
    assert found is not None
    assert sorted(found.tolist()) == [4, 5, 6, 7]


@pytest.mark.parametrize("delay_s", [0.0, 0.2])
def test_it_stops_when_told(delay_s: float) -> None:
    slit = tree_slit((2, 4), (10, 16, 21))
    instance = an_instance(a_host(*(3 * GIB,) * 4, slit=slit), a_guest(*(2 * GIB,) * 4))
    stop = Event()
    if delay_s:
        Timer(delay_s, stop.set).start()
    else:
        stop.set()
    answer = solve(instance, strategy="local-search", time_limit_s=20, stop=stop)
    assert answer.status is Status.FEASIBLE
    assert delay_s - 0.1 < answer.wall_time_s < 15  # the timer starts before the solve


@pytest.mark.parametrize("time_limit_s", [0.0, 0.05])
def test_a_vnode_that_fits_nowhere_leaves_it_without_an_answer(time_limit_s: float) -> None:
    answer = solve(an_instance(a_host(GIB, GIB), a_guest(2 * GIB)), strategy="local-search", time_limit_s=time_limit_s)
    assert (answer.status, answer.placement) == (Status.UNKNOWN, None)
    assert answer.reason is not None
    assert answer.reason.splitlines()[0].endswith(" s: local search found no assignment")


def test_the_same_seed_makes_the_same_moves() -> None:
    index = TermIndex(lower(random_instance(3), allow_unplaced=True).problem)
    answers = [tabu_search(index, SearchContext(seed=7), time_limit_s=60, patience=60) for _ in range(2)]
    assert np.array_equal(answers[0], answers[1])  # type: ignore[arg-type]
