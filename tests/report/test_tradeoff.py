"""The line on a trade; both orders stand in the docstring, the numbers of pairs here."""

from __future__ import annotations

import pytest

from placer.instance import Placement
from placer.report.tradeoff import trade_line
from placer.solving.result import PureOrder, Trade


def a_trade(order: PureOrder, pairs: int) -> Trade:
    return Trade(
        order=order,
        placement=Placement(pnode_of={}),
        mean_access_distance=12.346,
        current_mean_distance=10.0,
        more_pairs=pairs,
    )


@pytest.mark.parametrize(
    ("order", "pairs", "says"),
    [
        ("distance", 1, "with 1 more pair of vcpus sharing a core the mean access distance would be 12.35 instead"),
        ("distance", 3, "with 3 more pairs of vcpus sharing a core the mean access distance would be 12.35 instead"),
        ("cores-first", -1, "with a mean access distance of 12.35 instead of 10.00, 1 fewer pair of vcpus would"),
        ("cores-first", -4, "with a mean access distance of 12.35 instead of 10.00, 4 fewer pairs of vcpus would"),
    ],
)
def test_a_trade_counts_its_pairs_and_names_the_option_that_chooses_it(order: PureOrder, pairs: int, says: str) -> None:
    line = trade_line(a_trade(order, pairs))
    assert line.startswith(f"Trade: {says}")
    assert line.endswith(f"(--objective {order})")
    assert "\n" not in line
