"""The table of accepted and refused texts was worked out with libxlutil of Xen 4.17."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.xl.syntax import Value, parse

READ: list[tuple[str, dict[str, Value]]] = [
    ("", {}),
    ("\n;\n;;", {}),
    ("a=1", {"a": "1"}),
    ("a = 1 # one\n\tb='2'", {"a": "1", "b": "2"}),
    ("a=1;b=2;", {"a": "1", "b": "2"}),
    ("a=1#c\n", {"a": "1"}),
    ("# only a comment\n", {}),
    ("a_b1=0x1f", {"a_b1": "0x1f"}),
    ("a=12ab", {"a": "12ab"}),
    ("a='x\"y'", {"a": 'x"y'}),
    ('a="x\'y#z;"', {"a": "x'y#z;"}),
    ('a="é"', {"a": "é"}),
    (r'a="\n\t\"\\\a"', {"a": '\n\t"\\\a'}),
    (r"a='\''", {"a": "'"}),
    (r'a="z\101z"', {"a": "zz"}),
    ("a=[]", {"a": ()}),
    ("a=[1,]", {"a": ("1",)}),
    ("a=[[1],[2,['3']],]", {"a": (("1",), ("2", ("3",)))}),
    ("a=[ # c\n1, # d\n\n2 # e\n]\n", {"a": ("1", "2")}),
    ("a=[1\n,2]", {"a": ("1", "2")}),
    ("a=1\na=2", {"a": "2"}),
    ("a='1'\na+='2'", {"a": "12"}),
    ("a=[1]\na+=[2]\na+=[[3]]", {"a": ("1", "2", ("3",))}),
    ("a=[1]\na+=[2]\na=[3]\na+=[4]", {"a": ("3", "4")}),
    ("a+=[1]", {"a": ("1",)}),
    ("a=1\na=[2]\na+=[3]", {"a": ("2", "3")}),
]
REFUSED: list[tuple[str, str]] = [
    ("A=1\n", r":1: expected a key in small letters"),
    ("_a=1\n", r":1: expected a key in small letters"),
    ("\na=-1\n", r':2: expected a number without a sign.*"a=-1"'),
    ("a=1.5\n", r":1: expected .*xl runs no Python"),
    ("a=b\n", r":1: expected a number, a string in quotes or a list"),
    ("a=\n1\n", r":1: expected a number, a string in quotes or a list"),
    ("a\n=1\n", r':1: expected "=" after the key a'),
    ("a==1\n", r":1: expected a number"),
    ("a+ =1\n", r":1: expected a number without a sign"),
    ("=1\n", r":1: expected a key"),
    ("a=1 b=2\n", r":1: expected the end of the line"),
    ("a='x' 'y'\n", r":1: expected the end of the line"),
    ("a=[1]]\n", r":1: expected the end of the line"),
    ("a=[,]\n", r":1: expected a number"),
    ("a=[1,,2]\n", r":1: expected a number"),
    ("a=[1 2]\n", r':1: expected "," or "]"'),
    ("a=[1;2]\n", r':1: expected "," or "]"'),
    ("a=[\n1,\n2\n", r':4: expected "," or "]"'),
    ('b=1\na="x\n', r":2: expected a closing quote on the same line"),
    ('a="x\\\ny"\n', r":1: expected a closing quote"),
    (r'a="\q"', r":1: expected one of .* after a backslash"),
    (r'a="\x41"', r":1: expected one of .* after a backslash"),
    ("a=1\r\n", r":1: expected lines to end in LF"),
    ("a=1 # last", r":1: expected a line end after the last comment"),
    ("a='\0'", r":1: expected no '\\x00' here"),
    ("é=1\n", r":1: expected no 'é' here"),
    ("a=[1]\na+='2'\n", r":2: expected a \+= to add a list to a list"),
    ("a=" + "[" * 51 + "]" * 51, r":1: expected lists nested at most 50 deep"),
]


@pytest.mark.parametrize(("text", "values"), READ)
def test_what_libxlutil_reads_is_read_with_the_same_values(text: str, values: dict[str, Value]) -> None:
    config = parse(text, "db.cfg")
    assert {entry.key: config.value_of(entry.key) for entry in config.assignments} == values


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_libxlutil_refuses_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, "db.cfg")
    assert re.search("^db.cfg" + message, str(caught.value))


def test_an_absent_key_has_no_value() -> None:
    assert parse("a=1", "db.cfg").value_of("b") is None


def test_an_assignment_knows_its_place() -> None:
    text = "a=1\n  vnuma  += [\n 2 ] # c\n"
    entry = parse(text, "db.cfg").assignments[1]
    assert (entry.line, text[entry.start : entry.end]) == (2, "vnuma  += [\n 2 ]")
    assert (text[entry.operator_start :][:2], text[entry.value_start : entry.end]) == ("+=", "[\n 2 ]")


def test_the_line_of_a_fault_is_that_of_the_last_assignment() -> None:
    assert str(parse("a=1\n\na=2\n", "db.cfg").fault("a", "no")) == "db.cfg:3: no"


@pytest.mark.parametrize("garbage", ["\x01" * 10_000_000, "a=[1,\n" * 160_000, "a='1'\n" * 160_000 + "?"])
def test_garbage_is_refused_fast(garbage: str) -> None:
    start = time.process_time()
    with pytest.raises(InputError, match="expected"):
        parse(garbage, "db.cfg")
    assert time.process_time() - start < 5


PIECES = ["a", "b", "=", "+=", "[", "]", ",", ";", "\n", " ", "1", "'x'", '"', "\\", "#", "é", "-", "\0"]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=25).map("".join)))
def test_any_text_is_parsed_or_refused_and_nothing_else(text: str) -> None:
    try:
        config = parse(text, "db.cfg")
    except InputError as error:
        assert str(error).startswith("db.cfg:")
    else:
        assert all(text[entry.start :].startswith(entry.key) for entry in config.assignments)
