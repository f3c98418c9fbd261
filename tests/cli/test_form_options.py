"""What the options about the form of guests accept."""

from __future__ import annotations

from typing import get_args

import pytest
import typer

from placer.cli.form_options import Memory, vnodes_choice
from placer.job.problem_guests import MemoryChoice


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


def test_memory_offers_what_the_request_understands() -> None:
    assert tuple(each.value for each in Memory) == get_args(MemoryChoice)
