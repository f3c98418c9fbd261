from __future__ import annotations

from typing import Any

import pytest

import placer

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
        ({"cost": [1, 2]}, r"cost has shape \(2,\), expected \[items, sites\]"),
        ({"cost": [[0.5, 1], [2, 3]]}, "cost has values of type float64, expected integers"),
        ({"flow": [[0, 1]]}, r"flow has shape \(1, 2\) of int64, expected \(2, 2\) of int64"),
        ({"flow": [[0, -1], [0, 0]]}, "flow holds -1, expected 0 or more"),
        ({"distance": [[0]]}, r"distance has shape \(1, 1\)"),
        ({"weight": [1, -1]}, "resource 0, weight holds -1, expected 0 or more"),
        ({"capacity": [2]}, r"resource 0, capacity has shape \(1,\)"),
        ({"flow": [[0, 2**60], [0, 0]]}, "tier 0 may cost 1152921504606846980, expected less than 2\\^53"),
        ({"weight": ["a", "b"]}, "weight has values of type <U1, expected integers"),
    ],
)
def test_arrays_that_make_no_problem_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(placer.InputError, match=words):
        placer.gqap(**{**GOOD, **change})
