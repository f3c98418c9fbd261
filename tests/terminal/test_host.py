"""A host on a terminal: by nearness, no wider than the terminal, and with the meaning of what occurs alone."""

from __future__ import annotations

from placer.draw.content import of_host
from placer.terminal.host import host_picture
from placer.terminal.screen import Screen
from tests.support.building import GIB, a_host, tree_slit

ASCII = Screen(width=80, colour=False, unicode=False)


def test_clusters_stand_below_their_distances() -> None:
    host = a_host(*[8 * GIB] * 4, slit=tree_slit((2, 4), (10, 12, 20)))
    lines = host_picture(of_host(host), ASCII).splitlines()
    said = [line for line in lines if "distance" in line]
    assert said == ["pnodes 0-3: distance 20", "  pnodes 0-1: distance 12", "  pnodes 2-3: distance 12"]
    titles = [line for line in lines if "- pnode" in line]
    assert [line.count("- pnode") for line in titles] == [2, 2]


def test_one_pnode_has_no_distance() -> None:
    assert host_picture(of_host(a_host(8 * GIB)), ASCII).startswith("+- pnode 0 ---")


def test_boxes_fill_the_width_and_leave_no_gaps() -> None:
    """Three, or five, would have room in the wider ones, and leave gaps in the last row of sixteen."""
    host = a_host(*[8 * GIB] * 16)
    for width, boxes in [(80, 2), (116, 2), (200, 4)]:
        lines = host_picture(of_host(host), Screen(width=width, colour=False)).splitlines()
        assert max(map(len, lines)) <= width
        assert next(line for line in lines if "pnode 0 " in line).count("pnode") == boxes


def test_many_pnodes_are_lines() -> None:
    host = a_host(*[8 * GIB] * 64, slit=tree_slit((4, 16, 64), (10, 12, 20, 40)))
    lines = host_picture(of_host(host), ASCII).splitlines()
    assert len(lines) < 64
    assert max(map(len, lines)) <= 80
    for p in range(64):
        assert sum(f" {p} ...." in f" {line}" for line in lines) == 1


def test_only_what_occurs_is_explained() -> None:
    assert host_picture(of_host(a_host(8 * GIB)), ASCII).splitlines()[-1] == ". free"
