from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placer.formats.xl.edit import edit, quoted
from placer.formats.xl.syntax import parse


@pytest.mark.parametrize(
    ("text", "changes", "result"),
    [
        ("a=1", {}, "a=1"),
        ("a = 1 # one\nb=2\n", {"a": "9"}, "a = 9 # one\nb=2\n"),
        ("a=1;b=2 ;c=3\n", {"b": "9"}, "a=1;b=9 ;c=3\n"),
        ("a=1", {"b": "2"}, "a=1\nb = 2\n"),
        ("", {"b": "2"}, "b = 2\n"),
        ("a=1\nb=2\nc=3\n", {"b": None}, "a=1\nc=3\n"),
        ("a=1\nb=2", {"b": None}, "a=1\n"),
        ("a=1; b=2; c=3\n", {"b": None}, "a=1; c=3\n"),
        ("a=1; b=2\n", {"a": None}, "b=2\n"),
        ("a=1 # one\nb=2\n", {"a": None}, "# one\nb=2\n"),
        ("a=1\nb=2\na=3 # last\n", {"a": "9"}, "b=2\na=9 # last\n"),
        ("a=[1]\na +=  [2]\n", {"a": "[9]"}, "a =  [9]\n"),
        ("a=[1]\na+=[2]\nb=1\n", {"a": None}, "b=1\n"),
        ("a=[ # x\n  1, # y\n] # z\n", {"a": "[9]"}, "# x\n# y\na=[9] # z\n"),
        ("b=1\na=[\n  1, # y '\n]\n", {"a": None}, "b=1\n# y '\n"),
        ("s='# no comment'\na=['# no comment']\n", {"a": "[]"}, "s='# no comment'\na=[]\n"),
        ("a=1\n", {"z": None}, "a=1\n"),
    ],
)
def test_only_what_is_asked_changes(text: str, changes: dict[str, str | None], result: str) -> None:
    assert edit(text, "db.cfg", changes) == result


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30))
def test_a_quoted_string_is_read_back(text: str) -> None:
    assert parse(f"a = {quoted(text)}\n", "db.cfg").value_of("a") == text


KEYS = st.sampled_from(["a", "b", "c", "d"])
VALUES = st.sampled_from(["1", '"two"', "[]", "[ # inside\n 'x', [2],\n]"])
STATEMENTS = st.tuples(
    st.sampled_from(["", "  ", "# before\n", "\n"]),
    KEYS,
    st.sampled_from(["=", " = "]),
    VALUES,
    st.sampled_from(["\n", ";", " ; ", " # after\n"]),
).map("".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(STATEMENTS, max_size=6).map("".join), st.dictionaries(KEYS, st.none() | VALUES, max_size=4))
def test_all_other_assignments_and_every_comment_stay(text: str, changes: dict[str, str | None]) -> None:
    after = edit(text, "db.cfg", changes)
    before, config = parse(text, "db.cfg"), parse(after, "db.cfg")
    for key in "abcd":
        if key not in changes:
            assert config.value_of(key) == before.value_of(key)
        else:
            new = changes[key]
            wanted = None if new is None else parse(f"x={new}", "").value_of("x")
            assert config.value_of(key) == wanted
    for comment in ("# before", "# after", "# inside"):
        added = sum((value or "").count(comment) for value in changes.values())
        assert after.count(comment) == text.count(comment) + added
