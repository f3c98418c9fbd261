"""What a strategy says is believed only as far as the independent check confirms it."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment import Solution, Status
from placer.errors import Defect
from placer.lowering.lower import lower
from placer.solving.verified import verified_result
from tests.support.building import GIB, a_guest, a_host, an_instance

CROSSED = an_instance(a_host(4 * GIB, 2 * GIB), a_guest(2 * GIB, 4 * GIB))
"""A guest of 2 and 4 GiB on pnodes of 4 and 2 GiB."""


def _lie(site_of: list[int], costs: tuple[int, ...], bounds: tuple[int, ...] = ()) -> Solution:
    return Solution(status=Status.OPTIMAL, site_of=np.array(site_of), costs=costs, bounds=bounds)


@pytest.mark.parametrize(
    ("lie", "message"),
    [
        (_lie([0, 1], (0, 0, 30_000, 0, 0)), r"the placement breaks rules: pnode 1 has room for 2 GiB"),
        (_lie([1, 0], (0, 0, 20_000, 0, 0)), r"says the placement costs \(0, 0, 20000, 0, 0\), the check says"),
        (_lie([1, 0], (0, 0, 30_000, 0, 0), (0, 0, 30_001, 0, 0)), r"pass the known costs \(0, 0, 30000, 0, 0\)"),
    ],
    ids=["a broken rule", "a false cost", "a bound above the cost"],
)
def test_a_strategy_that_lies_is_a_defect(lie: Solution, message: str) -> None:
    with pytest.raises(Defect, match=message):
        verified_result(CROSSED, lower(CROSSED), lie, strategy="optimal")


def test_the_truth_becomes_a_result() -> None:
    """4 GiB fit on pnode 0 alone; each of 1,000 vcpu shares reads half from afar, at 10 and 20."""
    truth = _lie([1, 0], (0, 0, 30_000, 0, 0), (0, 0, 30_000, 0, 0))
    result = verified_result(CROSSED, lower(CROSSED), truth, strategy="optimal", wall_time_s=2.5)
    assert (result.status, result.wall_time_s) == (Status.OPTIMAL, 2.5)
    assert result.placement is not None
    assert result.placement.pnode_of == {"db": (1, 0)}
    assert [(tier.cost, tier.bound) for tier in result.tiers] == [(0, 0), (0, 0), (30_000, 30_000), (0, 0), (0, 0)]
    assert result.mean_access_distance == 15


def test_a_baseline_may_break_rules_and_is_then_unknown() -> None:
    broken = Solution(status=Status.FEASIBLE, site_of=np.array([0, 1]))
    result = verified_result(CROSSED, lower(CROSSED), broken, strategy="first-fit")
    assert result.status is Status.UNKNOWN
    assert [violation.rule for violation in result.violations] == ["memory"]
