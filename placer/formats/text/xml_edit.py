"""Changes elements of an XML document and keeps every other character unchanged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

_TAG = re.compile(rb"""<[^\s/>]+(?:[^"'>]|"[^"]*"|'[^']*')*>""")
STEP = "  "


@dataclass(slots=True)
class Span:
    """
    An element and its position in the document.

    Parameters
    ----------
    tag, attributes
        Name and attributes, as written.
    start, opened
        Byte offsets where its start tag begins and ends.
    closing, end
        Byte offsets where its end tag begins and ends; both equal ``opened`` for an empty element.
    children
        Its child elements, in order.
    """

    tag: str
    attributes: dict[str, str]
    start: int
    opened: int
    closing: int = 0
    end: int = 0
    children: list[Span] = field(default_factory=list)

    def child(self, tag: str) -> Span | None:
        """Get the first child of that name; None where there is none."""
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> list[Span]:
        """Get all children of that name."""
        return [child for child in self.children if child.tag == tag]


class XmlEdit:
    """
    A document and changes to it, which :meth:`text` applies together.

    Parameters
    ----------
    text
        A document that :func:`placer.formats.text.xml_text.parse_xml` accepts.
    """

    def __init__(self, text: str) -> None:
        self.data = text.encode("utf-8", "replace")
        self.changes: list[tuple[int, int, str]] = []
        self.open: list[Span] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.Parse(self.data, True)

    def replace(self, element: Span, lines: Sequence[str]) -> None:
        """Replace an element by lines, indented like the element."""
        self.changes.append((element.start, element.end, self._block(lines, self._indent(element)).lstrip()))

    def remove(self, element: Span) -> None:
        """Remove an element and the white space before it."""
        self.changes.append((len(self.data[: element.start].rstrip()), element.end, ""))

    def append(self, parent: Span, lines: Sequence[str]) -> None:
        """Add lines at the end of an element, one level deeper than the element."""
        indent = self._indent(parent)
        block = "\n" + self._block(lines, indent + STEP)
        if parent.end == parent.opened:
            slash = self.data.rindex(b"/", parent.start, parent.opened)
            self.changes.append((slash, parent.opened, f">{block}\n{indent}</{parent.tag}>"))
            return
        content = self.data[parent.opened : parent.closing]
        at = parent.opened + len(content.rstrip())
        rest = "" if at < parent.closing else "\n" + indent
        self.changes.append((at, at, block + rest))

    def after(self, element: Span, lines: Sequence[str]) -> None:
        """Add lines behind an element, indented like the element."""
        self.changes.append((element.end, element.end, "\n" + self._block(lines, self._indent(element))))

    def set_attribute(self, element: Span, name: str, value: str) -> None:
        """Set an attribute; the value must need no escaping."""
        found = self._attribute(element, name)
        if found:
            self.changes.append((*found.span(1), f"'{value}'"))
        else:
            at = element.start + 1 + len(element.tag.encode())
            self.changes.append((at, at, f" {name}='{value}'"))

    def drop_attribute(self, element: Span, name: str) -> None:
        """Remove an attribute, if the element has it."""
        found = self._attribute(element, name)
        if found:
            self.changes.append((*found.span(), ""))

    def text(self) -> str:
        """Return the document with all changes made."""
        parts: list[bytes] = []
        at = 0
        for start, end, new in sorted(self.changes, key=lambda change: change[:2]):
            parts += (self.data[at:start], new.encode("utf-8"))
            at = end
        return b"".join((*parts, self.data[at:])).decode("utf-8")

    def _attribute(self, element: Span, name: str) -> re.Match[bytes] | None:
        attribute = re.compile(rb"\s+%s\s*=\s*(\"[^\"]*\"|'[^']*')" % re.escape(name.encode()))
        return attribute.search(self.data, element.start, element.opened)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        start = self.parser.CurrentByteIndex
        whole = _TAG.match(self.data, start)
        assert whole is not None, "expat has found a start tag here"
        element = Span(tag, attributes, start, whole.end())
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _tag: str) -> None:
        element = self.open.pop()
        if self.data[element.opened - 2 : element.opened] == b"/>":
            element.closing = element.end = element.opened
        else:
            element.closing = self.parser.CurrentByteIndex
            element.end = self.data.index(b">", element.closing) + 1

    def _indent(self, element: Span) -> str:
        before = self.data[self.data.rfind(b"\n", 0, element.start) + 1 : element.start]
        return before[: len(before) - len(before.lstrip())].decode()

    def _block(self, lines: Sequence[str], indent: str) -> str:
        return "\n".join(indent + line for line in lines)
