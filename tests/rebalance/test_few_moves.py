"""The best end state after few moves, against an oracle that enumerates end states."""

from __future__ import annotations

import pytest

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.rebalance.end_problem import end_problem
from placer.rebalance.few_moves import best_of_few
from placer.rebalance.goal import Goal
from tests.support.rebalance_oracle import best_end
from tests.support.running_hosts import GIB, host_of, small_host

MAIN = 2
"""The tier of nearness and free cores, behind two of unplaced guests."""


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_it_is_the_best_of_the_oracle_in_every_tier(seed: int) -> None:
    running, goal = small_host(seed), Goal(moves=1 + seed % 3, kib=None if seed % 2 else 6 * GIB)
    ends, best = end_problem(running, goal), best_end(running, goal)
    found = best_of_few(ends, ends.problem, MAIN, SearchContext(time_limit_s=60))
    if found is None:  # no guest of the host may move
        assert not ends.movers
        return
    assert best is not None and found.status is Status.OPTIMAL and found.bounds == found.costs
    costs, moves, kib = best
    assert found.costs == (*costs, moves, kib // 1024)


def test_without_a_budget_of_few_moves_it_is_not_tried() -> None:
    running = host_of([8, 8], {"a": (2, 0), "b": (2, 0)})
    for goal in (Goal(), Goal(moves=1, empty=(0,))):
        ends = end_problem(running, goal)
        assert best_of_few(ends, ends.problem, MAIN, SearchContext()) is None
    ends = end_problem(running, Goal(moves=1))
    assert best_of_few(ends, ends.problem, MAIN, SearchContext(time_limit_s=0)) is None
