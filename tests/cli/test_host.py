from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from placer.cli import main
from placer.formats.hosts import parse_host_text
from placer.formats.native.instance_json import parse_host
from placer.instance import Host, format_cpuset
from tests.support.commands import INSTANCES, placer
from tests.support.host_samples import HWLOC, LIBVIRT, NUMACTL, sysfs
from tests.xen.xen_packages import Platform

GUEST = 'name = "db"\ntype = "hvm"\nmemory = 1024\nvcpus = 2\n'

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["placer", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        return int(code or 0), said.out, said.err

    return call


def written(text: str) -> Host:
    return parse_host(text, "printed")


@pytest.mark.parametrize("text", [HWLOC, LIBVIRT, NUMACTL])
def test_a_host_in_any_form_is_printed_as_json_and_nothing_else(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "host").write_text(text)
    code, out, _ = run("host", "host")
    assert (code, written(out).slit) == (0, ((10, 21), (31, 10)))


def test_a_sysfs_tree_is_a_host(run: Run, tmp_path: Path) -> None:
    sysfs(tmp_path / "copy")
    code, out, _ = run("host", "copy")
    assert (code, [pnode.id for pnode in written(out).pnodes]) == (0, [0, 8])


def test_what_is_printed_is_read_again_as_the_same_host(run: Run, tmp_path: Path) -> None:
    (tmp_path / "host.xml").write_text(HWLOC)
    _, first, _ = run("host", "host.xml")
    (tmp_path / "host.json").write_text(first)
    _, second, _ = run("host", "host.json")
    assert second == first


def test_notes_go_to_stderr_unless_quiet(run: Run, tmp_path: Path) -> None:
    (tmp_path / "host.xml").write_text(HWLOC)
    assert "note: memory is the total of each pnode" in run("host", "host.xml")[2]
    assert run("host", "host.xml", "--quiet")[2] == ""


def test_free_memory_and_reserves_are_set(run: Run, tmp_path: Path) -> None:
    (tmp_path / "host.xml").write_text(HWLOC)
    _, out, err = run("host", "host.xml", "--free", "0=1GiB,8=2GiB", "--reserve", "8=512MiB")
    assert [(p.memory_kib, p.reserve_kib) for p in written(out).pnodes] == [(2**20, 0), (2**21, 2**19)]
    assert "total" not in err


def test_a_host_whose_memory_is_unknown_is_refused_with_what_to_give(run: Run, tmp_path: Path) -> None:
    (tmp_path / "caps.xml").write_text(LIBVIRT.replace("<memory unit='KiB'>8388608</memory>", ""))
    code, out, err = run("host", "caps.xml")
    assert (code, out) == (2, "")
    assert err == "error: caps.xml: does not say how much memory pnode 1 has; give what is free with --free 1=SIZE\n"


def test_a_file_and_libvirt_together_are_refused(run: Run, tmp_path: Path) -> None:
    assert run("host", "host.xml", "--libvirt", "xen:///")[0::2] == (
        2,
        "error: usage: expected HOST or --libvirt, got both\n",
    )


def test_guests_are_solved_on_a_host_of_lstopo_with_the_free_memory_given(run: Run, tmp_path: Path) -> None:
    (tmp_path / "host.xml").write_text(HWLOC)
    (tmp_path / "db.cfg").write_text(GUEST)
    free = ("--free", "0=512MiB,8=2GiB")
    code, out, _ = run("solve", "--host", "host.xml", *free, "db.cfg", "--format", "json")
    assert (code, json.loads(out)["placement"]) == (0, {"db": [8]})


def test_an_instance_takes_free_memory_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "host.xml").write_text(HWLOC)
    (tmp_path / "db.cfg").write_text(GUEST)
    _, out, _ = run("import", "--host", "host.xml", "--free", "3GiB", "db.cfg")
    assert [pnode["memory_kib"] for pnode in json.loads(out)["host"]["pnodes"]] == ["3GiB", "3GiB"]
    (tmp_path / "instance.json").write_text(out)
    assert run("solve", "instance.json", "--free", "1MiB")[0] == 1
    assert run("compare", "instance.json", "--free", "1MiB", "--strategy", "first-fit")[0] == 0
    assert run("solve", "instance.json", "--free", "5=1MiB")[0::2] == (
        2,
        "error: --free: no pnode 5 on this host, expected one of 0,8\n",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="sysfs is Linux's")
def test_the_machine_itself_is_what_sysfs_and_lstopo_say(platform: Platform) -> None:
    command = [sys.executable, "-c", "from placer.cli import main; main()", "host"]
    itself = written(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    lstopo = platform.command("usr/bin/lstopo-no-graphics", "--of", "xml")
    xml = subprocess.run(lstopo, capture_output=True, text=True, check=True).stdout
    lists = Path("/sys/devices/system/node")
    assert [p.id for p in itself.pnodes] == sorted(int(f.name[4:]) for f in lists.glob("node[0-9]*"))
    for pnode in itself.pnodes:
        folder = lists / f"node{pnode.id}"
        total = (folder / "meminfo").read_text().split("MemTotal:")[1].split()[0]
        assert pnode.memory_kib == int(total)
        assert format_cpuset(pnode.pcpus) == (folder / "cpulist").read_text().strip()
    shown = parse_host_text(xml, "lstopo").host
    with_memory = [p for p in itself.pnodes if p.memory_kib]
    assert [(p.id, p.memory_kib, p.pcpus, p.cores) for p in shown.pnodes] == [
        (p.id, p.memory_kib, p.pcpus, p.cores) for p in with_memory
    ]
    if len(with_memory) == len(itself.pnodes) > 1:
        assert shown.slit == itself.slit


def test_a_snapshot_is_printed_with_its_cpupools_and_all_that_runs() -> None:
    shown = json.loads(placer("host", INSTANCES / "xl" / "running" / "snapshot.txt", "--quiet").out)
    assert shown["name"] == "xen1"
    assert [pool["name"] for pool in shown["cpupools"]] == ["Pool-0"]
    assert [domain["name"] for domain in shown["domains"]] == ["Domain-0", "app", "cache", "db", "desk", "web"]
