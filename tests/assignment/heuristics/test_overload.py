"""Changes of overload, worked by hand."""

from __future__ import annotations

from itertools import product

import numpy as np

from placer.assignment import Conflict, IntArray, Problem, Resource
from placer.assignment.heuristics.overload import CONFLICT, decrease, increase, overload, swap_conflicts


def changed(related: IntArray, sites: IntArray, s: IntArray, v: IntArray, w: IntArray) -> IntArray:
    """Give the change by swaps, with the clashes counted one by one."""
    n, m = len(related), len(sites)
    clash = [[sum(related[i, j] * sites[s[j], p] for j in range(n)) for p in range(m)] for i in range(n)]
    return swap_conflicts(np.array(clash), related, sites, s, v=v, w=w)


def test_overload_is_weight_beyond_capacities_and_conflicts_in_both_orders() -> None:
    apart = Conflict(items=np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=bool), sites=np.eye(2, dtype=bool))
    problem = Problem(
        allowed=np.ones((3, 2), dtype=bool),
        resources=(
            Resource(weight=np.array([4, 3, 2]), capacity=np.array([5, 4])),
            Resource(weight=np.array([1, 1, 1]), capacity=np.array([3, 1])),
        ),
        groups=tuple(np.array([v]) for v in range(3)),
        incompatible=np.zeros((2, 2), dtype=bool),
        tiers=(),
        relations=(apart,),
    )
    found = overload(problem, np.array([[0, 0, 0], [0, 1, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1]]))
    # 9 of 5 and a conflict; 5 of 4 and 2 of 1; 6 of 5; nothing; 9 of 4, 3 of 1 and a conflict
    assert found.tolist() == [4 + 2 * CONFLICT, 1 + 1, 1, 0, 5 + 2 + 2 * CONFLICT]
    every = np.array([*product((0, 1), repeat=3)])
    assert (overload(problem, every) == 0).tolist() == problem.feasible(every).tolist()


def test_only_weight_beyond_the_capacity_is_overload() -> None:
    # 3 of 5, 5 of 5 and 7 of 5 are taken; 3 more, then 4 less
    load, capacity = np.array([3, 5, 7]), np.array([5, 5, 5])
    assert increase(load, capacity, np.array(3)).tolist() == [1, 3, 3]
    assert increase(load, capacity, np.array(-4)).tolist() == [0, 0, -2]


def test_an_item_that_leaves_takes_its_part_of_the_overload_along() -> None:
    # items of 4 and 3 on site 0, which holds 5; an item of 2 on site 1, which holds 5
    load, capacity = np.array([7, 2]), np.array([5, 5])
    assert decrease(load, capacity, np.array([4, 1, 2]), np.array([0, 0, 1])).tolist() == [2, 1, 0]


def test_a_swap_changes_the_conflicts_with_others_and_not_that_of_the_pair() -> None:
    """Items 0, 1 and 2 may not be together; 0 and 2 are on site 0, 1 is on site 1, and 3 is free to go anywhere."""
    related = np.array([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]])
    together, site_of = np.eye(2, dtype=np.int64), np.array([0, 1, 0, 1])
    # 0 with 1: 2 meets 1 instead of 0. 0 with 3: 0 leaves 2 and meets 1. 2 with 3 likewise.
    change = changed(related, together, site_of, np.array([0, 0, 2]), np.array([1, 3, 3]))
    assert change.tolist() == [0, 0, 0]
    # without item 1 in the rule, the swap of 0 and 3 parts the only pair, in both orders
    related[1] = related[:, 1] = 0
    change = changed(related, together, site_of, np.array([0, 0]), np.array([1, 3]))
    assert change.tolist() == [-2 * CONFLICT, -2 * CONFLICT]
    apart = 1 - together  # now items 0 and 2 may only be together
    assert changed(related, apart, site_of, np.array([0]), np.array([3])).tolist() == [2 * CONFLICT]
