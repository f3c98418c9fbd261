"""The Gilmore-Lawler bound of partial permutations never passes the least cost of those that they lead to."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from placer.assignment.bounds.permutation import PermutationCosts, dual_bound


@pytest.mark.parametrize(("r", "f"), [(1, 1), (1, 4), (3, 3), (4, 4), (3, 5)])
def test_a_dual_bound_holds_for_every_assignment_and_more_by_what_the_entries_cost(r: int, f: int) -> None:
    random = np.random.default_rng(r + f)
    cost = random.integers(-20, 60, (200, r, f))
    bound, reduced = dual_bound(cost)
    every = np.array(list(permutations(range(f), r)))
    rows = np.arange(r)
    sums = cost[:, rows, every].sum(axis=2)
    assert (reduced >= 0).all()
    assert (sums >= bound[:, None] + reduced[:, rows, every].max(axis=2)).all()
    assert (bound == sums.min(axis=1)).mean() > 0.6  # mostly it is the least cost itself


def test_bounds_of_partial_permutations_hold_for_all_that_they_lead_to() -> None:
    random = np.random.default_rng(3)
    tight = total = 0
    for n, m in ((5, 5), (4, 6), (5, 6)):
        for symmetric in (True, False):
            distance = random.integers(0, 30, (m, m))
            flow = random.integers(0, 9, (n, n)) * (random.random((n, n)) < 0.6)
            np.fill_diagonal(flow, 0)
            distance = distance + distance.T if symmetric else distance
            costs = PermutationCosts(random.integers(0, 50, (n, m)), flow, distance)
            every = np.array(list(permutations(range(m), n)))
            known = costs.cost(every)
            v, w = np.arange(n)[:, None], np.arange(n)[None, :]
            plain = [int((flow * distance[p[v], p[w]]).sum() + costs.linear[np.arange(n), p].sum()) for p in every]
            assert known.tolist() == plain
            for k in range(n):
                rows = np.unique(every[:, :k], axis=0)
                free = np.array([[p for p in range(m) if p not in row] for row in rows.tolist()])
                bound, reduced = dual_bound(costs.least(rows, free))
                at = costs.cost(rows) + bound
                for i, row in enumerate(rows):
                    for j, p in enumerate(free[i]):
                        least = known[(every[:, : k + 1] == [*row, p]).all(axis=1)].min()
                        assert at[i] + reduced[i, 0, j] <= least
                        tight, total = tight + (at[i] + reduced[i, 0, j] == least), total + 1
    assert tight / total > 0.3
