from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.text.json_text import parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_json_can_say_is_read(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert parse_json(text, "x.json") == value


def test_a_byte_order_mark_is_skipped() -> None:
    assert parse_json("\ufeff[1]", "x.json") == [1]


def test_brackets_in_strings_are_not_nesting() -> None:
    assert parse_json('["' + '[{\\"' * 100 + '"]', "x.json") == ['[{"' * 100]


def test_integers_of_any_use_are_exact() -> None:
    assert parse_json("18446744073709551615", "x.json") == 2**64 - 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "^x.json: the file is empty, expected JSON$"),
        (" \n", "^x.json: the file is empty, expected JSON$"),
        ('{"a": 1,\n "b": tru}', '^x.json:2:7: not JSON: expecting value, got "tru}"$'),
        ('{"a": [1, 2', "^x.json:1:12: not JSON: expecting ',' delimiter, but there it ends$"),
        ("[1] [2]", '^x.json:1:5: not JSON: extra data, got "\\[2\\]"$'),
        ("\x00\x1b[2J", '^x.json:1:1: not JSON: expecting value, got "\ufffd\ufffd\\[2J"$'),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', '^x.json: key "b" stands twice in one object$'),
        ("[NaN]", "^x.json: NaN is no JSON number$"),
        ("[-Infinity]", "^x.json: -Infinity is no JSON number$"),
        ("[1e999]", "^x.json: number 1e999 is too large$"),
        ("9" * 5000, "^x.json: a number has 5000 digits: 999"),
        ('["\\ud83d"]', "^x.json: a string holds .ud83d, half of a character$"),
        ("[" * 65 + "]" * 65, "^x.json:1: not JSON that placer reads: nested more than 64 deep$"),
        (f"[{'[],' * 500_000}[]]", "^x.json:1: not JSON that placer reads: over 500000 objects and lists$"),
        ('\n{"a":' * 100_000, "^x.json:66: not JSON that placer reads: nested more than 64 deep$"),
    ],
)
def test_anything_else_is_refused_with_its_place(text: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        parse_json(text, "x.json")


@pytest.mark.parametrize("piece", ["x", '\\"', '"', "\\", "{]", "[1,"])
def test_megabytes_of_garbage_are_refused(piece: str) -> None:
    with pytest.raises(InputError, match=r"^x\.json:1"):
        parse_json(piece * (10_000_000 // len(piece)), "x.json")


def test_the_deepest_nesting_that_is_read_is_read() -> None:
    assert parse_json("[" * 64 + "]" * 64, "x.json")
