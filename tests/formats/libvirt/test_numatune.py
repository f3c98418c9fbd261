"""Where numatune lets the memory of a domain lie, after libvirt's documentation of the domain format."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.libvirt.numatune import Numatune, read_numatune
from placer.formats.text.xml_text import parse_xml
from placer.instance import Host, Pnode, Vnode

HOST = Host(pnodes=tuple(Pnode(id=id, memory_kib=1, pcpus=(id,)) for id in (0, 1, 8)))
CELLS = (Vnode(memory_kib=1, vcpus=(0,)), Vnode(memory_kib=1))
"""The second without vcpus."""


def tune(*inside: str, cells: tuple[Vnode, ...] = CELLS) -> Numatune:
    text = "\n".join(("<domain><numatune>", *inside, "</numatune></domain>"))
    return read_numatune(parse_xml(text, "db.xml"), cells, HOST)


def test_without_numatune_memory_may_lie_anywhere() -> None:
    assert read_numatune(parse_xml("<domain/>", "db.xml"), CELLS, HOST) == Numatune(
        pnode_of=(None, None), pnodes=None, notes=()
    )


def test_a_memnode_goes_before_the_memory_of_the_guest() -> None:
    read = tune("<memory nodeset='0-1'/>", "<memnode cellid='1' mode='restrictive' nodeset='1'/>")
    assert (read.pnode_of, read.pnodes, read.pnodes_of) == ((None, 1), (0, 1), None)


def test_a_cell_without_vcpus_names_its_set_even_where_all_have_the_same() -> None:
    read = tune("<memory nodeset='0,8'/>")
    assert (read.pnode_of, read.pnodes, read.pnodes_of) == ((None, None), (0, 8), (None, (0, 8)))


def test_a_cell_without_memory_and_vcpus_binds_nobody() -> None:
    read = tune("<memnode cellid='0' nodeset='0-1'/>", cells=(CELLS[0], Vnode(memory_kib=0)))
    assert (read.pnode_of, read.pnodes, read.pnodes_of) == ((None, None), (0, 1), None)


def test_cells_that_are_not_bound_alike_have_pnodes_of_their_own() -> None:
    read = tune("<memory nodeset='0-1'/>", "<memnode cellid='1' nodeset='8'/>")
    assert (read.pnode_of, read.pnodes, read.pnodes_of) == ((None, 8), None, ((0, 1), None))
    apart = tune("<memory nodeset='0-1'/>", "<memnode cellid='1' nodeset='1,8'/>")
    assert (apart.pnode_of, apart.pnodes, apart.pnodes_of) == ((None, None), None, ((0, 1), (1, 8)))


def test_a_guest_without_cells_may_use_the_pnodes_of_its_memory() -> None:
    assert tune("<memory nodeset='1,8'/>", cells=()).pnodes == (1, 8)


def test_preferences_and_choices_of_numad_bind_nothing_with_a_note() -> None:
    read = tune("<memory placement='auto'/>", "<memnode cellid='0' mode='preferred' nodeset='1'/>")
    assert (read.pnode_of, read.pnodes) == ((None, None), None)
    assert read.notes == (
        "numatune leaves the guest's memory to numad, placer chooses instead",
        'numatune mode "preferred" for the memory of cell 0 is not weighed; mode "strict" binds it',
    )
    assert [(binding.cell, binding.pnodes, binding.replaced) for binding in read.bindings] == [(0, (1,), True)]


def test_a_preference_of_a_cell_without_vcpus_for_pnodes_without_pcpus_binds_it() -> None:
    host = Host(pnodes=(*HOST.pnodes, Pnode(id=9, memory_kib=1)))

    def bound(cell: int, nodeset: str) -> tuple[int | None, ...]:
        text = f"<domain><numatune><memnode cellid='{cell}' mode='preferred' nodeset='{nodeset}'/></numatune></domain>"
        return read_numatune(parse_xml(text, "db.xml"), CELLS, host).pnode_of

    assert bound(1, "9") == (None, 9)
    assert bound(1, "8") == bound(0, "9") == (None, None)  # a pnode with pcpus; a cell with vcpus
    assert bound(1, "8-9") == (None, None)


def test_interleaved_memory_is_on_all_pnodes_that_it_names() -> None:
    read = tune("<memory nodeset='0-1'/>", "<memnode cellid='0' mode='interleave' nodeset='0-1'/>")
    assert read.pnodes == (0, 1)
    assert read.notes == (
        'numatune mode "interleave" spreads the memory of cell 0 over pnodes 0-1, and is kept: the placement counts '
        'each cell on one of them; mode "strict" puts it there',
    )


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (
            ["<memory nodeset='0-2'/>"],
            "db.xml:2: <memory>: nodeset names pnode 2, this host has pnodes 0-1,8",
        ),
        (
            ["<memory mode='hard' nodeset='0'/>"],
            'db.xml:2: <memory>: expected mode strict, restrictive, preferred, interleave, got "hard"',
        ),
        (
            ["<memnode cellid='2' nodeset='0'/>"],
            'db.xml:2: <memnode>: expected cellid from 0 to 1, got "2"',
        ),
        (
            ["<memnode cellid='1' nodeset='0'/>", "<memnode cellid='1' nodeset='1'/>"],
            "db.xml:3: <memnode>: a second memnode for cell 1",
        ),
    ],
)
def test_bindings_that_cannot_be_kept_are_refused_with_their_line(inside: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        tune(*inside)
    assert str(caught.value) == message


def test_a_memnode_of_a_domain_without_cells_is_refused() -> None:
    with pytest.raises(InputError, match=r"^db.xml:2: <memnode>: the domain has no cells, expected <cpu><numa><cell>"):
        tune("<memnode cellid='0' nodeset='0'/>", cells=())
