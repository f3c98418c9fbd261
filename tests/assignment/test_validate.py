from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import placer
from placer.assignment.validate import faults

GOOD: dict[str, Any] = {
    "cost": [[0, 1], [2, 3]],
    "flow": [[0, 1], [0, 0]],
    "distance": [[0, 1], [1, 0]],
    "weight": [1, 1],
    "capacity": [2, 2],
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"allowed": np.ones((2, 2))}, r"allowed has shape \(2, 2\) of float64"),
        ({"groups": (np.array([0]),)}, r"groups hold the items \[\[0\]\], expected each of 2 once"),
        ({"incompatible": np.eye(2, dtype=bool)}, "incompatible is not symmetric with a diagonal of False"),
        ({"hint": np.array([0, 2])}, "hint holds 2, expected 1 at most"),
        (
            {
                "relations": (
                    placer.Conflict(items=np.triu(np.ones((2, 2), dtype=bool), 1), sites=np.eye(2, dtype=bool)),
                )
            },
            "relation 0, items is not symmetric",
        ),
        (
            {"tiers": ((placer.SetOnSite(name="t", sets=(np.array([0]),), site=2),),)},
            "tier 0, t: site is 2, expected 0 to 1",
        ),
        (
            {"tiers": ((placer.ResidualCapacity(name="r", weight=np.array([1, 1]), room=np.array([2, 2]), unit=0),),)},
            "tier 0, r: unit is 0, expected at least 1",
        ),
        (
            {
                "tiers": (
                    (
                        placer.ConvexLoad(
                            name="c", weight=np.array([1, 1]), pool_of=np.array([0, 0]), table=np.array([[0, 5, 6]])
                        ),
                    ),
                )
            },
            "tier 0, c: table is not convex",
        ),
    ],
)
def test_the_first_fault_of_a_problem_that_makes_no_sense_is_told(change: dict[str, Any], words: str) -> None:
    found = list(faults(replace(placer.gqap(**GOOD), **change)))
    assert found and re.match(words, found[0])
