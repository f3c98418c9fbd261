"""Whether a Problem has an assignment at all."""

from __future__ import annotations

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.explain.answers import any_assignment, has_stuck_item
from placer.lowering.lower import lower
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.oracle import best
from tests.support.random_instances import random_instance


def test_the_answer_is_that_of_the_oracle() -> None:
    seen = set()
    for seed in range(200, 260):
        instance = random_instance(seed)
        problem = lower(instance).problem
        solution = any_assignment(problem, SearchContext(time_limit_s=60))
        wanted = Status.INFEASIBLE if best(instance) is None else Status.OPTIMAL
        assert solution.status is wanted, seed
        assert solution.site_of is None or problem.feasible(solution.site_of[None])[0]
        seen.add((wanted, has_stuck_item(problem)))
    assert seen == {(Status.OPTIMAL, False), (Status.INFEASIBLE, False), (Status.INFEASIBLE, True)}


def test_an_item_is_stuck_if_no_site_takes_it_alone() -> None:
    host = a_host(2 * GIB, 4 * GIB)
    for size, pnodes, stuck in ((4, None, False), (5, None, True), (3, (0,), True)):
        instance = an_instance(host, a_guest(size * GIB, pnodes=pnodes))
        assert has_stuck_item(lower(instance).problem) is stuck
    full = an_instance(host, a_guest(4 * GIB, 4 * GIB))
    assert not has_stuck_item(lower(full).problem)
    assert any_assignment(lower(full).problem, SearchContext()).status is Status.INFEASIBLE
