"""The doors that read: paths and texts give the same, and one Request comes of host and guests."""

from __future__ import annotations

from pathlib import Path

import pytest

import placer
from tests.support.commands import INSTANCES

XL = INSTANCES / "xl"
RUNNING = XL / "running"


def text_of(path: Path) -> placer.Text:
    return placer.Text(path.read_text(encoding="utf-8"), place="here")


def test_a_text_is_read_as_the_file_that_holds_it() -> None:
    for path in (XL / "host.txt", RUNNING / "xl-info.txt"):
        assert placer.read_host(path).host == placer.read_host(text_of(path)).host == placer.read_host(str(path)).host
    host = placer.read_host(XL / "host.txt")
    of_file, of_text = placer.read_guests(XL / "db.cfg", host), placer.read_guests(text_of(XL / "db.cfg"), host.host)
    assert [(guest.name, guest.vcpu_count) for guest in of_file] == [
        (guest.name, guest.vcpu_count) for guest in of_text
    ]


def test_a_fault_in_a_text_names_its_place() -> None:
    with pytest.raises(placer.InputError, match=r"^xl list:1:3: not JSON"):
        placer.read_running(placer.read_host(RUNNING / "xl-info.txt"), placer.Text("[{]", place="xl list"))


def test_a_host_is_read_with_all_that_is_known_of_it() -> None:
    bare = placer.read_host(RUNNING / "xl-info.txt").host
    parsed = placer.read_host(
        RUNNING / "xl-info.txt",
        free="1GiB",
        reserve="0=512MiB",
        running=RUNNING / "xl-list.json",
        vcpu_list=RUNNING / "vcpu-list.txt",
    )
    assert [pnode.memory_kib for pnode in parsed.host.pnodes] == [1 << 20] * len(bare.pnodes)
    assert [pnode.reserve_kib for pnode in parsed.host.pnodes] == [512 << 10, *[0] * (len(bare.pnodes) - 1)]
    assert not bare.domains
    assert {domain.name for domain in parsed.host.domains} >= {"Domain-0"}
    assert any("are counted as load" in note for note in parsed.notes)


def test_running_guests_need_a_source() -> None:
    with pytest.raises(placer.InputError, match="expected running or vcpu_list, got neither"):
        placer.read_running(placer.read_host(RUNNING / "xl-info.txt"))
