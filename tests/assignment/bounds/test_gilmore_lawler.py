"""The Gilmore-Lawler bound: worked by hand, and never above the optimum."""

from __future__ import annotations

from itertools import product

import numpy as np

import placer
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.bounds.gilmore_lawler import gilmore_lawler_bound
from placer.assignment.structure.term_index import TermIndex
from placer.lowering.lower import lower
from tests.support.building import GIB, a_guest, a_host, an_instance, tree_slit
from tests.support.oracle import best
from tests.support.random_instances import random_instance

COST = 2


def test_two_pairs_of_pnodes_with_room_for_one_vnode_each() -> None:
    """Each of four vnodes has one 12 away and two 20 away, and 8000 thousandths of traffic over 3 others of 4."""
    host = a_host(*(GIB,) * 4, slit=tree_slit((2, 4), (10, 12, 20)))
    problem = lower(an_instance(host, a_guest(*(GIB,) * 4, vcpus=(2,) * 4))).problem
    # a vcpu sends 250 to each vnode; of those not on its own pnode one is near
    assert gilmore_lawler_bound(TermIndex(problem), COST) == 8 * 250 * (10 + 12 + 20 + 20)


def test_no_bound_is_above_the_optimum() -> None:
    compared = raised = 0
    for seed in range(300):
        expected = best(random_instance(seed))
        if expected is None:
            continue
        index = TermIndex(lower(random_instance(seed)).problem)
        bound = gilmore_lawler_bound(index, COST)
        assert bound <= expected[0][COST], seed
        compared += 1
        raised += bound > lower_bounds(index)[COST]
    assert compared > 100
    assert raised > 10


def test_no_bound_is_above_the_optimum_of_a_quadratic_assignment() -> None:
    """Distances one way, both ways, and longer within a site than to others."""
    compared = met = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        n, m = random.integers((2, 2), (6, 5)).tolist()
        distance = random.integers(0, 30, (m, m))
        problem = placer.gqap(
            cost=random.integers(0, 40, (n, m)) * (seed % 2),
            flow=random.integers(0, 9, (n, n)),
            distance=distance + distance.T if seed % 3 else distance,
            weight=random.integers(0, 6, n),
            capacity=random.integers(2, 12, m),
        )
        rows = np.array(list(product(range(m), repeat=n)))
        rows = rows[problem.feasible(rows)]
        if not len(rows):
            continue
        compared += 1
        least = int(problem.evaluate(rows)[:, 0].min())
        bound = gilmore_lawler_bound(TermIndex(problem), 0)
        assert bound <= least, seed
        met += bound > 0.8 * least
    assert compared > 100
    assert met > 20
