"""Whole pictures: no text on another, nothing cut off, on every shipped instance and on hosts of every size."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

import placer
from placer.check import check, mean_access_distance
from placer.draw.single import picture_of_guests, picture_of_host, picture_of_placement
from placer.draw.svg import to_svg
from placer.formats.native.answer_json import StatedAnswer
from placer.instance import Guest, Host, Instance, Placement, Vnode
from placer.job.request import Request
from placer.report.pnodes import pnode_table
from tests.support.building import GIB, a_guest, a_host, an_instance, tree_slit
from tests.support.commands import INSTANCES
from tests.support.pictures import STRANGE, faults, titles, two_pnodes, written

SHIPPED = sorted(path for path in INSTANCES.glob("*.json") if path.name != "origins.json")


def anywhere(instance: Instance) -> tuple[Instance, Placement]:
    """Put the vnodes on the pnodes one after the other, whatever the rules say."""
    fewest = instance.with_fewest_vnodes()
    pnodes = [pnode.id for pnode in instance.host.pnodes]
    counts = {guest.name: len(guest.vnodes) for guest in fewest.guests}
    return instance, Placement(
        pnode_of={
            name: tuple(pnodes[(i + v) % len(pnodes)] for v in range(n)) for i, (name, n) in enumerate(counts.items())
        }
    )


@cache
def drawn(path: Path) -> str:
    instance, placement = anywhere(placer.read_instance(path))
    return to_svg(picture_of_placement(Request(instance=instance), placement, StatedAnswer(placement=placement)))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_text_of_a_shipped_instance_lies_on_another_or_is_cut_off(path: Path) -> None:
    assert faults(drawn(path)) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_mean_distance_is_that_of_check(path: Path) -> None:
    instance, placement = anywhere(placer.read_instance(path))
    verdict = check(instance, placement, allow_unplaced=True)
    mean = mean_access_distance(verdict)
    texts = " ".join(each.text for each in written(drawn(path)))
    assert mean is None or f"mean access distance {mean:.2f}" in texts
    assert all(f"cost {cost}" in texts for cost in verdict.costs)


@pytest.mark.parametrize(("count", "sizes", "heights"), [
    (1, (1,), (10, 10)),
    (2, (2,), (10, 21)),
    (8, (4, 8), (10, 12, 32)),
    (16, (2, 8, 16), (10, 12, 20, 40)),
    (34, (2, 34), (10, 12, 30)),
    (64, (4, 16, 64), (10, 12, 20, 40)),
])  # fmt: skip
def test_hosts_of_every_size_with_strange_names_are_readable(
    count: int, sizes: tuple[int, ...], heights: tuple[int, ...]
) -> None:
    host = a_host(*[0 if p % 5 == 4 else 64 * GIB for p in range(count)], pcpus=8, slit=tree_slit(sizes, heights))
    pnodes = [replace(pnode, pcpus=()) if pnode.id % 7 == 6 else pnode for pnode in host.pnodes]
    host = replace(host, name='\u202e<b>&"host" ' + "x" * 200, pnodes=tuple(pnodes))
    guests = [a_guest(4 * GIB, 2 * GIB, name=name) for name in STRANGE]
    instance, placement = anywhere(an_instance(host, *guests))
    svg = to_svg(picture_of_placement(Request(instance=instance), placement, StatedAnswer(placement=placement)))
    assert faults(svg) == []
    texts = [each.text for each in written(svg)]
    assert sum(text.startswith("pnode ") for text in texts) == count
    assert '1 <script>alert("x")</script>' in texts
    assert any(title.endswith("n" * 250) for title in titles(svg))
    assert not any("\u202e" in text for text in (*texts, *titles(svg)))


def test_the_tables_are_those_of_the_report() -> None:
    instance, placement = two_pnodes()
    picture = picture_of_placement(Request(instance=instance), placement, StatedAnswer(placement=placement))
    by_title = {table.title: table for table in picture.tables}
    assert list(by_title) == ["Costs, highest tier first", "Guests", "Pnodes"]
    words = [" ".join(map(str, row[:4])).split() for row in by_title["Pnodes"].rows]
    assert words == [line.split()[:7] for line in pnode_table(instance, placement).splitlines()[2:]]
    assert [row[0] for row in by_title["Guests"].rows] == ["db", "", "web"]


def test_parts_that_meet_are_one_guest_as_in_the_report() -> None:
    guest = Guest(
        name="cut", form="parts", vnodes=[Vnode(memory_kib=GIB, vcpus=(0,)), Vnode(memory_kib=GIB, vcpus=(1,))]
    )
    instance, placement = an_instance(a_host(4 * GIB, 4 * GIB), guest), Placement(pnode_of={"cut": (0, 0)})
    picture = picture_of_placement(Request(instance=instance), placement, StatedAnswer(placement=placement))
    assert next(table.rows for table in picture.tables if table.title == "Guests")[0][:3] == ("cut", 0, "2 GiB")


def test_a_host_and_guests_that_are_not_placed_are_drawn_without_figures_of_a_placement() -> None:
    instance, _ = two_pnodes()
    host = to_svg(picture_of_host(instance.host))
    waiting = to_svg(picture_of_guests(instance, StatedAnswer(placement=None, status="UNKNOWN", reason="no time")))
    assert faults(host) == faults(waiting) == []
    assert "8 GiB free" in [each.text for each in written(host)]
    assert {"no time", "5 GiB, 2 vcpus, not placed"} <= {each.text for each in written(waiting)}


def test_a_host_of_the_most_pnodes_is_drawn() -> None:
    host = Host(pnodes=[placer.Pnode(id=p, memory_kib=GIB) for p in range(130)])
    svg = to_svg(picture_of_host(host))
    assert sum(each.text.startswith("pnode ") for each in written(svg)) == 130
