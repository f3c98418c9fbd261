"""The modes of a domain as they are written: each is given to libvirt, whose test driver checks what goes with what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support import commands
from tests.support.host_samples import TWO_NODES
from tests.support.real_libvirt import given_back
from tests.xen.xen_packages import Platform

HOST = TWO_NODES.replace("node 1 free: 8000", "node 1 free: 2000")  # so that pnode 0 is taken
CELL = "<cpu><numa><cell id='0' cpus='0-1' memory='1' unit='GiB'/></numa></cpu>"


def written(
    numatune: str, folder: Path, platform: Platform, cell: str = "", *more: str, gib: int = 1, host: str = HOST
) -> tuple[str, str]:
    (folder / "host.txt").write_text(host)
    domain = f"<domain type='test'><name>a</name><memory unit='GiB'>{gib}</memory><vcpu>2</vcpu>"
    (folder / "a.xml").write_text(f"{domain}<numatune>{numatune}</numatune><os><type>hvm</type></os>{cell}</domain>")
    ran = commands.placer("solve", "--host", folder / "host.txt", folder / "a.xml", "--format", "libvirt", *more)
    assert ran.code == 0, ran.err
    given_back(ran.out, platform)
    return ran.out, ran.err


@pytest.mark.parametrize("mode", ["strict", "restrictive"])
def test_a_nodeset_is_narrowed_in_its_mode_with_a_note(mode: str, tmp_path: Path, platform: Platform) -> None:
    text, notes = written(f"<memory mode='{mode}' nodeset='0-1'/>", tmp_path, platform)
    assert f"<memory mode='{mode}' nodeset='1'/>" in text
    assert f'the nodeset of numatune mode "{mode}" for the guest\'s memory names pnodes 0-1; the placement has' in notes


@pytest.mark.parametrize("nodeset", ["0", "1"])
def test_a_binding_that_holds_is_not_noted(nodeset: str, tmp_path: Path, platform: Platform) -> None:
    text, notes = written(f"<memory mode='restrictive' nodeset='{nodeset}'/>", tmp_path, platform)
    assert f"<memory mode='restrictive' nodeset='{nodeset}'/>" in text
    assert "numatune" not in notes


def test_a_preference_stays_one(tmp_path: Path, platform: Platform) -> None:
    text, notes = written("<memory mode='preferred' nodeset='0'/>", tmp_path, platform)
    assert "<memory mode='preferred' nodeset='1'/>" in text
    assert "is not weighed" in notes
    assert "names pnode 0; the placement has it on pnode 1" in notes


def test_interleaved_memory_without_cells_is_a_set_of_these_pnodes(tmp_path: Path, platform: Platform) -> None:
    text, _ = written("<memory mode='interleave' nodeset='0-1'/>", tmp_path, platform)
    assert "<memory mode='interleave' nodeset='0-1'/>" in text
    assert "<vcpupin vcpu='0' cpuset='0-7'/>" in text


def test_cells_have_modes_of_their_own(tmp_path: Path, platform: Platform) -> None:
    memory = "<memory mode='strict' nodeset='0-1'/><memnode cellid='0' mode='preferred' nodeset='0-1'/>"
    assert "<memnode cellid='0' mode='preferred' nodeset='1'/>" in written(memory, tmp_path, platform, CELL)[0]
    # libvirt refuses a memnode of another mode beside restrictive memory
    restrictive = "<memory mode='restrictive' nodeset='0-1'/>"
    assert "<memnode cellid='0' mode='restrictive' nodeset='1'/>" in written(restrictive, tmp_path, platform, CELL)[0]


def test_a_cell_that_is_interleaved_stays_so_with_a_note(tmp_path: Path, platform: Platform) -> None:
    memory = "<memory mode='strict' nodeset='0-1'/><memnode cellid='0' mode='interleave' nodeset='0-1'/>"
    text, notes = written(memory, tmp_path, platform, CELL)
    assert "<memnode cellid='0' mode='interleave' nodeset='0-1'/>" in text
    assert "the placement counts each cell on one of them" in notes


@pytest.mark.parametrize("stated", ["nodeset='1'", "placement='auto'"])
def test_a_preference_of_a_set_is_written_as_interleaved(stated: str, tmp_path: Path, platform: Platform) -> None:
    """libvirt before 9.3 (Debian 12) refuses several nodes of mode preferred, and equal parts are what was planned."""
    memory = f"<memory mode='preferred' {stated}/>"
    text, notes = written(memory, tmp_path, platform, "", "--migratable", gib=9, host=TWO_NODES)
    assert "<memory mode='interleave' nodeset='0-1'/>" in text
    assert ('mode "interleave" is written for it' in notes) == ("nodeset" in stated)


@pytest.mark.parametrize(("stated", "kept"), [("nodeset='1'", "[1]"), ("placement='auto'", "[01]")])
def test_a_preference_of_a_guest_with_cells_is_for_one_pnode(
    stated: str, kept: str, tmp_path: Path, platform: Platform
) -> None:
    text, notes = written(f"<memory mode='preferred' {stated}/>", tmp_path, platform, gib=9, host=TWO_NODES)
    assert re.search(f"<memory mode='preferred' nodeset='{kept}'/>", text)
    assert sorted(re.findall(r"memnode cellid='\d' mode='preferred' nodeset='(.*?)'", text)) == ["0", "1"]
    assert ("it stays for memory in no cell" in notes) == ("nodeset" in stated)
