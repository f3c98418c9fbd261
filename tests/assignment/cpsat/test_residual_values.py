"""The encoding of lost values: the model alone finds the least cost of every small assignment, by enumeration."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment import Problem, ResidualValue, Resource
from tests.support.model_alone import assert_problem_exact, every_assignment, hint_is_complete


def problem(seed: int, *, columns: int) -> Problem:
    """Four items on three sites, which hold them in some ways only."""
    random = np.random.default_rng(seed)
    weights = random.integers(1, 6, (2, 4))
    room = random.integers(9, 16, (2, 3))
    term = ResidualValue(
        name="t",
        weights=weights,
        room=room,
        steps=random.integers(1, 4, 2),
        tables=random.integers(0, 9, (2, 8, columns)).cumsum(axis=1).cumsum(axis=2),
        table_of=np.array([0, 1, -1]),
    )
    return Problem(
        allowed=np.ones((4, 3), dtype=bool),
        resources=(Resource(weight=weights[0], capacity=np.array([*room[0, :2], 6]), name="memory"),),
        groups=tuple(np.array([v]) for v in range(4)),
        incompatible=np.zeros((3, 3), dtype=bool),
        tiers=((term,),),
    )


@pytest.mark.parametrize("columns", [1, 4])
@pytest.mark.parametrize("seed", range(8))
def test_the_model_alone_finds_the_least_value_lost(seed: int, columns: int) -> None:
    case = problem(seed, columns=columns)
    assert_problem_exact(case)
    assert all(hint_is_complete(case, row) for row in every_assignment(case)[:5])
