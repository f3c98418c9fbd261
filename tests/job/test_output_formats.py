"""Every format has a writer, and its module is imported only when it writes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.job.output_formats import FORMATS
from tests.support.building import GIB, a_guest, a_host

HOST = a_host(8 * GIB, 8 * GIB)
GUEST = a_guest(GIB, GIB)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_each_format_writes_the_pnode_of_a_guest(name: str) -> None:
    """With the guest on pnodes 1 and 0, what is written differs from what is written for 0 and 1."""
    texts = {
        FORMATS[name].emit(
            ConfiguredGuest(
                guest=GUEST,
                host=HOST,
                vnodes=write_vnodes(GUEST, HOST, pnodes),
                memory_kib=GUEST.memory_kib,
                maxmem_kib=GUEST.memory_kib,
            )
        )
        for pnodes in ((0, 1), (1, 0))
    }
    assert len(texts) == 2


def test_the_table_imports_no_writer() -> None:
    code = (
        'import sys, placer.job.output_formats; print([m for m in sys.modules if m.endswith((".write_cfg", ".qemu"))])'
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
