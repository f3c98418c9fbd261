"""Numbers as C's strtol reads them, through libxlutil's xlu_cfg_get_long."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.xl.syntax import parse
from placer.formats.xl.values import number_of, string_of


def number(text: str) -> int | None:
    return number_of(parse(f"\n{text}\n", "db.cfg"), "a", least=1, most=100, unit="MiB")


def test_an_absent_key_is_none() -> None:
    assert number("b=1") is None
    assert string_of(parse("b='x'", "db.cfg"), "a") is None


def test_a_string_is_what_its_assignments_make_it() -> None:
    assert string_of(parse("a='x'\na='y'\na+='z'", "db.cfg"), "a") == "yz"


@pytest.mark.parametrize(
    ("text", "value"), [("a=64", 64), ("a='64'", 64), ("a=0x10", 16), ("a=010", 8), ("a=' +7'", 7), ("a=9;a=8", 8)]
)
def test_a_number_may_be_quoted_hexadecimal_or_octal(text: str, value: int) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a='64M'", 'expected a to be a number of MiB, got "64M"'),
        ("a='-1'", 'expected a to be a number of MiB, got "-1"'),
        ("a=08", 'expected a to be a number of MiB, got "08"'),
        ("a=''", 'expected a to be a number of MiB, got ""'),
        ("a=0", "expected a to be a number of MiB from 1 to 100, got 0"),
        ("a=101", "expected a to be a number of MiB from 1 to 100, got 101"),
        ("a=[1]", "a is a list, expected a single value"),
    ],
)
def test_what_is_no_number_within_bounds_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        number(text)
    assert str(caught.value) == f"db.cfg:2: {message}"


def test_a_number_is_not_added_to() -> None:
    with pytest.raises(InputError, match=r"^db\.cfg:3: a \+= is not possible with numbers, expected a =$"):
        number("a='1'\na+='2'")
