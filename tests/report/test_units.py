"""Costs in units that a person can picture, by hand."""

from __future__ import annotations

import pytest

from placer.report.units import gap, in_units, with_units
from tests.support.building import GIB, a_guest, a_host, an_instance

INSTANCE = an_instance(a_host(4 * GIB), a_guest(GIB), price=2.5)


@pytest.mark.parametrize(
    ("name", "cost", "said"),
    [
        ("access_distance", 13330, "mean distance 13.33"),
        ("core_sharing", 15000, "3 pairs of vcpus"),  # 1000 x 2 x 2.5 each
        ("core_sharing", 5000, "1 pair of vcpus"),
        ("soft_affinity", 2000, "2 vcpus"),
        ("soft_affinity", 0, ""),
        ("shape", 812, ""),
    ],
)
def test_each_cost_has_the_unit_that_it_counts(name: str, cost: int, said: str) -> None:
    assert in_units(name, cost, INSTANCE, 13.3333) == said


def test_a_price_of_nothing_counts_no_pairs() -> None:
    assert in_units("core_sharing", 0, an_instance(a_host(GIB), a_guest(GIB), price=0), None) == ""


def test_the_unit_stands_in_brackets() -> None:
    assert with_units("core_sharing", 5000, INSTANCE, None) == "core_sharing 5000 (1 pair of vcpus)"
    assert with_units("access_distance", 0, INSTANCE, None) == "access_distance 0"


def test_a_gap_is_a_share_of_the_cost() -> None:
    assert (gap(300, 250), gap(300, 300), gap(0, 0), gap(1, None)) == ("16.7 %", "0", "0", "-")
