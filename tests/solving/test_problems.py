from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

import placer


def arrays(random: Random, n: int, m: int) -> dict[str, Any]:
    return {
        "cost": [[random.randint(-5, 30) for _ in range(m)] for _ in range(n)],
        "flow": [[random.choice((0, 0, 1, 7)) for _ in range(n)] for _ in range(n)],
        "distance": [[random.randint(0, 9) for _ in range(m)] for _ in range(m)],
        "weight": [random.randint(0, 6) for _ in range(n)],
        "capacity": [random.randint(3, 10) for _ in range(m)],
    }


def least(given: dict[str, Any]) -> int | None:
    """Try every assignment."""
    n, m = len(given["cost"]), len(given["capacity"])
    costs = []
    for sites in product(range(m), repeat=n):
        loads = [sum(given["weight"][v] for v in range(n) if sites[v] == p) for p in range(m)]
        if all(load <= capacity for load, capacity in zip(loads, given["capacity"], strict=True)):
            flows = sum(given["flow"][v][w] * given["distance"][sites[v]][sites[w]] for v in range(n) for w in range(n))
            costs.append(flows + sum(given["cost"][v][sites[v]] for v in range(n)))
    return min(costs, default=None)


@pytest.mark.parametrize("strategy", ["optimal", "cpsat", "branch-and-bound"])
@pytest.mark.parametrize("seed", range(25))
def test_the_optimum_is_that_of_trying_every_assignment(seed: int, strategy: str) -> None:
    given = arrays(Random(seed), n=5, m=3)
    solution = placer.solve_problem(placer.gqap(**given), strategy=strategy, workers=1)
    best = least(given)
    if best is None:
        assert solution.status is placer.Status.INFEASIBLE
    else:
        assert solution.status is placer.Status.OPTIMAL
        assert solution.costs == solution.bounds == (best,)


def test_random_problems_of_these_tests_can_mostly_but_not_always_be_solved() -> None:
    solvable = sum(least(arrays(Random(seed), n=5, m=3)) is not None for seed in range(25))
    assert 12 < solvable < 25


def test_local_search_proves_nothing_but_finds_the_same() -> None:
    given = arrays(Random(3), n=5, m=3)
    solution = placer.solve_problem(placer.gqap(**given), strategy="local-search", time_limit_s=0.3)
    assert solution.costs == (least(given),)
    assert solution.status is placer.Status.FEASIBLE


def test_tiers_resources_and_relations_can_be_said_in_a_problem_of_ones_own() -> None:
    """Item 1 is kept off the site of item 0, and the second tier then decides where item 0 stands."""
    problem = placer.Problem(
        allowed=np.ones((2, 2), dtype=bool),
        resources=(),
        groups=(np.array([0]), np.array([1])),
        incompatible=np.zeros((2, 2), dtype=bool),
        relations=(placer.Conflict(items=np.array([[0, 1], [1, 0]], dtype=bool), sites=np.eye(2, dtype=bool)),),
        tiers=(
            (
                placer.Flow(
                    name="f", items=np.arange(2), flow=np.array([[0, 1], [0, 0]]), distance=1 - np.eye(2, dtype=int)
                ),
            ),
            (placer.Linear(name="l", cost=np.array([[5, 3], [0, 1]])),),
        ),
    )
    solution = placer.solve_problem(problem)
    assert solution.costs == solution.bounds == (1, 3)
    assert solution.site_of is not None
    assert solution.site_of.tolist() == [1, 0]


GOOD: dict[str, Any] = {
    "cost": [[0, 1], [2, 3]],
    "flow": [[0, 1], [0, 0]],
    "distance": [[0, 1], [1, 0]],
    "weight": [1, 1],
    "capacity": [2, 2],
}


def test_a_problem_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(placer.InputError, match=r"groups hold the items \[\[0\]\], expected each of 2 once"):
        placer.solve_problem(replace(placer.gqap(**GOOD), groups=(np.array([0]),)))


def test_arguments_out_of_range_are_refused() -> None:
    problem = placer.gqap(**GOOD)
    with pytest.raises(placer.InputError, match="time_limit_s is -1"):
        placer.solve_problem(problem, time_limit_s=-1)
    with pytest.raises(placer.InputError, match='no strategy "first-fit" for problems, expected one of optimal'):
        placer.solve_problem(problem, strategy="first-fit")
    with pytest.raises(placer.InputError, match=r"expected placer\.Problem, got dict"):
        placer.solve_problem({})  # type: ignore[arg-type]
