"""Shapes as SVG inside a page of HTML, as short as HTML allows."""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree as ET

from placer.draw.palette import kind_of
from placer.draw.scene import Block, Shape, fills
from placer.draw.svg import add, define_patterns, size_of, style_of

LONG = 60
"""A path of more characters is defined once, and used wherever it recurs. Chosen: a use takes some 20 characters."""
_BARE = re.compile("[^\\s\"'=<>`]+")
"""Values of attributes that need no quotes (HTML Living Standard, 13.1.2.3)."""


class Inline:
    """
    The SVG elements of one page, which share their patterns and long paths.

    Each element is written as it is asked for; what they share is written last, and stands first in the page.
    """

    def __init__(self) -> None:
        self._kinds: set[int] = set()
        self._paths: dict[tuple[str, str], str] = {}

    def svg(self, block: Block, label: str) -> str:
        """Write a drawing, a group whose shapes have titles."""
        root = ET.Element("svg", {**size_of(block.width, block.height), "role": "group", "aria-label": label})
        return self._written(root, block.items)

    def swatch(self, shapes: tuple[Shape, ...]) -> str:
        """Write a square of 16 pixels for a legend, which says nothing by itself."""
        return self._written(ET.Element("svg", {"class": "sw"}), shapes)

    def definitions(self) -> str:
        """Write the patterns and the paths that are used."""
        root = ET.Element("svg", {"class": "defs"})
        define_patterns(root, sorted(self._kinds))
        for (look, d), name in self._paths.items():
            ET.SubElement(root, "path", {"id": name, "class": look, "d": d})
        return _html(root)

    def style(self) -> str:
        """Give the style of the patterns."""
        return style_of(sorted(self._kinds))

    def _written(self, root: ET.Element, items: tuple[Shape, ...]) -> str:
        self._kinds |= {kind_of(number) for number in fills(items)}
        for item in items:
            add(root, item)
        for path in root.iter("path"):
            look, d = path.get("class", ""), path.get("d", "")
            if len(d) > LONG:
                name = self._paths.setdefault((look, d), f"u{len(self._paths)}")
                path.tag = "use"
                path.attrib = {"href": f"#{name}"}
        return _html(root)


def _html(element: ET.Element) -> str:
    """Write an element as HTML, without quotes where they are not needed."""
    start = element.tag + "".join(f" {key}={_value(value)}" for key, value in element.items())
    if not len(element) and element.text is None:
        return f"<{start} />"
    return f"<{start}>{escape(element.text or '', quote=False)}{''.join(map(_html, element))}</{element.tag}>"


def _value(value: str) -> str:
    return value if _BARE.fullmatch(value) else f'"{escape(value)}"'
