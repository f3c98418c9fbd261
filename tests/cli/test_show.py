"""``placer show``."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.commands import INSTANCES, placer

RUNNING = INSTANCES / "xl" / "running"


def test_a_snapshot_is_shown_as_text_and_as_json() -> None:
    ran = placer("show", RUNNING / "snapshot.txt")
    assert (ran.code, ran.err) == (0, "")
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
