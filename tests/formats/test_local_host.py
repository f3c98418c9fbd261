from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from placer.errors import InputError
from placer.formats.linux.free_pages import ALL_FREE
from placer.formats.local_host import read_libvirt, read_local_host
from tests.support.host_samples import LIBVIRT, sysfs

XL_INFO = """\
host                   : dom0
cpu_topology           :
cpu:    core    socket     node
  0:       0        0        0
numa_info              :
node:    memsize    memfree    distances
   0:     10240       8192      10
"""


@pytest.fixture
def dom0(tmp_path: Path) -> Path:
    """The file by which Linux tells that it is dom0."""
    capabilities = tmp_path / "capabilities"
    capabilities.write_text("control_d\n")
    return capabilities


@pytest.fixture
def xl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ``xl`` in PATH, which a test can write."""
    program = tmp_path / "bin" / "xl"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


def write(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_a_linux_machine_is_read_from_sysfs_under_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.node", lambda: "db1")
    no_xen = tmp_path / "none"
    host = read_local_host(free="0=1GiB", sysfs=str(sysfs(tmp_path)), xen_capabilities=no_xen).host
    assert (host.name, [pnode.memory_kib for pnode in host.pnodes]) == ("db1", [1024**2, 8 * 1024**2])


def test_dom0_is_read_from_xl_info(xl: Path, dom0: Path) -> None:
    write(xl, f'test "$*" = "info -n" && cat <<EOF\n{XL_INFO}EOF')
    host = read_local_host(xen_capabilities=dom0).host
    assert (host.name, [pnode.memory_kib for pnode in host.pnodes]) == ("dom0", [8192 * 1024])


def test_a_domain_that_is_not_dom0_is_read_from_sysfs(xl: Path, dom0: Path, tmp_path: Path) -> None:
    dom0.write_text("")
    write(xl, "exit 1")
    host = read_local_host(sysfs=str(sysfs(tmp_path)), xen_capabilities=dom0).host
    assert len(host.pnodes) == 2


def test_what_xl_says_when_it_fails_is_passed_on(xl: Path, dom0: Path) -> None:
    write(xl, "echo libxl: error: cannot open handle >&2; exit 1")
    with pytest.raises(InputError, match=r"^xl info -n: failed with exit code 1: libxl: error: cannot open handle$"):
        read_local_host(xen_capabilities=dom0)


@pytest.mark.usefixtures("xl")
def test_dom0_without_xl_is_told_so(dom0: Path) -> None:
    with pytest.raises(InputError, match=r"^xl info -n: this is a Xen dom0 without xl in PATH"):
        read_local_host(xen_capabilities=dom0)


def test_an_xl_that_hangs_is_given_up(xl: Path, dom0: Path) -> None:
    write(xl, "exec sleep 10")
    with pytest.raises(InputError, match=r"^xl info -n: no answer within 0.2 s"):
        read_local_host(xen_capabilities=dom0, xl_timeout_s=0.2)


PAGES = "<pages unit='KiB' size='4'>9</pages><pages unit='KiB' size='2048'>512</pages>"


class RefusedError(Exception):
    """Stands for libvirt.libvirtError."""


@pytest.fixture
def libvirt(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A libvirt binding that knows ``test:///default`` and lists what is done to it."""
    done: list[str] = []

    def open_read_only(uri: str) -> SimpleNamespace:
        done.append(uri)
        if uri != "test:///default":
            raise RefusedError("no connection driver")
        return SimpleNamespace(
            getCapabilities=lambda: LIBVIRT.replace("</memory>", "</memory>" + PAGES),
            getFreePages=lambda sizes, first, _: {first: dict.fromkeys(sizes, 40 + first)},
            close=lambda: done.append("closed"),
        )

    binding = SimpleNamespace(
        registerErrorHandler=lambda *_: None, openReadOnly=open_read_only, libvirtError=RefusedError
    )
    monkeypatch.setitem(sys.modules, "libvirt", binding)
    return done


def test_a_host_is_read_over_libvirt_and_the_connection_closed(libvirt: list[str]) -> None:
    host = read_libvirt("test:///default", free="1=1GiB").host
    assert [pnode.memory_kib for pnode in host.pnodes] == [3 * 1024**2, 1024**2]
    assert libvirt == ["test:///default", "closed"]


@pytest.mark.usefixtures("libvirt")
def test_free_pages_are_asked_for_over_libvirt() -> None:
    reading = read_libvirt("test:///default")
    pools = [[(pool.page_size, pool.total, pool.free) for pool in pnode.huge_pages] for pnode in reading.host.pnodes]
    assert pools == [[(2048, 512, 40)], [(2048, 512, 41)]]
    assert [pnode.memory_kib for pnode in reading.host.pnodes] == [3 * 1024**2, 7 * 1024**2]
    assert ALL_FREE not in reading.notes


def test_what_libvirt_refuses_is_passed_on(libvirt: list[str]) -> None:
    with pytest.raises(InputError, match=r"^--libvirt x:///y: libvirt: no connection driver$"):
        read_libvirt("x:///y")


def test_without_the_binding_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libvirt", None)
    with pytest.raises(
        InputError, match=r"^--libvirt: needs the libvirt binding for Python: install placer\[libvirt\]"
    ):
        read_libvirt("qemu:///system")


def test_the_test_driver_of_a_real_libvirt_is_read() -> None:
    if importlib.util.find_spec("libvirt") is None:
        if os.environ.get("PLACER_REQUIRE_REAL") == "1":
            pytest.fail("the libvirt binding is missing (pip install placer[libvirt]), and PLACER_REQUIRE_REAL is 1")
        pytest.skip("the libvirt binding is not installed (pip install placer[libvirt])")
    host = read_libvirt("test:///default").host
    assert [pnode.pcpus for pnode in host.pnodes] == [tuple(range(8)), tuple(range(8, 16))]
