"""Guests of libvirt on the command line."""

from __future__ import annotations

from pathlib import Path

from commands import INSTANCES, a_cfg, a_folder, placer

HOST = INSTANCES / "xl" / "host.txt"
LEDGER = INSTANCES / "libvirt" / "ledger.xml"


def test_a_domain_and_an_xl_cfg_are_placed_together(tmp_path: Path) -> None:
    a_folder(tmp_path, web_cfg=a_cfg("web"))
    ran = placer("solve", "--host", HOST, LEDGER, tmp_path / "web.cfg")

    assert ran.code == 0, ran.err
    assert ran.lines[0].startswith("OPTIMAL")
    assert "ledger" in ran.out
    assert "neither save nor migrate" not in ran.out
    assert ran.lines[-1].endswith("is not counted, --reserve leaves room: ledger")


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
