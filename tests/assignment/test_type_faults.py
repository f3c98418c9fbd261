"""A Problem built by hand of lists, or of the wrong parts, is refused in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import placer
from placer.assignment.type_faults import type_faults
from placer.lowering.lower import lower
from tests.support.random_instances import random_instance

GOOD = placer.gqap(cost=[[0, 1]], flow=[[0]], distance=[[0, 2], [2, 0]], weight=[3], capacity=[7, 7])
LIST: Any = [[1, 2]]
LINEAR = placer.Linear(name="price", cost=np.array([[1, 2]]))


def test_problems_of_arrays_have_no_faults() -> None:
    assert list(type_faults(GOOD)) == []
    for seed in range(40):
        assert list(type_faults(lower(random_instance(seed)).problem)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"allowed": [[True, True]]}, "problem.allowed is a list, expected a NumPy array of bool"),
        ({"groups": ([0],)}, "problem.groups is a tuple, expected a tuple of NumPy arrays of int64"),
        ({"hint": np.array([0.5])}, "problem.hint is an array of float64, expected a NumPy array of int64"),
        ({"resources": [3]}, "resources is a list, expected a tuple of Resource"),
        ({"resources": (3,)}, "resources[0] is a int, expected Resource"),
        ({"relations": (placer.Conflict(items=LIST, sites=LIST),)}, "relations[0].items is a list, expected a"),
        ({"tiers": ()}, "tiers is an empty tuple, expected a tuple of one tuple of terms or more"),
        ({"tiers": (LINEAR,)}, "tiers[0] is a Linear, expected a tuple of Term"),
        ({"tiers": ((placer.Linear(name="price", cost=LIST),),)}, "tiers[0][0].cost is a list, expected a NumPy"),
    ],
)
def test_a_field_of_another_type_is_named(change: dict[str, Any], words: str) -> None:
    problem = replace(GOOD, **change)
    assert next(type_faults(problem)).startswith(words)
    with pytest.raises(placer.InputError) as caught:
        placer.solve_problem(problem)
    assert str(caught.value).startswith(words)
