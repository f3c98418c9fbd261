"""A search that leaves some instances to others, against the oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from placer.assignment import Solution, Status
from placer.instance import Instance
from placer.solving.pipeline import solve
from tests.support.oracle import Best, best, feasible


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


def solved_as_the_oracle(instance: Instance, strategy: str, *, allow_unplaced: bool, about: object) -> Best:
    """Fail unless a whole solve gives the oracle's status and costs, and a placement that keeps every rule."""
    expected = best(instance, allow_unplaced)
    answer = solve(instance, strategy=strategy, allow_unplaced=allow_unplaced, workers=1, time_limit_s=120)
    assert answer.status is (Status.OPTIMAL if expected else Status.INFEASIBLE), about
    assert tuple(tier.cost for tier in answer.tiers) == (expected[0] if expected else ()), about
    if expected:
        assert answer.instance is not None
        assert answer.placement is not None
        assert feasible(answer.instance, answer.placement, allow_unplaced), about
    return expected
