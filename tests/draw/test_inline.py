"""SVG inside HTML: what a browser reads is what a file of SVG says, in fewer characters."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from placer.draw.inline import LONG, Inline
from placer.draw.scene import Block, Box, Label, Line, Part
from placer.draw.svg import add

NAME = '<b>&"it\'s" =`x`'
LONG_PATH = "M0,0h10v10h-10z" * 8


class Read(HTMLParser):
    """Tags with their attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def a_block(*shapes: Part) -> Block:
    return Block(width=100, height=50, items=shapes)


def test_it_says_what_the_same_shapes_say_in_xml() -> None:
    part = Part(
        items=(Box(x=0, y=0, width=9, height=8, look="g", fill=1), Label(x=0, y=9, text=NAME)), title=NAME, guest=4
    )
    read = Read(Inline().svg(a_block(part), NAME))
    xml = ET.Element("svg")
    add(xml, part)
    strict = [(element.tag, dict(element.attrib)) for element in xml.iter()][1:]
    assert read.tags[1:] == strict and read.open == []
    assert read.tags[0][1]["aria-label"] == NAME
    assert read.text == NAME * 2


def test_a_bare_value_never_swallows_the_slash_that_ends_a_tag() -> None:
    text = Inline().svg(a_block(Part(items=(Line(d="M0,0h1", look="core"),))), "x")
    assert not re.search(r"=[^\s\"'>]+/>", text)


def test_long_paths_are_defined_once_and_used_wherever_they_recur() -> None:
    inline = Inline()
    twice = inline.svg(a_block(Part(items=(Line(d=LONG_PATH, look="thread"),) * 2)), "x")
    other = inline.svg(a_block(Part(items=(Line(d=LONG_PATH, look="thread"), Line(d=LONG_PATH, look="core")))), "y")
    assert len(LONG_PATH) > LONG and LONG_PATH not in twice + other
    assert (twice + other).count("href=#u0") == 3 and other.count("href=#u1") == 1
    defined = [attributes for tag, attributes in Read(inline.definitions()).tags if tag == "path"]
    assert defined == [{"id": "u0", "class": "thread", "d": LONG_PATH}, {"id": "u1", "class": "core", "d": LONG_PATH}]


def test_patterns_of_all_elements_are_defined_once() -> None:
    inline = Inline()
    for number in (3, 3, 5):
        inline.swatch((Box(x=0, y=0, width=9, height=9, look="g", fill=number),))
    patterns = [attributes["id"] for tag, attributes in Read(inline.definitions()).tags if tag == "pattern"]
    assert patterns == ["p3", "p5"]
    assert inline.style() == ".p3{fill:url(#p3)}.p5{fill:url(#p5)}"
