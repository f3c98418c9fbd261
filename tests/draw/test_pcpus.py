"""Cells of pcpus: cores, threads and owners."""

from __future__ import annotations

from msgspec.structs import replace

from placer.draw.content import Content
from placer.draw.pcpus import CELL, GAP, pcpu_cells
from placer.draw.scene import Block, Label, Line, Part
from placer.draw.shown import Shown
from placer.instance import Host, Pnode
from tests.support.building import GIB, a_host

HOST = Host(pnodes=[Pnode(id=0, memory_kib=GIB, pcpus=range(8), cores=[(0, 4), (1, 5), (2, 6), (3, 7)])])


def content(host: Host, **owners: tuple[int, ...]) -> Content:
    return Content(
        host=host,
        guests=(Shown(name="db", facts=""), Shown(name="web", facts="")),
        owners={int(pcpu[1:]): whose for pcpu, whose in owners.items()},
    )


def cells(block: Block) -> Part:
    (part,) = [item for item in block.items if isinstance(item, Part)]
    return part


def test_the_threads_of_a_core_stand_side_by_side() -> None:
    plain, frames = (item for item in cells(pcpu_cells(content(HOST), 0, 244)).items if isinstance(item, Line))
    starts = [float(step.split(",")[0]) for step in plain.d.split("M")[1:]]
    core = 2 * CELL + GAP
    assert starts == [c * core + t * CELL for c in range(4) for t in range(2)]
    assert frames.d.count("M") == 4 and f"h{2 * CELL:g}" in frames.d


def test_cores_go_on_in_the_next_row_where_there_is_no_room() -> None:
    whole, narrow = pcpu_cells(content(HOST), 0, 244), pcpu_cells(content(HOST), 0, 60)
    assert narrow.height > whole.height
    many = a_host(GIB, pcpus=100)
    core = replace(many, pnodes=(replace(many.pnodes[0], cores=(tuple(range(100)),)),))
    plain = next(item for item in cells(pcpu_cells(content(core), 0, 100)).items if isinstance(item, Line))
    assert max(float(step.split(",")[0]) + CELL for step in plain.d.split("M")[1:]) <= 100


def test_a_cell_has_the_pattern_of_its_owner_and_the_number_of_several() -> None:
    drawn = cells(pcpu_cells(content(HOST, p1=(0,), p5=(1, 1, 0)), 0, 244))
    one, several = (item for item in drawn.items if isinstance(item, Part))
    assert (one.title, one.guest) == ("pcpu 1: 1 vcpu of db", 0)
    assert (several.title, several.guest) == ("pcpu 5: 2 vcpus of web, 1 vcpu of db", None)
    assert [item.text for item in several.items if isinstance(item, Label)] == ["3"]


def test_pcpus_of_the_same_owner_are_one_shape_with_one_title() -> None:
    drawn = cells(pcpu_cells(content(HOST, p1=(0,), p5=(0,), p2=(1,)), 0, 244))
    assert [(item.title, len(item.items)) for item in drawn.items if isinstance(item, Part)] == [
        ("pcpus 1,5: each 1 vcpu of db", 2),
        ("pcpu 2: 1 vcpu of web", 1),
    ]
