"""The library's door to moves in a fleet."""

from __future__ import annotations

from pathlib import Path

import pytest

import placer
from tests.support.fleet_moves import running_fleet

FLEET = running_fleet([[(4, 8)]] * 3, [[(1, 2)], [(1, 3)]], [(0, (0,)), (0, (0,))])


def test_a_plan_is_made_checked_written_and_read_back(tmp_path: Path) -> None:
    said: list[str] = []
    plan = placer.rebalance_fleet(FLEET, empty=["h0"], on_log=said.append)
    assert (str(plan.status), plan.value) == ("OPTIMAL", 2)
    assert said == ["at least 2 moves"]
    assert placer.check_fleet_moves(plan) == ()
    (tmp_path / "plan.json").write_text(placer.dump_fleet_moves(plan))
    assert placer.read_fleet_moves(tmp_path / "plan.json", FLEET).stages == plan.stages


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"moves": True}, "moves: expected a number"),
        ({"moves": 1.5}, "moves"),
        ({"gib": float("nan")}, "gib: expected a number of GiB"),
        ({"gib": -1}, "gib: expected a number of GiB"),
        ({"empty": "h0"}, "empty"),
        ({"empty": [3]}, "empty"),
        ({"fragments": 16}, "fragments"),
        ({"mend": 1}, "mend"),
        ({"format": "ovf"}, "format: expected one of xl, libxl"),
        ({"time_limit_s": -1}, "time_limit_s"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(placer.InputError) as told:
        placer.rebalance_fleet(FLEET, **arguments)  # type: ignore[arg-type]
    assert words in str(told.value)


def test_memory_that_moves_is_limited_in_gib() -> None:
    plan = placer.rebalance_fleet(FLEET, empty=["h0"], gib=4.9)
    assert plan.value is None
    assert placer.check_fleet_moves(plan) == ()  # no moves, no faults
    assert placer.rebalance_fleet(FLEET, empty=["h0"], gib=5).value == 2
