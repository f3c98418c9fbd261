"""A first end state by descent: it is feasible, within the budget, and no neighbour is better."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment.context import SearchContext
from placer.rebalance.descent import descend
from placer.rebalance.end_problem import EndProblem, end_problem
from placer.rebalance.goal import Goal
from tests.support.running_hosts import host_of, small_host


def costs(ends: EndProblem, site_of: np.ndarray) -> list[int]:
    found: list[int] = ends.problem.evaluate(site_of[None, :])[0].tolist()
    return found


@pytest.mark.parametrize("seed", range(0, 40, 3))
def test_what_it_finds_keeps_all_rules_and_costs_no_more(seed: int) -> None:
    ends = end_problem(small_host(seed), Goal(moves=2))
    found = descend(ends, SearchContext())
    assert found is not None and ends.problem.hint is not None
    assert ends.problem.feasible(found[None, :])[0]
    assert costs(ends, found) <= costs(ends, ends.problem.hint)


def test_a_guest_on_two_pnodes_is_brought_together() -> None:
    ends = end_problem(host_of([8, 8], {"a": ((2, 2), (0, 1)), "b": (6, 0)}), Goal(moves=1))
    found = descend(ends, SearchContext())
    assert found is not None
    assert ends.decode(found)[1].pnode_of == {"a": (1,), "b": (0,)}


def test_nothing_is_given_where_staying_is_not_allowed() -> None:
    assert descend(end_problem(host_of([8, 8], {"a": (4, 0)}), Goal(empty=(0,))), SearchContext()) is None
