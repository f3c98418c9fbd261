from __future__ import annotations

from collections.abc import Callable

import pytest

from placer.errors import InputError
from placer.formats.text.json_fields import Fields

FIELDS = Fields(
    {"word": "a", "none": "", "many": [1, 2], "gap": [0, 4], "back": [4, 0], "twice": [3, 3], "yes": True, "sub": {}},
    "x.json",
    "$.b_info",
)


def test_absent_keys_give_none() -> None:
    assert (FIELDS.text("x"), FIELDS.number("x", 9), FIELDS.numbers("x", 9)) == (None, None, None)
    assert (FIELDS.bitmap("x", 9), FIELDS.bitmaps("x", 9), FIELDS.child("x")) == (None, None, None)
    assert FIELDS.children("x") == []


def test_values_are_given_as_what_they_are() -> None:
    assert (FIELDS.text("word"), FIELDS.numbers("back", 4), FIELDS.bitmap("gap", 4)) == ("a", (4, 0), (0, 4))
    assert FIELDS.child("sub") == Fields({}, "x.json", "$.b_info.sub")


@pytest.mark.parametrize(
    ("get", "fault"),
    [
        (lambda: FIELDS.text("many"), "many: expected a string that is not empty, got a list"),
        (lambda: FIELDS.text("none"), 'none: expected a string that is not empty, got ""'),
        (lambda: FIELDS.number("yes", 9), "yes: expected an integer from 0 to 9, got true"),
        (lambda: FIELDS.numbers("many", 1), r"many\[1\]: expected an integer from 0 to 1, got 2"),
        (lambda: FIELDS.numbers("word", 1), 'word: expected a list, got "a"'),
        (lambda: FIELDS.bitmap("back", 9), "back: expected ids in ascending order, got 0 after 4"),
        (lambda: FIELDS.bitmap("twice", 9), "twice: expected ids in ascending order, got 3 after 3"),
        (lambda: FIELDS.bitmaps("many", 9), r"many\[0\]: expected a list, got 1"),
        (lambda: FIELDS.child("many"), "many: expected an object, got a list"),
        (lambda: FIELDS.children("many"), r"many\[0\]: expected an object, got 1"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_path(get: Callable[[], object], fault: str) -> None:
    with pytest.raises(InputError, match=rf"^x.json: \$.b_info.{fault}$"):
        get()
