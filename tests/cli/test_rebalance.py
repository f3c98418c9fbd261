"""``placer rebalance`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import INSTANCES, placer
from tests.support.kvm_snapshots import parts_of_kvm
from tests.support.snapshots import output, parts_of_xl, snapshot

RUNNING = INSTANCES / "xl" / "running"
FILES = (
    *("--host", RUNNING / "xl-info.txt", "--running", RUNNING / "xl-list.json"),
    *("--vcpu-list", RUNNING / "vcpu-list.txt", "--numa-dump", RUNNING / "dmesg.txt"),
)


def test_files_of_a_host_give_a_plan() -> None:
    ran = placer("rebalance", *FILES, "--empty", 2, "--restarts", 2, "--quiet")
    assert ran.code == 0 and ran.lines[0].startswith("OPTIMAL: 2 moves of 2.84 GiB in 1 stage")
    assert ran.err == ""


def test_a_snapshot_may_be_the_host() -> None:
    ran = placer("rebalance", "--host", RUNNING / "snapshot.txt", "--moves", 1)
    assert ran.code == 0 and ran.lines[0].startswith("OPTIMAL: 0 moves")


def test_infeasible_is_an_exit_code_with_a_reason() -> None:
    ran = placer("rebalance", *FILES, "--empty", 2)
    assert ran.code == 1
    assert ran.lines[1].startswith('guest "db" is on pnode 2 and may not move: it sees vnodes')


def test_a_snapshot_is_all_it_needs() -> None:
    ran = placer(
        "rebalance",
        "-",
        "--format",
        "json",
        "--moves",
        1,
        stdin=snapshot(parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}),
    )
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["status"] == "OPTIMAL"


def test_a_script_is_written_to_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "moves.sh"
    words = ("rebalance", *FILES, "--format", "shell", "-o", path)
    assert placer(*words).code == 0
    script = path.read_text()
    assert script.startswith("#!/bin/sh\n") and "\nrepin 1 web " in script
    again = placer(*words)
    assert again.code == 2 and "exists; --force replaces it" in again.err
    assert placer(*words, "--force").code == 0


def test_guests_of_libvirt_get_a_script_of_virsh() -> None:
    ran = placer("rebalance", "-", "--empty", 1, "--format", "shell", stdin=snapshot(parts_of_kvm()))
    assert ran.code == 0, ran.err
    assert "\nnumatune 1 web 855fb7d6" in ran.out and "xl " not in ran.out[ran.out.index("begin ") :]


def test_without_a_plan_there_is_no_script(tmp_path: Path) -> None:
    path = tmp_path / "moves.sh"
    ran = placer("rebalance", *FILES, "--empty", 2, "--format", "shell", "-o", path)
    assert ran.code == 1 and not path.exists() and ran.out == "" and "may not move" in ran.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((*FILES, "--moves", -1), "moves: expected 0 or more"),
        ((*FILES, "--gib", -0.5), "gib: expected 0 or more"),
        ((*FILES, "--stay", "nobody"), 'stay: no guest "nobody" runs on this host'),
        ((*FILES, "--empty", 7), "empty: no pnode 7 on this host, expected one of 0-3"),
        ((*FILES, "--make-room", INSTANCES / "xl" / "db.cfg"), 'make_room: guest "db" runs already'),
        (FILES[:4], "is no snapshot; a host alone needs --running, --vcpu-list and --numa-dump beside it"),
        ((), "expected SNAPSHOT, or --host with --running, --vcpu-list and --numa-dump"),
        (("-", *FILES), "expected SNAPSHOT, or --host with --running, --vcpu-list and --numa-dump; not both"),
        (("-", "--pools", "-"), "standard input (-) can be read once only"),
    ],
)
def test_bad_input_is_a_line(words: tuple[object, ...], message: str) -> None:
    ran = placer("rebalance", *words, stdin=snapshot(parts_of_xl()))
    assert (ran.code, ran.out) == (2, "") and message in ran.err and "Traceback" not in ran.err
