"""Reads a picture as a strict XML parser does, with every text and its rectangle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree as ET

from placer.draw.fonts import width
from placer.instance import Instance, Placement
from tests.support.building import GIB, a_guest, a_host, an_instance

SVG = "{http://www.w3.org/2000/svg}"
SIZES = dict.fromkeys(("s", "f", "e", "k"), 10.0)

STRANGE = (
    '<script>alert("x")</script>',
    "\"quoted\" & 'single'",
    "n" * 250,
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "\U0001f99c\U0001f99c \U0001f469\u200d\U0001f469\u200d\U0001f467 parrots",
    "\u6570\u636e\u5e93\u670d\u52a1\u5668" * 6,
    "a\u202eb turned",
)
"""Names of markup, quotes, many letters, right-to-left, emoji, wide letters, and a mark that turns text around."""


@dataclass(frozen=True)
class Written:
    """A text of a picture, and its rectangle from the picture's left upper corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Written) -> bool:
        apart = self.right <= other.left or other.right <= self.left or self.bottom <= other.top
        return not (apart or other.bottom <= self.top)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def written(svg: str) -> list[Written]:
    """Every text that is seen, in the order of the file."""
    return list(_written(parsed(svg), 0, 0))


def _written(element: ET.Element, x: float, y: float) -> Iterator[Written]:
    moved = re.fullmatch(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", ""))
    if moved:
        x, y = x + float(moved[1]), y + float(moved[2])
    if element.tag == f"{SVG}text":
        pieces = element.findall(f"{SVG}tspan") or [element]
        for piece in pieces:
            yield _placed(element, piece.text or "", x + float(piece.get("x", 0)), y + float(element.get("y", 0)))
    for child in element:
        yield from _written(child, x, y)


def _placed(element: ET.Element, text: str, x: float, y: float) -> Written:
    looks = element.get("class", "").split()
    size = float(element.get("font-size", next((SIZES[look] for look in looks if look in SIZES), 12)))
    wide = width(text, size, bold="bold" in looks)
    left = x - (wide / 2 if {"mid", "k"} & set(looks) else wide if {"end", "e"} & set(looks) else 0)
    return Written(text, left, y - 0.75 * size, left + wide, y + 0.22 * size)


def faults(svg: str) -> list[str]:
    """Say which texts lie on each other, or beyond the edge of the picture."""
    texts, root = written(svg), parsed(svg)
    wide, high = float(root.get("width", 0)), float(root.get("height", 0))
    out = [each.text for each in texts if each.left < 0 or each.top < 0 or each.right > wide or each.bottom > high]
    found = [f"beyond the edge: {text}" for text in out]
    ordered = sorted(texts, key=lambda each: each.top)
    rows: list[list[Written]] = [[] for _ in range(int(high // 32) + 2)]
    for each in ordered:
        for row in {max(0, int(each.top // 32)), max(0, int(each.bottom // 32))}:
            rows[min(row, len(rows) - 1)].append(each)
    pairs = {(a.text, b.text) for row in rows for a, b in combinations(row, 2) if a.overlaps(b)}
    return found + [f"{one!r} on {other!r}" for one, other in pairs]


def titles(svg: str) -> list[str]:
    """Everything that pointing at a shape says."""
    return [each.text or "" for each in parsed(svg).iter(f"{SVG}title")]


def two_pnodes() -> tuple[Instance, Placement]:
    """8 and 4 GiB; ``db`` has 3 GiB and two vcpus on pnode 0, 2 GiB on pnode 1, and ``web`` 1 GiB on pnode 1."""
    guests = (a_guest(3 * GIB, 2 * GIB, vcpus=(2, 0)), a_guest(GIB, name="web", overhead_kib=8192))
    instance = an_instance(a_host(8 * GIB, 4 * GIB, slit=((10, 21), (21, 10))), *guests)
    return instance, Placement(pnode_of={"db": (0, 1), "web": (1,)})
