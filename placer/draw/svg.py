"""Shapes as SVG."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from xml.etree import ElementTree as ET

from placer.draw.fonts import BODY, FAMILY, SMALL, clean
from placer.draw.headline import Headline
from placer.draw.palette import colour_of, kind_of, pattern_of, stroke_of
from placer.draw.scene import Anchor, Block, Box, Label, Line, Part, Row, Shape, fills

STYLE = f"""
text{{font-family:{FAMILY};white-space:pre;fill:#111}}
.s,.f,.e,.k{{font-size:{SMALL:g}px}}
.k,.mid{{text-anchor:middle}}
.e,.end{{text-anchor:end}}
.f,.e,.muted{{fill:#444}}
.black{{fill:#000}}
.paper{{fill:#fff}}
.bold{{font-weight:bold}}
.card{{fill:#fff;stroke:#444}}
.cluster{{fill:#888;fill-opacity:.09;stroke:#777}}
.g{{stroke:#222;stroke-width:.7}}
.k{{fill:#000;stroke:#fff;stroke-width:3px;paint-order:stroke;stroke-linejoin:round}}
.free{{fill:#fff;stroke:#777;stroke-width:.7}}
.overhead{{fill:#777;stroke:#222;stroke-width:.7}}
.used{{fill:#bbb;stroke:#222;stroke-width:.7}}
.reserve{{fill:#e4e4e4;stroke:#444;stroke-width:.7;stroke-dasharray:2 2}}
.whole{{fill:none;stroke:#111}}
.thread{{fill:#fff;stroke:#999;stroke-width:.8}}
.core{{fill:none;stroke:#222}}
.far{{fill:none;stroke:#b3261e;stroke-width:1.6}}
.away{{fill:#b3261e}}
.changed{{stroke:#b3261e;stroke-width:2.4;stroke-dasharray:4 2}}
.owned{{fill:#999;stroke:#111;stroke-width:2}}
.use0{{fill:#dbe9f6}}.use1{{fill:#bad6eb}}.use2{{fill:#89bedc}}.use3{{fill:#539ecd}}.use4{{fill:#2b7bba}}.use5{{fill:#0b559f}}
.use0,.use1,.use2,.use3,.use4,.use5{{stroke:#222;stroke-width:.7}}
.shade0{{fill:#fff}}.shade1{{fill:#eee}}.shade2{{fill:#ddd}}.shade3{{fill:#ccc}}.shade4{{fill:#bbb}}.shade5{{fill:#aaa}}
"""

ANCHORS: dict[Anchor, str] = {"start": "", "middle": "mid", "end": "end"}
"""Classes of the style sheet."""
SHORT = {"muted s": "f", "muted s end": "e", "number s mid": "k"}
"""The classes of most texts, each set as one, as there are thousands of them."""


class Drawn(Protocol):
    """What has a head, and can be drawn."""

    @property
    def headline(self) -> Headline:
        """Title and lines."""

    def drawn(self) -> Block:
        """Give all of it within margins."""


def to_svg(picture: Drawn) -> str:
    """Write a picture as the SVG of a file of its own: an image with its head."""
    block = picture.drawn()
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        **size_of(block.width, block.height),
        "role": "img",
        "aria-labelledby": "placer-title placer-lines",
    }
    root = ET.Element("svg", attributes)
    ET.SubElement(root, "title", id="placer-title").text = clean(picture.headline.title)
    ET.SubElement(root, "desc", id="placer-lines").text = clean("\n".join(picture.headline.lines))
    kinds = sorted({kind_of(number) for number in fills(block.items)})
    ET.SubElement(root, "style").text = STYLE + style_of(kinds) + "\n"
    define_patterns(ET.SubElement(root, "defs"), kinds)
    ET.SubElement(root, "rect", {"class": "paper", "width": "100%", "height": "100%"})
    for item in block.items:
        add(root, item)
    return ET.tostring(root, encoding="unicode").replace(" />", "/>") + "\n"


def size_of(width: float, height: float) -> dict[str, str]:
    """Give the attributes of the root of SVG that its size and its text have."""
    size = {"width": f"{width:.0f}", "height": f"{height:.0f}"}
    return {**size, "viewBox": f"0 0 {width:.0f} {height:.0f}", "font-size": f"{BODY:g}"}


def style_of(kinds: Iterable[int]) -> str:
    """Give the style of each pattern."""
    return "".join(f".p{kind}{{fill:url(#p{kind})}}" for kind in kinds)


def define_patterns(parent: ET.Element, kinds: Iterable[int]) -> None:
    """Define the patterns of guests."""
    for kind in kinds:
        size = {"width": "8", "height": "8"}
        pattern = ET.SubElement(parent, "pattern", {"id": f"p{kind}", "patternUnits": "userSpaceOnUse", **size})
        ET.SubElement(pattern, "rect", {"fill": colour_of(kind), **size})
        if pattern_of(kind):
            lines = {"d": pattern_of(kind), "stroke": stroke_of(kind), "stroke-width": "1.3", "fill": "none"}
            ET.SubElement(pattern, "path", lines)


def add(parent: ET.Element, shape: Shape) -> None:
    """Write a shape."""
    if isinstance(shape, Part):
        _add_part(parent, shape)
    elif isinstance(shape, Box):
        _add_box(parent, shape)
    elif isinstance(shape, Line):
        ET.SubElement(parent, "path", {"class": shape.look, "d": shape.d})
    elif isinstance(shape, Row):
        text = ET.SubElement(parent, "text", _of_text(shape, "middle") | {"y": _n(shape.y)})
        for x, each in zip(shape.xs, shape.texts, strict=True):
            ET.SubElement(text, "tspan", {"x": _n(x)}).text = clean(each)
    else:
        _add_label(parent, shape)


def _add_part(parent: ET.Element, part: Part) -> None:
    attributes = {"class": part.look} if part.look else {}
    if part.x or part.y:
        attributes["transform"] = f"translate({_n(part.x)},{_n(part.y)})"
    for key, number in (("data-g", part.guest), ("data-p", part.pnode)):
        if number is not None:
            attributes[key] = f"{number}"
    group = ET.SubElement(parent, "g", attributes) if attributes or part.title else parent
    if part.title:
        ET.SubElement(group, "title").text = clean(part.title)
    for item in part.items:
        add(group, item)


def _add_box(parent: ET.Element, box: Box) -> None:
    attributes = {"class": box.look if box.fill is None else f"{box.look} p{kind_of(box.fill)}"}
    if not box.radius:  # shorter than a rect, and there are thousands
        path = f"M{_n(box.x)},{_n(box.y)}h{_n(box.width)}v{_n(box.height)}H{_n(box.x)}z"
        ET.SubElement(parent, "path", attributes | {"d": path})
        return
    attributes |= {"x": _n(box.x), "y": _n(box.y), "width": _n(box.width), "height": _n(box.height)}
    ET.SubElement(parent, "rect", attributes | {"rx": _n(box.radius)})


def _add_label(parent: ET.Element, label: Label) -> None:
    if label.whole:
        parent = ET.SubElement(parent, "g")
        ET.SubElement(parent, "title").text = clean(label.whole)
    attributes = _of_text(label, label.anchor) | ({"x": _n(label.x)} if label.x else {}) | {"y": _n(label.y)}
    ET.SubElement(parent, "text", attributes).text = clean(label.text)


def _of_text(shape: Label | Row, anchor: Anchor) -> dict[str, str]:
    """Give classes, and the size where it has no class; ink is what all text has."""
    looks = [shape.look] * (shape.look != "ink") + ["bold"] * shape.bold + ["s"] * (shape.size == SMALL)
    looks += [ANCHORS[anchor]] * (anchor != "start")
    classes = SHORT.get(" ".join(looks), " ".join(looks))
    attributes = {"class": classes} if classes else {}
    return attributes if shape.size in {BODY, SMALL} else {**attributes, "font-size": f"{shape.size:g}"}


def _n(value: float) -> str:
    """Write a coordinate, to a tenth of a pixel where that is all that is seen."""
    return f"{round(value, 1):g}"
