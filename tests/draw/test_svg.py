"""SVG: well-formed whatever the names, and each guest marked."""

from __future__ import annotations

import re

from placer.draw.fonts import SMALL
from placer.draw.picture import Picture
from placer.draw.single import picture_of_host, picture_of_placement
from placer.draw.svg import SHORT, STYLE, to_svg
from placer.formats.native.answer_json import StatedAnswer
from placer.job.request import Request
from tests.support.building import GIB, a_host
from tests.support.pictures import SVG, parsed, two_pnodes


def a_picture() -> Picture:
    instance, placement = two_pnodes()
    return picture_of_placement(Request(instance=instance), placement, StatedAnswer(placement=placement))


def test_it_is_an_image_with_a_title_and_a_description() -> None:
    root = parsed(to_svg(a_picture()))
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "placer-title placer-lines")
    assert [child.get("id") for child in root[:2]] == ["placer-title", "placer-lines"]
    assert (root[1].text or "").startswith("2 guests with 3 vcpus")
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"


def test_only_patterns_that_occur_are_defined_and_each_is_used() -> None:
    svg = to_svg(a_picture())
    defined = [pattern.get("id") for pattern in parsed(svg).iter(f"{SVG}pattern")]
    assert defined == ["p0", "p1"]
    used = {look for element in parsed(svg).iter() for look in element.get("class", "").split()}
    assert {"p0", "p1"} <= used
    assert list(parsed(to_svg(picture_of_host(a_host(GIB)))).iter(f"{SVG}pattern")) == []


def test_every_shape_of_a_guest_says_whose_it_is() -> None:
    marked = [element.get("data-g") for element in parsed(to_svg(a_picture())).iter(f"{SVG}g")]
    # db: a bar and a row on each pnode, and its entry of the legend; web: one of each
    assert (marked.count("0"), marked.count("1")) == (5, 3)


def test_every_class_has_a_style() -> None:
    svg = to_svg(a_picture())
    used = {look for element in parsed(svg).iter() for look in element.get("class", "").split()} - {"entry"}
    styled = set(re.findall(r"\.([a-z]\w*)(?=[,{])", parsed(svg).findtext(f"{SVG}style") or ""))
    assert used <= styled
    assert f".s,.f,.e,.k{{font-size:{SMALL:g}px}}" in STYLE


def test_texts_of_many_classes_have_one_that_means_the_same() -> None:
    assert {"f", "e", "k"} == set(SHORT.values())
    for look, sets in (("f", {"10px", "#444"}), ("e", {"10px", "#444", "end"}), ("k", {"10px", "#000", "middle"})):
        rules = re.findall(rf"(?m)^(?:\.[\w,.]*)?\.{look}(?:,[\w,.]*)?\{{([^}}]*)\}}", STYLE)
        said = " ".join(rules)
        assert all(value in said for value in sets), look
