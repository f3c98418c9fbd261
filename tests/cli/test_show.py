"""``placer show``."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.commands import INSTANCES, placer
from tests.support.kvm_snapshots import parts_without_domains
from tests.support.pictures import written
from tests.support.snapshots import parts_without_guests, snapshot

RUNNING = INSTANCES / "xl" / "running"


def test_a_snapshot_is_shown_as_text_and_as_json() -> None:
    ran = placer("show", RUNNING / "snapshot.txt")
    assert ran.code == 0, ran.err
    assert ran.lines[0] == "xen1, taken 2026-11-29T13:32:01Z: 5 guests with 16 vcpus and 4.59 GiB"
    shown = json.loads(placer("show", RUNNING / "snapshot.txt", "--format", "json").out)
    assert shown["best"]["status"] == "OPTIMAL"
    assert placer("show", "-", stdin=(RUNNING / "snapshot.txt").read_bytes()).lines[1:] == ran.lines[1:]


def test_the_parts_one_by_one_show_the_same() -> None:
    files = ("--running", RUNNING / "xl-list.json", "--vcpu-list", RUNNING / "vcpu-list.txt")
    ran = placer("show", RUNNING / "xl-info.txt", *files, "--numa-dump", RUNNING / "dmesg.txt")
    assert ran.lines[1:] == placer("show", RUNNING / "snapshot.txt").lines[1:]


def test_what_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    ran = placer("show", RUNNING / "xl-info.txt")
    assert ran.code == 2
    assert "no first line of a snapshot, expected what the script of placer snapshot prints" in ran.err
    assert placer("show", tmp_path / "none.txt").err.endswith("none.txt: no such file\n")
    both = placer("show", "-", "--running", "-")
    assert (both.code, "standard input (-) can be read once only" in both.err) == (2, True)


def test_a_host_on_which_nothing_runs_is_shown_plainly() -> None:
    ran = placer("show", "-", stdin=snapshot(parts_without_guests()))
    assert ran.code == 0 and ran.lines[1:3] == ["now: no guest runs", ""] and ran.lines[3].startswith("Pnodes")
    assert "0 guests with 0 vcpus" in ran.lines[0]
    kvm = placer("show", "-", stdin=snapshot(parts_without_domains()))
    assert "taken to lie" not in kvm.out  # no memory of anyone is assumed to lie anywhere
    shown = json.loads(placer("show", "-", "--format", "json", stdin=snapshot(parts_without_domains())).out)
    assert (shown["guests"], shown["best"], shown["now"]["shared_pairs"]) == ([], None, 0)


def test_it_is_drawn_as_a_page_and_as_a_picture(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    assert placer("show", RUNNING / "snapshot.txt", "--format", "html", "-o", page).code == 0
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert placer("show", RUNNING / "snapshot.txt", "-o", page).err.endswith("exists; --force replaces it\n")
    svg = placer("show", RUNNING / "snapshot.txt", "--format", "svg", "--time-limit", "0").out
    assert "now" in {each.text for each in written(svg)}
