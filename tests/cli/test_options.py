"""What options accept, whatever the command that has them."""

from __future__ import annotations

import pytest

from tests.support.commands import INSTANCES, placer

RFC_C = INSTANCES / "rfc-c.json"


@pytest.mark.parametrize("command", ["show", "check", "whatif"])
def test_no_time_limit_is_no_number(command: str) -> None:
    ran = placer(command, RFC_C, "--time-limit", "nan")
    assert (ran.code, ran.out) == (2, "")
    assert "Invalid value for '--time-limit': expected a number of seconds" in " ".join(
        ran.err.replace("│", " ").split()
    )


@pytest.mark.parametrize("command", ["solve", "compare"])
@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--time-limit", "nan", "expected a number of seconds"),
        ("--time-limit", "-1", "-1.0 is not in the range x>=0.0"),
        ("--workers", "0", "0 is not in the range 1<=x<=256"),
        ("--workers", "257", "257 is not in the range 1<=x<=256"),
        ("--seed", "-1", "-1 is not in the range 0<=x<=2147483647"),
        ("--seed", "2147483648", "2147483648 is not in the range 0<=x<=2147483647"),
    ],
)
def test_numbers_out_of_range_are_refused_by_every_command(command: str, option: str, value: str, message: str) -> None:
    ran = placer(command, RFC_C, option, value)
    assert (ran.code, ran.out) == (2, "")
    words = " ".join(ran.err.replace("│", " ").split())
    assert f"Invalid value for '{option}'" in words
    assert message in words
