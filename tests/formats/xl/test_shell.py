"""The xl vcpu-pin calls for a running guest."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from placer.errors import EmissionError
from placer.formats.base import GuestSource
from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.formats.xl.shell import emit_shell
from placer.instance import Guest
from tests.support.building import GIB, a_guest, a_host

HOST = a_host(4 * GIB, 4 * GIB)
"""Pcpus 0 to 3 on pnode 0, 4 to 7 on pnode 1."""


def write(guest: Guest, *pnodes: int | None, source: GuestSource | None = None) -> str:
    vnodes = write_vnodes(guest, HOST, pnodes)
    memory = guest.memory_kib
    return emit_shell(
        ConfiguredGuest(guest=guest, host=HOST, vnodes=vnodes, memory_kib=memory, maxmem_kib=memory, source=source)
    )


def calls(text: str) -> list[list[str]]:
    return [shlex.split(line) for line in text.splitlines() if line.startswith("xl ")]


def test_each_vcpu_is_drawn_to_the_pcpus_of_its_pnode() -> None:
    text = write(a_guest(GIB, GIB, vcpus=(1, 2)), 1, 0)

    assert calls(text) == [
        ["xl", "vcpu-pin", "db", "0", "all", "4-7"],
        ["xl", "vcpu-pin", "db", "1", "all", "0-3"],
        ["xl", "vcpu-pin", "db", "2", "all", "0-3"],
    ]
    assert "# db: vnode 0 on pnode 1\n" in text


def test_affinity_of_its_own_is_kept() -> None:
    guest = a_guest(GIB, vcpus=(2,), hard_affinity=((1, 2, 3, 5), None), soft_affinity=((3, 4), (6,)))

    # vcpu 0 would rather run on 3, which is on pnode 0; vcpu 1 on 6, which is not
    assert [call[4:] for call in calls(write(guest, 0))] == [["1-3,5", "3"], ["all", "0-3"]]


def test_a_shell_gives_xl_the_name_as_it_is(tmp_path: Path) -> None:
    name = 'it\'s $(touch x); "a" # b'
    (tmp_path / "xl").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    (tmp_path / "xl").chmod(0o755)

    ran = subprocess.run(
        ["/bin/sh"],
        input=write(a_guest(GIB, name=name), 1),
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.splitlines() == ["vcpu-pin", name, "0", "all", "4-7"]
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("options", "pnode", "reason"),
    [
        ({"name": "12"}, 0, '^guest "12": xl takes its name for a domid$'),
        ({"name": "-f"}, 0, '^guest "-f": xl takes its name for an option$'),
        ({}, None, '^guest "db": vnode 0 has no pnode'),
    ],
)
def test_what_xl_could_not_bind_is_refused(options: dict[str, Any], pnode: int | None, reason: str) -> None:
    with pytest.raises(EmissionError, match=reason):
        write(a_guest(GIB, **options), pnode)


def test_a_guest_of_qemu_is_refused() -> None:
    with pytest.raises(EmissionError, match=r'^guest "db": db\.xml is a guest of QEMU, which xl does not bind$'):
        write(a_guest(GIB), 0, source=GuestSource(kind="libvirt", place="db.xml", text="<domain/>"))
