"""The matrix of distances."""

from __future__ import annotations

from msgspec.structs import replace

from placer.draw.matrix import MOST_PNODES, distance_matrix
from placer.draw.scene import Label, Line, Part, Row
from tests.support.building import a_host


def rows(slit: tuple[tuple[int, ...], ...]) -> tuple[list[tuple[str, ...]], list[str]]:
    host = a_host(*[4] * len(slit), slit=slit)
    host = replace(host, pnodes=tuple(replace(pnode, id=8 * pnode.id) for pnode in host.pnodes))
    (part,) = distance_matrix(host).items
    assert isinstance(part, Part)
    texts = [item.texts for item in part.items if isinstance(item, Row)]
    return texts, [item.text for item in part.items if isinstance(item, Label)]


def test_rows_and_columns_are_named_by_pnode_and_hold_each_distance() -> None:
    texts, labels = rows(((10, 12, 30), (14, 10, 31), (30, 31, 11)))
    assert texts == [("0", "8", "16"), ("10", "12", "30"), ("14", "10", "31"), ("30", "31", "11")]
    assert labels[1:] == ["0", "8", "16"]


def test_where_there_is_no_way_a_dash_stands_and_is_explained() -> None:
    texts, labels = rows(((10, 255), (20, 10)))
    assert texts[1:] == [("10", "\u2013"), ("20", "10")]
    assert labels[0].endswith("\u2013 none of it can be reached")


def test_far_cells_are_darker_and_neighbours_joined() -> None:
    host = a_host(*[4] * 3, slit=((10, 20, 20), (20, 10, 40), (20, 40, 10)))
    (part,) = distance_matrix(host).items
    assert isinstance(part, Part)
    shades = {item.look: item.d.count("M") for item in part.items if isinstance(item, Line)}
    assert shades == {"shade0": 3, "shade2": 3, "shade5": 2}


def test_one_pnode_and_very_many_have_no_matrix() -> None:
    assert distance_matrix(a_host(4)).height == 0
    assert distance_matrix(a_host(*[4] * (MOST_PNODES + 1), pcpus=0)).height == 0
    assert distance_matrix(a_host(*[4] * MOST_PNODES, pcpus=0)).height > 0
