"""Standard input is read once, whatever the command."""

from __future__ import annotations

import pytest

from placer.cli.stdin import refuse_two_stdin
from placer.errors import InputError
from tests.support.commands import placer


def test_one_standard_input_is_none_too_many() -> None:
    refuse_two_stdin([])
    refuse_two_stdin(["-", None, "host.txt", None, "host.txt"])
    with pytest.raises(InputError, match=r"^usage: standard input \(-\) can be read once only$"):
        refuse_two_stdin(["-", None, "-"])


@pytest.mark.parametrize(
    "words",
    [
        ("solve", "-", "--host", "-"),
        ("solve", "-", "--hint", "-"),
        ("solve", "instance.json", "--hint", "-", "--keep", "-"),
        ("compare", "-", "--host", "-"),
        ("import", "-", "--host", "-"),
        ("check", "-", "-"),
        ("host", "-", "--pools", "-"),
        ("show", "-", "--running", "-"),
        ("rebalance", "-", "--pools", "-"),
    ],
    ids=" ".join,
)
def test_every_command_refuses_a_second_one(words: tuple[str, ...]) -> None:
    ran = placer(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: usage: standard input (-) can be read once only\n"
