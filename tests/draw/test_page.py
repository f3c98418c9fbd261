"""The page: whole in one file, with every name escaped, and small enough."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

from msgspec.structs import replace

from placer.draw.page import to_html
from placer.draw.single import picture_of_host, picture_of_placement
from placer.formats.native.answer_json import StatedAnswer
from placer.instance import Instance, Placement
from placer.job.request import Request
from tests.support.building import GIB, a_guest, a_host, an_instance, tree_slit
from tests.support.pictures import STRANGE, two_pnodes


class Page(HTMLParser):
    """What a browser reads: tags with attributes, the names on the buttons, and the data of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.names: list[str] = []
        self.buttons = 0
        self.data: list[dict[str, Any]] = []
        self._in: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.buttons += tag == "button"
        is_data = tag == "script" and dict(attrs).get("type") == "application/json"
        self._in.append("data" if is_data else tag)
        self.names += [""] if self._in[-2:] == ["button", "b"] else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self._in and self._in.pop() not in {tag, "data"}:  # tags of cells and items need no end
            pass

    def handle_data(self, data: str) -> None:
        if self._in[-2:] == ["button", "b"]:
            self.names[-1] += data
        if self._in[-1:] == ["data"]:
            self.data.append(json.loads(data))


def page(instance: Instance, placement: Placement) -> str:
    return to_html(picture_of_placement(Request(instance=instance), placement, StatedAnswer(placement=placement)))


def test_it_loads_nothing_and_forbids_itself_to() -> None:
    text = page(*two_pnodes())
    read = Page(text)
    links = [attributes[key] for _, attributes in read.tags for key in ("src", "href") if key in attributes]
    assert all(str(link).startswith("#u") for link in links)
    assert not re.search(r"url\((?!#p\d)", text) and "@import" not in text
    policy = [attributes.get("content") for tag, attributes in read.tags if "http-equiv" in attributes]
    assert str(policy[0]).startswith("default-src 'none'")


def test_names_are_text_everywhere() -> None:
    guests = [a_guest(GIB, name=name) for name in STRANGE]
    text = page(an_instance(replace(a_host(64 * GIB), name="</title><script>x()</script>"), *guests), Placement(
        pnode_of=dict.fromkeys(STRANGE, (0,))
    ))  # fmt: skip
    read = Page(text)
    assert [attributes.get("type") for tag, attributes in read.tags if tag == "script"] == ["application/json", None]
    assert read.names == [f"{i} {name}".replace("\u202e", "\ufffd") for i, name in enumerate(STRANGE, 1)]
    assert "<script>alert" not in text


def test_rows_and_shapes_of_a_guest_have_its_number() -> None:
    read = Page(page(*two_pnodes()))
    rows = [attributes["data-g"] for tag, attributes in read.tags if tag == "tr" and "data-g" in attributes]
    assert rows == ["0", "0", "1"]
    assert {attributes["data-g"] for tag, attributes in read.tags if tag == "g" and "data-g" in attributes} == {
        "0",
        "1",
    }


def test_headings_regions_and_columns_are_named() -> None:
    read = Page(page(*two_pnodes()))
    ids = {attributes["id"] for _, attributes in read.tags if "id" in attributes}
    labelled = [
        str(attributes["aria-labelledby"]).split() for _, attributes in read.tags if "aria-labelledby" in attributes
    ]
    assert all(set(names) <= ids for names in labelled) and len(labelled) == 4
    assert all(attributes.get("scope") in {"col", "row"} for tag, attributes in read.tags if tag == "th")
    assert ("html", {"lang": "en"}) in read.tags


def test_it_is_light_and_dark_and_made_for_paper() -> None:
    text = page(*two_pnodes())
    assert "@media (prefers-color-scheme: dark)" in text and "size: A4 landscape" in text


def test_every_guest_has_one_button_with_its_figures() -> None:
    read = Page(page(*two_pnodes()))
    assert (read.buttons, read.names) == (2, ["1 db", "2 web"])
    assert "</b>: 5 GiB, 2 vcpus, mean distance 14.40, pnodes 0-1, reads 60 % at 10, 40 % at 21</button>" in page(
        *two_pnodes()
    )


def test_links_of_a_guest_are_in_the_data_of_the_page() -> None:
    assert Page(page(*two_pnodes())).data == [{"pnodes": [0, 1], "links": [{"0": [[0, 1, 400, "21"]]}]}]


def test_distances_are_a_table_with_heads_in_both_directions() -> None:
    text = page(*two_pnodes())
    assert 'class="distances d0"' in text and "<tr><th scope=row>1<td class=s5>21<td>10\n" in text
    heads = [attributes.get("scope") for tag, attributes in Page(text).tags if tag == "th"]
    assert heads.count("row") == 2


def test_a_host_without_guests_has_nothing_to_select() -> None:
    assert 'class="figures"' not in to_html(picture_of_host(a_host(GIB)))
    assert 'class="figures"' in page(*two_pnodes())


def test_64_pnodes_with_400_guests_take_at_most_350_kib() -> None:
    host = a_host(*[64 * GIB] * 64, pcpus=16, slit=tree_slit((4, 16, 64), (10, 12, 20, 40)))
    guests = [a_guest(6 * GIB, vcpus=(2,), name=f"guest-{g}") for g in range(400)]
    text = page(an_instance(host, *guests), Placement(pnode_of={f"guest-{g}": (g % 64,) for g in range(400)}))
    assert len(text.encode()) <= 350 * 1024
