from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.text.xml_text import MAX_DEPTH, parse_xml, root_name

TEXT = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE topology SYSTEM "hwloc2.dtd">
<!-- a machine -->
<topology version="2.0">
  <object type="Machine"><info name="HostName" value="db&amp;1"/></object>
  <indexes>0 1</indexes>
</topology>
"""
BOMB = """\
<!DOCTYPE topology [
  <!ENTITY a "ha">
  <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
]>
<topology>&b;</topology>
"""
EXTERNAL = '<!DOCTYPE topology [<!ENTITY file SYSTEM "file:///etc/passwd">]>\n<topology>&file;</topology>'
PARAMETER = '<!DOCTYPE topology [<!ENTITY % all SYSTEM "http://example.org/all.dtd"> %all;]>\n<topology/>'
UNKNOWN = '<!DOCTYPE topology SYSTEM "hwloc2.dtd">\n<topology>&secret;</topology>'


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_xml(text, "host.xml")
    return str(caught.value)


def test_elements_keep_attributes_text_order_and_line() -> None:
    root = parse_xml(TEXT, "host.xml")
    machine = root.child("object")
    assert machine is not None
    assert (root.tag, root.attributes, root.place) == ("topology", {"version": "2.0"}, "host.xml:4")
    assert [child.tag for child in root.children] == ["object", "indexes"]
    assert [info.attributes["value"] for info in machine.all("info")] == ["db&1"]
    assert (root.children[1].text, root.children[1].place) == ("0 1", "host.xml:6")
    assert root.child("distances2") is None


def test_the_name_of_the_root_is_told_without_reading_on() -> None:
    assert root_name(TEXT, "host.xml") == "topology"
    assert root_name("<capabilities><never closed", "caps.xml") == "capabilities"


def test_the_root_name_of_a_bomb_is_refused_too() -> None:
    with pytest.raises(InputError, match=r'^host.xml:2: XML entity "a"'):
        root_name(BOMB, "host.xml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, r'^host.xml:2: XML entity "a": placer reads none'),
        (EXTERNAL, r'^host.xml:1: XML entity "file"'),
        (PARAMETER, r'^host.xml:1: XML entity "all"'),
        (UNKNOWN, r'^host.xml:2: XML entity "secret"'),
        ("<topology>&secret;</topology>", r"^host.xml:1: no well-formed XML: undefined entity"),
        ("<topology>\n<object>\n</topology>", r"^host.xml:3: no well-formed XML: mismatched tag"),
        ("<topology", r"^host.xml:1: no well-formed XML: unclosed token"),
        ("", r"^host.xml:1: no well-formed XML: no element found"),
        ("<a>" * (MAX_DEPTH + 1), rf"^host.xml:1: XML nested more than {MAX_DEPTH} deep"),
        ("<a \x00/>", r"^host.xml:1: no well-formed XML"),
    ],
)
def test_what_is_not_plain_xml_is_refused_with_its_line(text: str, message: str) -> None:
    assert re.search(message, refusal(text))


def test_too_many_elements_are_refused_within_a_few_seconds() -> None:
    started = time.process_time()
    assert re.search(r"^host.xml:1: more than 200000 XML elements", refusal("<a>" + "<b/>" * 300_000))
    assert time.process_time() - started < 10


@pytest.mark.parametrize("text", ["<!--" + "- " * 3_000_000, "<topology " + "x" * 6_000_000])
def test_one_endless_tag_takes_no_more_than_its_length(text: str) -> None:
    started = time.process_time()
    assert re.search(r"^host.xml:1: no well-formed XML", refusal(text))
    assert time.process_time() - started < 3


def test_too_long_a_text_is_refused_before_it_is_parsed() -> None:
    refused = refusal("<a" + " " * 16_000_000)  # parsed, it would be refused as no well-formed XML
    assert refused == "host.xml: 16000002 characters of XML, expected at most 16000000"


@pytest.mark.parametrize("value", ["", "-1", "1e3", "0x10", "65536", "9" * 5000, "\u0663"])  # the last is an Arabic 3
def test_a_number_that_is_none_is_refused_with_the_element(value: str) -> None:
    node = parse_xml(f'<cell id="{value}"/>', "caps.xml")
    with pytest.raises(InputError, match=r'^caps.xml:1: <cell>: expected id from 0 to 65535, got "'):
        node.number("id", 65535)


def test_a_missing_number_is_refused_and_a_good_one_read() -> None:
    node = parse_xml('<cell id="7"/>', "caps.xml")
    assert node.number("id", 7) == 7
    with pytest.raises(InputError, match="expected value from 0 to 9"):
        node.number("value", 9)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>&;/!?='\"[]-a %\n\x00\ud800é", max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        node = parse_xml(text, "host.xml")
    except InputError as error:
        assert str(error).startswith("host.xml")
    else:
        assert node.tag
