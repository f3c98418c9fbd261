"""Guests of libvirt on the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.commands import HOST as TWO_PNODES
from tests.support.commands import INSTANCES, a_cfg, a_folder, placer
from tests.support.real_libvirt import given_back, numa_of, virsh
from tests.xen.xen_packages import Platform

HOST = INSTANCES / "xl" / "host.txt"
LEDGER = INSTANCES / "libvirt" / "ledger.xml"


def test_a_domain_and_an_xl_cfg_are_placed_together(tmp_path: Path) -> None:
    a_folder(tmp_path, web_cfg=a_cfg("web"))
    ran = placer("solve", "--host", HOST, LEDGER, tmp_path / "web.cfg")

    assert ran.code == 0, ran.err
    assert ran.lines[0].startswith("OPTIMAL")
    assert "ledger" in ran.out
    assert "neither save nor migrate" not in ran.out
    assert ran.lines[-1].endswith("is not counted; --reserve leaves room for it: ledger")


def test_a_guest_of_qemu_is_not_written_for_xen() -> None:
    for form in ("xl", "libxl"):
        ran = placer("solve", "--host", HOST, LEDGER, "--format", form)
        assert (ran.code, ran.out) == (2, "")
        assert "ledger.xml is a guest of QEMU" in ran.err


def test_the_domain_comes_back_placed_into_a_folder(tmp_path: Path) -> None:
    ran = placer("solve", "--host", HOST, LEDGER, "--format", "libvirt", "-o", f"{tmp_path}/out/")

    assert ran.code == 0, ran.err
    text = (tmp_path / "out" / "ledger.xml").read_text(encoding="utf-8")
    assert text.count("<memnode ") == 2
    assert "<!-- kept as it is -->" in text


def test_a_guest_of_xen_is_not_written_for_libvirt_nor_left_out(tmp_path: Path) -> None:
    a_folder(tmp_path, web_cfg=a_cfg("web"))
    ran = placer("solve", "--host", HOST, LEDGER, tmp_path / "web.cfg", "--format", "libvirt", "-o", tmp_path / "out")

    assert (ran.code, ran.out) == (2, "")
    assert "web.cfg is a guest of Xen" in ran.err
    assert not (tmp_path / "out").exists()


def test_a_domain_alone_is_told_what_is_missing() -> None:
    ran = placer("solve", LEDGER)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("ledger.xml: is XML, expected an instance; give the host with --host\n")


def test_a_domain_placed_on_a_host_of_lstopo_is_taken_by_a_real_libvirt_and_given_back(
    tmp_path: Path, platform: Platform
) -> None:
    host, made = tmp_path / "lstopo.xml", "Package:4 [NUMANode(memory=34359738368)] core:4 pu:2"
    lstopo = platform.command("usr/bin/lstopo-no-graphics", "--input", made, "--of", "xml", "--force", str(host))
    subprocess.run(lstopo, check=True, capture_output=True)
    ran = placer("solve", "--host", host, LEDGER, "--format", "libvirt", "--quiet")

    assert ran.code == 0, ran.err
    sent = numa_of(ElementTree.fromstring(ran.out))
    assert numa_of(given_back(ran.out, platform)) == sent
    assert [len(sent[key]) for key in ("pins", "memory", "distances")] == [8, 2, 2]  # type: ignore[arg-type]


def test_a_host_is_read_from_the_capabilities_of_a_real_libvirt(tmp_path: Path, platform: Platform) -> None:
    (tmp_path / "caps.xml").write_text(virsh(platform, "capabilities").stdout)
    ran = placer("host", tmp_path / "caps.xml", "--quiet")

    assert ran.code == 0, ran.err
    assert ran.out.count('"pcpus": "') == 2


def test_free_pages_are_read_as_a_real_libvirt_prints_them(tmp_path: Path, platform: Platform) -> None:
    """Its driver for tests makes the numbers up, of the sizes that its capabilities list."""
    printed = virsh(platform, "freepages --all").stdout
    (tmp_path / "host.txt").write_text(virsh(platform, "capabilities").stdout + printed)
    ran = placer("host", tmp_path / "host.txt", "--quiet")

    assert ran.code == 0, ran.err
    pools = [pool for pnode in json.loads(ran.out)["pnodes"] for pool in pnode["huge_pages"]]
    counts = [int(line.split()[1]) for line in printed.splitlines() if line.startswith(("2048KiB: ", "1048576KiB: "))]
    assert [pool["free"] for pool in pools] == counts
    assert len(counts) == 4


@pytest.mark.parametrize(
    ("own", "mode"), [("", "interleave"), ("<numatune><memory mode='strict' nodeset='0-1'/></numatune>", "strict")]
)
def test_a_domain_on_a_set_is_taken_by_a_real_libvirt(own: str, mode: str, tmp_path: Path, platform: Platform) -> None:
    """Two pnodes of 3 and 4 GiB free with 4 pcpus each: 5 GiB lie on both, and each vcpu may run on all 8 pcpus."""
    (tmp_path / "host.txt").write_text(TWO_PNODES)
    (tmp_path / "db.xml").write_text(
        f"<domain type='kvm'><name>db</name><memory unit='GiB'>5</memory><vcpu>4</vcpu>{own}"
        "<os><type arch='x86_64'>hvm</type></os></domain>"
    )
    command = ("solve", "--host", tmp_path / "host.txt", tmp_path / "db.xml", "--migratable", "-q")
    ran = placer(*command, "--format", "libvirt")
    assert (ran.code, ran.err) == (0, "")
    root = given_back(ran.out, platform)
    memory = root.find("numatune/memory")
    assert memory is not None
    assert memory.attrib == {"mode": mode, "nodeset": "0-1"}
    assert [pin.get("cpuset") for pin in root.findall("cputune/vcpupin")] == ["0-7"] * 4
    assert root.find("cpu/numa") is None
    assert root.find("numatune/memnode") is None


def test_a_strict_nodeset_holds_what_its_pnodes_have_free_together(tmp_path: Path) -> None:
    """3 and 4 GiB free: 6.5 GiB are no two equal parts there, but Linux fills both; 7.5 GiB are more than they have."""
    (tmp_path / "host.txt").write_text(TWO_PNODES)
    text = (
        "<domain type='kvm'><name>db</name><memory unit='MiB'>6656</memory><vcpu>4</vcpu>"
        "<numatune><memory mode='strict' nodeset='0-1'/></numatune><os><type arch='x86_64'>hvm</type></os></domain>"
    )
    command = ("solve", "--host", tmp_path / "host.txt", tmp_path / "db.xml", "--migratable")
    for mode, code in (("strict", 0), ("restrictive", 0), ("interleave", 1)):
        (tmp_path / "db.xml").write_text(text.replace("strict", mode))
        ran = placer(*command)
        assert (ran.code, "INFEASIBLE" in ran.out) == (code, code == 1), ran.err
        assert ("fills what its pnodes have free: " in ran.out) == (code == 0)
    (tmp_path / "db.xml").write_text(text.replace("6656", "7680"))
    assert placer(*command).code == 1
