from __future__ import annotations

from typing import Any

import pytest

from placer.errors import InputError
from placer.formats.base import ParsedHost
from placer.formats.linux.topology import NodeRow, Topology, build_host

GIB = 1024**2
SLIT = {(0, 0): 10, (0, 8): 20, (8, 0): 21, (8, 8): 10}


def built(*rows: NodeRow, free: str | None = None, **more: Any) -> ParsedHost:
    return build_host(Topology(place="host.xml", rows=rows, **{"distances": SLIT, **more}), free)


def row(id: int, *pcpus: int, memory: int | None = GIB) -> NodeRow:
    return NodeRow(id=id, memory_kib=memory, pcpus=pcpus)


def test_rows_are_sorted_and_distances_follow_the_ids() -> None:
    host = built(row(8, 2, 3), row(0, 0, 1)).host
    assert [(pnode.id, pnode.pcpus) for pnode in host.pnodes] == [(0, (0, 1)), (8, (2, 3))]
    assert host.slit == ((10, 20), (21, 10))


def test_cores_are_kept_where_pcpus_share_one_and_cut_at_the_node() -> None:
    host = built(row(0, 0, 1, 2), row(8, 3, 4), core_groups=[(0, 1, 99), (2, 3)]).host
    assert [pnode.cores for pnode in host.pnodes] == [((0, 1), (2,)), ()]


def test_a_pcpu_that_two_cores_claim_is_in_the_first() -> None:
    host = built(row(0, 0, 1, 2), row(8), core_groups=[(0, 1), (1, 2)]).host
    assert host.pnodes[0].cores == ((0, 1), (2,))


def test_the_lowest_node_gets_a_pcpu_that_two_list_with_a_note() -> None:
    reading = built(row(8, 0, 1, 2), row(0, 0, 1))
    assert [pnode.pcpus for pnode in reading.host.pnodes] == [(0, 1), (2,)]
    assert "pcpus 0-1 are listed on more than one node: the lowest one has them" in reading.notes


def test_totals_are_noted_unless_every_pnode_has_its_free_memory_given() -> None:
    def noted(reading: ParsedHost) -> bool:
        return any("memory is the total" in note for note in reading.notes)

    assert noted(built(row(0), row(8)))
    assert noted(built(row(0), row(8), free="0=1GiB"))
    assert not noted(built(row(0), row(8), free="1GiB"))
    assert not noted(built(row(0), row(8), totals=False))


def test_free_memory_replaces_what_the_file_says() -> None:
    host = built(row(0), row(8), free="8=3GiB").host
    assert [pnode.memory_kib for pnode in host.pnodes] == [GIB, 3 * GIB]


def test_memory_that_the_file_does_not_state_must_be_given() -> None:
    rows = (row(0), row(8, memory=None), row(9, memory=None))
    with pytest.raises(InputError) as caught:
        built(*rows, free="8=1GiB")
    assert str(caught.value) == (
        "host.xml: does not say how much memory pnode 9 has; give what is free with --free 9=SIZE"
    )
    assert built(*rows, free="8=1GiB,9=0KiB").host.pnodes[2].memory_kib == 0


def test_without_distances_the_host_has_none_with_a_note() -> None:
    reading = built(row(0), row(8), distances={})
    assert reading.host.slit is None
    assert any("10 within a pnode and 20 between pnodes" in note for note in reading.notes)


def test_nothing_is_said_about_the_distances_of_a_single_pnode() -> None:
    assert not any("distances" in note for note in built(row(0), distances={}).notes)


def test_single_missing_distances_are_assumed_with_a_note() -> None:
    reading = built(row(0), row(8), distances={(0, 0): 10, (0, 8): 31})
    assert reading.host.slit == ((10, 31), (20, 10))
    assert any(note.startswith("2 distances are not stated (pnode 8 to 0 and 8 to 8)") for note in reading.notes)


@pytest.mark.parametrize("distance", [255, 4294967295, -1])
def test_an_unreachable_node_is_255(distance: int) -> None:
    assert built(row(0), row(8), distances={**SLIT, (0, 8): distance}).host.slit == ((10, 255), (21, 10))


def test_a_diagonal_other_than_ten_is_kept_with_a_note() -> None:
    reading = built(row(0), row(8), distances={**SLIT, (8, 8): 1})
    assert reading.host.slit == ((10, 20), (21, 1))
    assert any("on the host's scale" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("rows", "more", "message"),
    [
        ((), {}, "0 NUMA nodes, expected 1 to 1024"),
        ((row(0), row(0)), {}, "node 0 is listed twice"),
        ((row(65536),), {}, "node 65536: expected ids of at most 65535"),
        ((row(0, 65536),), {}, "node 0: expected ids of at most 65535"),
        ((row(0, memory=2**43 + 1),), {}, "node 0: expected memory of at most 8 PiB"),
        ((row(0), row(8)), {"distances": {(0, 8): 0}}, "the distance from node 0 to 8 is 0, expected at least 1"),
    ],
)
def test_what_cannot_be_is_refused(rows: tuple[NodeRow, ...], more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^host.xml: {message}"):
        built(*rows, **more)
