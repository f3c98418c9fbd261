"""Bounds by boxes: worked by hand, never above the optimum, and equal to it where items are alike."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

import placer
from placer.assignment import Problem
from placer.assignment.bounds.rank_one import rank_one_form
from placer.assignment.bounds.rank_one_boxes import bound_by_boxes
from placer.assignment.context import SearchContext
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Instance
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, OPTERON_6272, Slit, a_guest, a_host, an_instance
from tests.support.oracle import best

COST = 2


def bound(problem: Problem, tier: int, cost: int, room: int = 0) -> tuple[int, int]:
    form = rank_one_form(TermIndex(problem), tier)
    assert form is not None
    return bound_by_boxes(form, SearchContext(time_limit_s=60), cost=cost, room=room, time_limit_s=60)


def path(count: int) -> Slit:
    """Pnodes in a row, 10 apart for each step."""
    return tuple(tuple(10 + 10 * abs(p - q) for q in range(count)) for p in range(count))


def test_three_vnodes_in_a_row_of_four_pnodes_with_room_for_one_each() -> None:
    """
    Side by side: each of 3 vcpus sends 333 to each; 10 to itself, 20 to the next, 30 to the one after that.

    The middle one pays 333 x 50, the outer two 333 x 60. No other three pnodes are nearer, and each leaves 1 GiB.
    """
    problem = lower(an_instance(a_host(*(2 * GIB,) * 4, slit=path(4)), a_guest(*(GIB + GIB // 8,) * 3))).problem
    cost = 333 * (60 + 50 + 60)
    assert bound(problem, COST, cost + 10_000)[0] == cost
    assert bound(problem, COST, cost, room=99_999) == (cost, 3 * 896)


def a_random_guest(seed: int, *, equal: bool) -> Instance:
    random = Random(seed)
    m, k = random.randint(3, 5), random.randint(3, 5)
    slit = tuple(tuple(10 if p == q else random.randint(11, 60) for q in range(m)) for p in range(m))
    memory = [random.choice((0, 1, 2, 3)) * GIB + random.randint(0, 5) * GIB // 8 for _ in range(m)]
    sizes, widths = [random.randint(2, 8) * GIB // 4 for _ in range(k)], [random.randint(0, 4) for _ in range(k)]
    if equal:
        sizes, widths = sizes[:1] * k, [max(1, widths[0])] * k
    price = random.choice((None, 0, 2))
    host = a_host(*memory, pcpus=random.randint(1, 4), slit=slit if random.random() < 0.6 else path(m))
    return an_instance(host, a_guest(*sizes, vcpus=tuple(widths), memory_only_pnodes=True), price=price)


@pytest.mark.parametrize("equal", [False, True])
def test_no_bound_is_above_the_optimum(equal: bool) -> None:
    placed = met = 0
    for seed in range(250):
        instance = a_random_guest(seed, equal=equal)
        expected = best(instance)
        if expected is None or not expected[0][COST]:
            continue
        placed += 1
        cost, shape = expected[0][COST], expected[0][-1]
        found, _ = bound(lower(instance).problem, COST, 2 * cost)
        assert found <= cost, seed
        assert found >= cost or not equal, seed
        found, room = bound(lower(instance).problem, COST, cost, 10**6)
        assert (found, room) <= (cost, shape), seed
        assert (found, room) == (cost, shape) or not equal, seed
        met += found == cost
    assert placed > 100
    assert met > placed // 3


@pytest.mark.parametrize("seed", range(4))
def test_a_box_that_no_vnodes_fill_is_dropped(seed: int) -> None:
    """Few large vnodes on many pnodes: most sizes in between cannot be, and some cuts leave nothing on either side."""
    random = Random(seed)
    sizes = [random.randint(20, 60) * GIB // 10 for _ in range(4)]
    guest = a_guest(*sizes, vcpus=tuple(random.randint(1, 9) for _ in sizes))
    instance = an_instance(a_host(*(8 * GIB,) * 8, slit=OPTERON_6272), guest)
    expected = best(instance)
    assert expected is not None
    found, _ = bound(lower(instance).problem, COST, 2 * expected[0][COST])
    assert 0.8 * expected[0][COST] < found <= expected[0][COST]


def test_no_bound_is_above_the_optimum_of_any_outer_product() -> None:
    met = 0
    for seed in range(120):
        random = np.random.default_rng(seed)
        n, m = random.integers((2, 2), (6, 5)).tolist()
        problem = placer.gqap(
            cost=random.integers(0, 40, (n, m)) * int(random.integers(0, 2)),
            flow=np.outer(random.integers(0, 5, n), random.integers(0, 5, n)) * int(random.integers(1, 4)),
            distance=random.integers(0, 30, (m, m)),
            weight=random.integers(1, 6, n),
            capacity=random.integers(3, 12, m),
        )
        rows = np.array(list(product(range(m), repeat=n)))
        rows = rows[problem.feasible(rows)]
        if not len(rows) or rank_one_form(TermIndex(problem), 0) is None:
            continue
        least = int(problem.evaluate(rows)[:, 0].min())
        found, _ = bound(problem, 0, least + 10**6)
        assert found <= least, seed
        met += found == least
    assert met > 10


def test_seventeen_equal_vnodes_in_a_row_are_proved() -> None:
    host = a_host(*(2 * GIB,) * 20, slit=path(20))
    answer = solve(an_instance(host, a_guest(*(GIB + GIB // 8,) * 17, vcpus=(2,) * 17)), time_limit_s=60)
    assert answer.status is placer.Status.OPTIMAL
    # 17 side by side: 2 vcpus, 1000 / 17 = 59 to the nearest; 10 to each, and 10 for each step: 2 (16 + 2 15 + ...)
    steps = sum(2 * gap * (17 - gap) for gap in range(1, 17))
    assert answer.tiers[COST].cost == 2 * 59 * (10 * 17 * 17 + 10 * steps)
