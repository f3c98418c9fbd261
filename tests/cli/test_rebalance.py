"""``placer rebalance`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import INSTANCES, placer
from tests.support.kvm_snapshots import parts_of_kvm
from tests.support.pictures import written
from tests.support.snapshots import output, parts_of_xl, parts_without_guests, snapshot

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
    assert script.startswith("#!/bin/sh\n") and "\n    do_step repin 1 web " in script
    again = placer(*words)
    assert again.code == 2 and "exists; --force replaces it" in again.err
    assert placer(*words, "--force").code == 0


def test_guests_of_libvirt_get_a_script_of_virsh() -> None:
    ran = placer("rebalance", "-", "--empty", 1, "--format", "shell", stdin=snapshot(parts_of_kvm()))
    assert ran.code == 0, ran.err
    assert "\n    do_step numatune 1 web 855fb7d6" in ran.out and "xl " not in ran.out[ran.out.index("answers()") :]


def test_a_script_has_the_new_configuration_of_a_guest_that_is_started_anew() -> None:
    words = ("rebalance", RUNNING / "snapshot.txt", "--empty", 1, "--restarts", 1, "--workers", 1)
    config = ("--config", RUNNING / "app.cfg")
    ran = placer(*words, *config, "--format", "shell")
    assert ran.code == 0, ran.err
    assert '["pnode=0", "size=384", "vcpus=2-3", "vdistances=11,10"]' in ran.out
    refused = placer(*words, *config)
    assert refused.code == 2 and "--config is for --format shell on a host of xl" in refused.err


def test_without_a_plan_there_is_no_script(tmp_path: Path) -> None:
    path = tmp_path / "moves.sh"
    ran = placer("rebalance", *FILES, "--empty", 2, "--format", "shell", "-o", path)
    assert ran.code == 1 and not path.exists() and ran.out == "" and "may not move" in ran.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((*FILES, "--moves", -1), "error: --moves: expected 0 or more"),
        ((*FILES, "--gib", -0.5), "error: --gib: expected 0 or more"),
        ((*FILES, "--stay", "nobody"), 'error: --stay: no guest "nobody" runs on this host'),
        ((*FILES, "--empty", 7), "error: --empty: no pnode 7 on this host, expected one of 0-3"),
        ((*FILES, "--make-room", INSTANCES / "xl" / "db.cfg"), 'xl/db.cfg: guest "db" runs already'),
        (FILES[:4], "is no snapshot; a host alone needs --running, --vcpu-list and --numa-dump beside it"),
        ((), "expected SNAPSHOT, or --host with --running, --vcpu-list and --numa-dump"),
        (("-", *FILES), "expected SNAPSHOT, or --host with --running, --vcpu-list and --numa-dump; not both"),
        (("-", "--pools", "-"), "standard input (-) can be read once only"),
    ],
)
def test_bad_input_is_a_line(words: tuple[object, ...], message: str) -> None:
    ran = placer("rebalance", *words, stdin=snapshot(parts_of_xl()))
    assert (ran.code, ran.out) == (2, "") and message in ran.err and "Traceback" not in ran.err


def test_on_a_host_on_which_nothing_runs_there_is_nothing_to_move() -> None:
    text = snapshot(parts_without_guests())
    ran = placer("rebalance", "-", stdin=text)
    assert ran.code == 0 and ran.lines[0].startswith("OPTIMAL: 0 moves") and "nothing to move" in ran.lines[-1]
    script = placer("rebalance", "-", "--empty", 1, "--format", "shell", stdin=text)
    assert script.code == 0 and "\nsteps=0 " in script.out


def test_moves_are_claimed_in_the_file_of_claims(tmp_path: Path) -> None:
    claims = tmp_path / "xen1.claims"
    asked = (RUNNING / "snapshot.txt", "--empty", 2, "--restarts", 2, "--claims", claims, "--expires", 900)
    ran = placer("rebalance", *asked, "--format", "json")
    assert (ran.code, json.loads(ran.out)["claimed"]) == (0, ["desk", "db"])
    assert f"claimed in {claims} for 900 s: desk, db" in ran.err
    listed = json.loads(placer("claims", "list", claims, "--format", "json").out)
    assert [(each["name"], each["state"]) for each in listed["claims"]] == [("desk", "claimed"), ("db", "claimed")]
    again = placer("rebalance", *asked)
    assert again.code == 1 and "its claim says that it is being moved" in again.out


def test_a_plan_that_cannot_be_written_leaves_no_claim(tmp_path: Path) -> None:
    claims = tmp_path / "xen1.claims"
    asked = (RUNNING / "snapshot.txt", "--empty", 2, "--restarts", 2, "--claims", claims, "--format", "shell")
    absent = tmp_path / "absent.cfg"
    absent.write_text('name = "absent"\ntype = "pvh"\nkernel = "/vmlinuz"\nmemory = 64\nvcpus = 1\n')
    ran = placer("rebalance", *asked, "--config", absent)
    assert ran.code == 2 and 'no guest "absent" runs on the host' in ran.err
    assert json.loads(placer("claims", "list", claims, "--format", "json").out)["claims"] == []


def test_how_long_claims_last_needs_their_file() -> None:
    ran = placer("rebalance", RUNNING / "snapshot.txt", "--expires", 9)
    assert ran.code == 2 and "says how long claims last" in ran.err


def test_a_plan_is_drawn_as_a_page_and_as_a_picture() -> None:
    crowded = ("rebalance", INSTANCES / "xl" / "crowded" / "snapshot.txt", "--empty", "3", "--quiet", "--format")
    page = placer(*crowded, "html")
    assert page.code == 1 and "<h1>INFEASIBLE: proved that pnode 3 cannot be freed" in page.out
    svg = placer(*crowded, "svg").out
    assert "now" in {each.text for each in written(svg)}
