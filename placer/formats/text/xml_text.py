"""Parses XML into plain nodes with their lines: no entities, no external references, limits on depth and size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from placer.errors import InputError
from placer.instance import shorten

MAX_DEPTH = 200
"""Deepest nesting that is read; hwloc's largest topologies need about 20."""
MAX_ELEMENTS = 200_000
"""Most elements that are read; a topology of 192 pcpus with all of its devices has 3,000."""
MAX_CHARACTERS = 16_000_000
"""Longest text that is read; 192 pcpus with all of their devices take 350,000."""


@dataclass(slots=True)
class Node:
    """
    An element of an XML document.

    Parameters
    ----------
    tag, attributes
        Name and attributes, as written.
    place
        ``file:line`` of its start, for messages.
    children
        Its child elements, in order.
    text
        Its characters outside child elements, joined.
    """

    tag: str
    attributes: dict[str, str]
    place: str
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def child(self, tag: str) -> Node | None:
        """Get the first child of that name; None where there is none."""
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> Iterator[Node]:
        """Iterate over the children of that name."""
        return (child for child in self.children if child.tag == tag)

    def number(self, attribute: str, high: int) -> int:
        """
        Get an attribute that must be an integer from 0 to ``high``.

        Raises
        ------
        InputError
            If the attribute is missing, no integer or out of range.
        """
        return self.checked(self.attributes.get(attribute, ""), attribute, high)

    def checked(self, text: str, what: str, high: int) -> int:
        """Read an integer from 0 to ``high``; a fault is reported at this element, and calls the value ``what``."""
        word = text.strip()
        if not (word.isascii() and word.isdigit() and len(word) <= 20 and int(word) <= high):
            raise self.fault(f'expected {what} from 0 to {high}, got "{shorten(word)}"')
        return int(word)

    def fault(self, message: str) -> InputError:
        """Make the error for this element; the caller raises it."""
        return InputError(f"<{shorten(self.tag)}>: {message}", place=self.place)


def parse_xml(text: str, place: str) -> Node:
    r"""
    Parse XML that placer did not write.

    Parameters
    ----------
    text
        The document. A DOCTYPE may name a DTD, which is never read; it may not declare entities.
    place
        The file's name for messages.

    Returns
    -------
    Node
        The root element.

    Raises
    ------
    InputError
        With the line, if the text is no well-formed XML, declares or refers to entities of its own, is longer than
        16 million characters, has more than 200,000 elements, or nests them more than 200 deep.

    Examples
    --------
    >>> root = parse_xml('<topology version="2.0">\n <object type="Machine"/></topology>', "host.xml")
    >>> root.attributes["version"], root.children[0].place
    ('2.0', 'host.xml:2')
    """
    return _Reader(place).read(text)


def root_name(text: str, place: str) -> str:
    """
    Get the name of the root element; parsing stops at its start tag.

    Raises
    ------
    InputError
        If the text has no element, or is refused before the first one.
    """
    reader = _Reader(place, root_only=True)
    try:
        return reader.read(text).tag
    except _RootFound:
        return reader.found_root().tag


class _RootFound(Exception):  # noqa: N818 - ends the parser early, not an error
    pass


class _Reader:
    def __init__(self, place: str, *, root_only: bool = False) -> None:
        self.place = place
        self.root_only = root_only
        self.root: Node | None = None
        self.open: list[tuple[Node, list[str]]] = []
        self.elements = 0
        self.parser = expat.ParserCreate("utf-8")  # the text is decoded already, whatever encoding it declares
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.EntityDeclHandler = self.entity
        self.parser.ExternalEntityRefHandler = self.entity
        self.parser.SkippedEntityHandler = self.entity

    def read(self, text: str) -> Node:
        if len(text) > MAX_CHARACTERS:
            raise InputError(f"{len(text)} characters of XML, expected at most {MAX_CHARACTERS}", place=self.place)
        try:
            self.parser.Parse(text.encode("utf-8", "replace"), True)  # in pieces, one long tag takes quadratic time
        except expat.ExpatError as error:
            raise InputError(
                f"no well-formed XML: {expat.ErrorString(error.code)}", place=f"{self.place}:{error.lineno}"
            ) from None
        return self.found_root()

    def found_root(self) -> Node:
        if self.root is None:
            raise InputError("no XML element", place=self.place)
        return self.root

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        node = Node(tag, attributes, self.here())
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise InputError(f"more than {MAX_ELEMENTS} XML elements", place=node.place)
        if len(self.open) >= MAX_DEPTH:
            raise InputError(f"XML nested more than {MAX_DEPTH} deep", place=node.place)
        if self.open:
            self.open[-1][0].children.append(node)
        else:
            self.root = node
        self.open.append((node, []))
        if self.root_only:
            raise _RootFound

    def end(self, _tag: str) -> None:
        node, texts = self.open.pop()
        node.text = "".join(texts)

    def characters(self, text: str) -> None:
        if self.open:
            self.open[-1][1].append(text)

    def entity(self, name: str, *_: object) -> NoReturn:
        raise InputError(f'XML entity "{shorten(str(name))}": placer reads none', place=self.here())

    def here(self) -> str:
        return f"{self.place}:{self.parser.CurrentLineNumber}"
