"""What options accept, whatever the command that has them."""

from __future__ import annotations

from typing import get_args

import pytest
import typer

from placer.cli.options import Memory, vnodes_choice
from placer.job.request import MemoryChoice
from tests.support.commands import INSTANCES, placer

RFC_C = INSTANCES / "rfc-c.json"


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        (None, None),
        ("auto", None),
        ("fewest", "fewest"),
        ("1", (1, 1)),
        ("2-4", (2, 4)),
        ("32-32", (32, 32)),
    ],
)
def test_vnodes_takes_a_number_a_range_or_a_word(text: str | None, choice: object) -> None:
    assert vnodes_choice(text) == choice


@pytest.mark.parametrize("text", ["", "0", "0-2", "4-2", "33", "1-33", "-2", "2-", "1-2-3", "two", "1.5", "9" * 400])
def test_vnodes_refuses_anything_else_with_what_it_expected(text: str) -> None:
    with pytest.raises(
        typer.BadParameter, match=r"expected auto, fewest, .* such as 2 or 1-4, up to 32, got"
    ) as caught:
        vnodes_choice(text)
    assert caught.value.param_hint == "--vnodes"
    assert len(caught.value.message) < 200


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


def test_memory_offers_what_the_request_understands() -> None:
    assert tuple(each.value for each in Memory) == get_args(MemoryChoice)
