"""Pictures in strict parsers of XML and in librsvg, which other programs draw SVG with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

import placer
from placer.draw.palette import PATTERNS
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.pictures import STRANGE, SVG

if TYPE_CHECKING:
    from PIL.Image import Image

FOLDER = Path(__file__).resolve().parents[2] / "instances"
INSTANCES = ("epyc-8n", "cxl-expander", "cpupools", "phytium-16n")


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is missing: apt-get install librsvg2-bin libxml2-utils"
        if os.environ.get("PLACER_REQUIRE_REAL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def shipped(name: str) -> str:
    instance = placer.read_instance(FOLDER / f"{name}.json")
    return placer.draw(instance, placer.solve(instance, seed=0, workers=1))


def one_vnode_each(*names: str) -> str:
    guests = [a_guest(GIB, name=name) for name in names]
    where = placer.Placement(pnode_of=dict.fromkeys(names, (0,)))
    return placer.draw(an_instance(a_host(64 * GIB), *guests), where)


def drawn(svg: str, folder: Path) -> Image:
    """Have librsvg draw a picture, and read what it drew."""
    from PIL import Image

    (folder / "picture.svg").write_text(svg, encoding="utf-8")
    command = [program("rsvg-convert"), "--output", "picture.png", "picture.svg"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    with Image.open(folder / "picture.png") as image:
        return image.convert("RGB")


@pytest.mark.parametrize("name", INSTANCES)
def test_librsvg_draws_the_whole_picture_in_its_colours(name: str, tmp_path: Path) -> None:
    svg = shipped(name)
    image, root = drawn(svg, tmp_path), ET.fromstring(svg)
    assert image.size == (int(root.get("width", 0)), int(root.get("height", 0)))
    wanted = {each.get("fill", "") for each in root.iterfind(f"{SVG}defs/{SVG}pattern/{SVG}rect")}
    data = image.tobytes()
    seen = {f"#{data[i : i + 3].hex()}" for i in range(0, len(data), 3)}
    assert wanted and wanted <= seen
    assert {image.getpixel((x, y)) for x in (1, image.width - 2) for y in (1, image.height - 2)} == {(255, 255, 255)}


@pytest.mark.parametrize("svg", [shipped("epyc-8n"), one_vnode_each(*STRANGE)], ids=["epyc-8n", "strange names"])
def test_a_strict_parser_finds_no_fault(svg: str, tmp_path: Path) -> None:
    (tmp_path / "picture.svg").write_text(svg, encoding="utf-8")
    command = [program("xmllint"), "--nonet", "--noout", "picture.svg"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_strange_names_are_drawn(tmp_path: Path) -> None:
    assert min(drawn(one_vnode_each(*STRANGE), tmp_path).size) > 200


def swatches(svg: str) -> list[tuple[int, int]]:
    """The left upper corner of the pattern of each guest in the legend."""

    def walk(element: ET.Element, x: float, y: float) -> list[tuple[int, int]]:
        moved = re.fullmatch(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", ""))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        here = [(round(x), round(y) + 2)] if element.get("class") == "entry" else []
        return here + [corner for child in element for corner in walk(child, x, y)]

    return walk(ET.fromstring(svg), 0, 0)


def test_eight_guests_are_told_apart_in_black_and_white(tmp_path: Path) -> None:
    svg = one_vnode_each(*(f"guest-{i}" for i in range(len(PATTERNS))))
    image = drawn(svg, tmp_path).convert("L")
    cuts = [image.crop((x + 2, y + 2, x + 14, y + 14)).tobytes() for x, y in swatches(svg)]
    assert len(cuts) == len(PATTERNS)
    for one, other in combinations(cuts, 2):
        assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one) > 20
