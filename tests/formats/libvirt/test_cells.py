"""The cells of a libvirt domain, after libvirt's documentation of the domain format."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.libvirt.cells import Cells, read_cells
from placer.formats.text.xml_text import parse_xml


def cells(*inside: str, vcpu_count: int = 4) -> Cells | None:
    text = "\n".join(("<domain><cpu><numa>", *inside, "</numa></cpu></domain>"))
    return read_cells(parse_xml(text, "db.xml"), vcpu_count)


def test_a_domain_without_cells_has_none() -> None:
    assert cells() is None
    assert read_cells(parse_xml("<domain/>", "db.xml"), 4) is None


def test_a_cell_without_id_has_that_of_its_position_and_parts_of_a_kib_count_as_one() -> None:
    read = cells("<cell cpus='2-3' memory='1025' unit='b'/>", "<cell cpus='0-1' memory='1' unit='MiB'/>")
    assert read is not None
    assert [(vnode.memory_kib, vnode.vcpus) for vnode in read.vnodes] == [(2, (2, 3)), (1024, (0, 1))]
    assert (read.vdistances, read.notes) == (None, ())


def test_vcpus_on_no_cell_belong_to_cell_0_with_a_note() -> None:
    read = cells("<cell id='1' cpus='3' memory='1'/>", "<cell id='0' cpus='1' memory='1'/>")
    assert read is not None
    assert [vnode.vcpus for vnode in read.vnodes] == [(0, 1, 2), (3,)]
    assert read.notes == ("vcpus 0,2 are on no cell, libvirt adds them to cell 0",)


def test_a_distance_of_one_direction_holds_for_both_and_others_are_10_and_20() -> None:
    stated = "<distances><sibling id='1' value='21'/><sibling id='0' value='10'/></distances>"
    read = cells(
        f"<cell cpus='0-3' memory='1'>{stated}</cell>",
        "<cell memory='1'><distances><sibling id='2' value='31'/></distances></cell>",
        "<cell memory='1'><distances><sibling id='1' value='33'/></distances></cell>",
    )
    assert read is not None
    assert read.vdistances == ((10, 21, 20), (21, 10, 31), (20, 33, 10))


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (["<cell id='1' memory='1'/>", "<cell memory='1'/>"], "db.xml:3: <cell>: a second cell with id 1"),
        (["<cell id='1' memory='1'/>"], 'db.xml:2: <cell>: expected id from 0 to 0, got "1"'),
        (
            ["<cell cpus='0-4' memory='1'/>"],
            "db.xml:2: <cell>: names vcpu 4, expected those of <vcpu>, 0 to 3",
        ),
        (
            ["<cell cpus='0-2' memory='1'/>", "<cell cpus='2-3' memory='1'/>"],
            "db.xml:3: <cell>: vcpus 2 are on another cell too, expected on one",
        ),
        (
            ["<cell memory='1'><distances>", "<sibling id='0' value='11'/></distances></cell>"],
            "db.xml:3: <sibling>: distance 11 from cell 0 to cell 0, expected 10",
        ),
        (
            ["<cell memory='1'/><cell memory='1'><distances>", "<sibling id='0' value='9'/></distances></cell>"],
            "db.xml:3: <sibling>: distance 9 from cell 1 to cell 0, expected 10 to 255",
        ),
    ],
)
def test_cells_that_libvirt_refuses_are_refused_with_their_line(inside: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        cells(*inside)
    assert str(caught.value) == message
