"""Whatever a file holds, its reader gives a result or one clear error that names the file, within bounds."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import placer.formats
from placer.errors import BatchError, InputError
from tests.support.every_reader import FILE, INSTANCES, LONGEST, READERS, Reader, hostile

ELSEWHERE = {
    "base": "holds what readers give",
    "configured_guest": "holds what writers take",
    "guests": "tells the forms apart; each of them is a reader here",
    "foreign": "names the files of others; tests/formats/test_foreign.py",
    "libvirt.write_domain": "writes",
    "libvirt.write_huge_pages": "writes",
    "libvirt.write_numatune": "writes",
    "libxl.hypercall": "writes",
    "libxl.write_json": "writes",
    "linux.huge_pages": "reads a folder; tests/formats/linux/test_huge_pages.py",
    "linux.pci_devices": "reads a folder; tests/formats/linux/test_pci_devices.py",
    "linux.sysfs": "reads a folder; tests/formats/linux/test_sysfs.py damages one",
    "local_host": "hands on what sysfs, xl and libvirt say; tests/formats/test_local_host.py",
    "native.readable_json": "writes",
    "native.rfc2013": "writes",
    "qemu": "writes",
    "sighting": "holds what readers give",
    "snapshot.remote": "hands on what ssh says; tests/formats/snapshot/test_remote.py",
    "snapshot.script": "writes",
    "text.json_layout": "writes",
    "toolstack_limits": "looks at what was read",
    "xl.shell": "writes",
    "xl.write_cfg": "writes",
}
"""Modules of placer.formats that read no file of their own, and why."""

CORPUS = {
    "xl info": "hosts/xl-info/*.txt",
    "numactl": "hosts/slit/*.numactl.txt",
    "hwloc": "hosts/hwloc-xml*/*.xml",
    "capabilities": "hosts/libvirt-capabilities/*.xml",
    "domain": "guests/libvirt-domain/*.xml",
}
"""Real files of a form."""

PIECES = (b"", b"\x00", b"\xff", b"-", b"9" * 25, b"<", b"&a;", b'"', b"'", b"[", b"{", b"\n", b"0xf...f", b",", b"^")

everything = pytest.mark.parametrize("name", READERS)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(reader: Reader, data: bytes) -> bool:
    """Read a document; False where it is refused, with its name first and in few words."""
    Path(FILE).write_bytes(data)
    try:
        reader.read(FILE)
    except InputError as error:
        for each in error.errors if isinstance(error, BatchError) else (error,):
            assert str(each).startswith((FILE, "reading ended after")), str(each)[:LONGEST]
            assert len(str(each)) <= LONGEST
        return False
    return True


def test_every_module_that_reads_is_among_the_readers() -> None:
    folder = Path(next(iter(placer.formats.__path__)))
    paths = [path.relative_to(folder).with_suffix("") for path in folder.rglob("*.py") if path.stem != "__init__"]
    modules = {".".join(path.parts) for path in paths}
    assert modules - {module for reader in READERS.values() for module in reader.modules} == set(ELSEWHERE)


@everything
def test_the_sample_of_each_reader_is_read(name: str) -> None:
    assert read(READERS[name], READERS[name].sample.encode())


@functools.cache
def real_files(name: str) -> tuple[bytes, ...]:
    """Give the sample of a reader, and the smaller files of its form in the corpus where that is set."""
    corpus = os.environ.get("PLACER_CORPUS")
    found = sorted(Path(corpus).glob(CORPUS[name])) if corpus and name in CORPUS else []
    return (READERS[name].sample.encode(), *(path.read_bytes() for path in found if path.stat().st_size < 60_000))


def _damage(data: st.DataObject, text: bytes) -> bytes:
    where = data.draw(st.integers(0, len(text)))
    kind = data.draw(st.sampled_from(("cut", "flip", "splice", "drop", "repeat")))
    if kind == "cut" or where == len(text):
        return text[:where]
    if kind == "flip":
        return text[:where] + bytes([text[where] ^ 1 << data.draw(st.integers(0, 7))]) + text[where + 1 :]
    length = data.draw(st.integers(0, 40))
    if kind == "repeat":
        return text[:where] + text[where : where + length] * data.draw(st.integers(2, 50)) + text[where:]
    put = data.draw(st.sampled_from(PIECES)) if kind == "splice" else b""
    return text[:where] + put + text[where + length :]


@everything
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_with_its_name(name: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(real_files(name)))
    for _ in range(data.draw(st.integers(1, 4))):
        text = _damage(data, text)
    read(READERS[name], text)


@everything
def test_hostile_documents_are_read_or_refused_with_their_name(name: str) -> None:
    refused = sum(not read(READERS[name], document) for _, document in hostile(READERS[name].sample, 20_000))
    assert refused > 20


@everything
def test_a_file_of_a_hundred_megabytes_is_refused(name: str) -> None:
    with Path(FILE).open("wb") as file:
        file.write(READERS[name].sample.encode())
        file.truncate(100_000_000)
    with pytest.raises(InputError, match=f"^{FILE}: larger than 8 MiB, expected a text file$"):
        READERS[name].read(FILE)


@pytest.mark.slow
@everything
def test_large_hostile_documents_take_little_time_and_memory(name: str) -> None:
    """
    Documents of 1 MiB; `tests.support.every_reader NAME 15` takes the largest, of 8 MiB.

    Seconds are those of the processor, several times what an idle machine takes.
    """
    command = [sys.executable, "-m", "tests.support.every_reader", name, "3", f"{1024**2}"]
    ran = subprocess.run(command, cwd=INSTANCES.parent, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr[-2000:]
