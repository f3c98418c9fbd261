"""A search that leaves some instances to others, against the oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from placer.assignment import Solution, Status
from placer.instance import Instance
from tests.support.oracle import best


def agreements(
    instances: Iterable[Instance], search: Callable[[Instance], Solution | None], allow_unplaced: bool
) -> tuple[int, int]:
    """Fail unless every answer is the oracle's; return how many were answered, and how many of these placed."""
    done = placed = 0
    for i, instance in enumerate(instances):
        solution = search(instance)
        if solution is None:
            continue
        done += 1
        expected = best(instance, allow_unplaced)
        assert solution.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), i
        if expected:
            placed += 1
            assert solution.costs == expected[0][-len(solution.costs) :], i
    return done, placed
