"""Lines of progress."""

from __future__ import annotations

from placer.assignment import Progress
from placer.instance.objective_terms import tiers_of
from placer.report.progress import describe

TIERS = tiers_of("default")


def test_before_the_first_placement_there_is_none() -> None:
    assert describe(Progress(step="CP-SAT", elapsed_s=1.04), TIERS) == "1.0 s  CP-SAT: no placement yet"


def test_without_a_bound_the_first_tier_that_costs_something_is_shown() -> None:
    assert describe(Progress(step="local search", costs=(0, 0, 1200, 7, 5), elapsed_s=2), TIERS) == (
        "2.0 s  local search: access_distance + core_sharing 1200"
    )


def test_with_a_bound_its_tier_is_shown_with_the_gap() -> None:
    progress = Progress(step="CP-SAT", tier=4, costs=(0, 0, 1200, 7, 500), bound=400, elapsed_s=12.34)

    assert describe(progress, TIERS) == "12.3 s  CP-SAT: shape 500, bound 400, gap 20.0 %"


def test_a_cost_of_nothing_has_no_gap() -> None:
    progress = Progress(step="CP-SAT", tier=3, costs=(0, 0, 1200, 0, 500), bound=0, elapsed_s=1)

    assert (
        describe(progress, TIERS) == "1.0 s  CP-SAT: device_distance + soft_affinity + vdistance 0, bound 0, gap 0.0 %"
    )
