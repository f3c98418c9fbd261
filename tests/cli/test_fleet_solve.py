"""``placer fleet solve``: a plan that the check takes, and folders of guests that toolstacks take."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from placer.fleet.files.fleet_json import dump_fleet
from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.fleet.model.fleet import Fleet
from tests.support.commands import ENTRY, placer
from tests.support.fleets import fleet_of, guest_of, host_of

FLEET = fleet_of([[(4, 8), (4, 8)]] * 2, [[(1, 4), (1, 4)]] * 2 + [[(1, 2)]], rules=[{"apart": ["g0", "g1"]}])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fleet.json").write_text(dump_fleet(FLEET))
    return tmp_path


def test_a_plan_is_written_and_checked(folder: Path) -> None:
    ran = placer("fleet", "solve", folder / "fleet.json", "--format", "json", "-o", folder / "plan.json", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    checked = placer("fleet", "check", folder / "fleet.json", folder / "plan.json")
    assert checked.code == 0
    assert checked.lines[0] == "3 guests on 2 hosts: all rules hold"
    written = json.loads((folder / "plan.json").read_text())
    hosts = list(written["hosts"])
    moved = written["hosts"][hosts[0]]["placement"].pop("g0", None) or written["hosts"][hosts[1]]["placement"].pop("g0")
    for host in hosts:
        if "g1" in written["hosts"][host]["placement"]:
            written["hosts"][host]["placement"]["g0"] = moved
    (folder / "plan.json").write_text(json.dumps(written))
    broken = placer("fleet", "check", folder / "fleet.json", folder / "plan.json")
    assert broken.code == 1
    assert "holds 2 of its guests, expected at most 1" in broken.out


def test_a_report_goes_to_standard_output_and_guests_left_out_end_it_with_one(folder: Path) -> None:
    ran = placer("fleet", "solve", folder / "fleet.json")
    assert (ran.code, ran.lines[0]) == (0, "OPTIMAL: 3 guests on 2 of 2 hosts")
    (folder / "full.json").write_text(dump_fleet(fleet_of([[(1, 8)]], [[(1, 2)]] * 2)))
    ran = placer("fleet", "solve", folder / "full.json")
    assert (ran.code, ran.lines[0]) == (1, "OPTIMAL: 1 guest on 1 of 1 hosts")


def test_each_host_gets_a_folder_in_the_form_of_its_toolstack(tmp_path: Path) -> None:
    hosts = [
        FleetHost(host=host_of([(4, 8), (4, 8)], "xen1"), format="xl"),
        FleetHost(host=host_of([(4, 8), (4, 8)], "kvm1"), format="libvirt"),
        FleetHost(host=host_of([(4, 8), (4, 8)], "any1")),
    ]
    guests = [FleetGuest(guest=guest_of([(2, 7), (2, 7)], f"vm{i}", one_to_one=True)) for i in range(3)]
    (tmp_path / "fleet.json").write_text(dump_fleet(Fleet(hosts=hosts, guests=guests)))
    out = tmp_path / "out"
    words = ("fleet", "solve", tmp_path / "fleet.json", "--guests", out, "--guest-format", "libxl")
    assert placer(*words).code == 0
    suffixes = {path.name: [inside.suffix for inside in path.iterdir()] for path in out.iterdir()}
    assert suffixes == {"xen1": [".cfg"], "kvm1": [".xml"], "any1": [".json"]}
    (cfg,) = (out / "xen1").iterdir()
    assert "vnuma" in cfg.read_text()
    again = placer(*words)
    assert (again.code, again.out) == (2, "")
    assert "exists; --force replaces it" in again.err


def test_a_guest_that_a_toolstack_refuses_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    from msgspec.structs import replace

    guest = replace(guest_of([(1, 1), (1, 1)], "pv"), type="pv")
    fleet = Fleet(hosts=[FleetHost(host=host_of([(4, 8)] * 2, "xen1"), format="xl")], guests=[FleetGuest(guest=guest)])
    (tmp_path / "fleet.json").write_text(dump_fleet(fleet))
    ran = placer("fleet", "solve", tmp_path / "fleet.json", "--guests", tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")
    assert not (tmp_path / "out").exists()


def test_ctrl_c_ends_with_the_best_so_far(tmp_path: Path) -> None:
    sizes = [[(1, 1 + i % 7), (2, 3 + i % 11)] for i in range(400)]
    hosts = [[(16 + i % 9, 40 + i), (16 + i % 5, 90 - i)] for i in range(60)]
    (tmp_path / "fleet.json").write_text(dump_fleet(fleet_of(hosts, sizes)))
    command = [*ENTRY, "fleet", "solve", str(tmp_path / "fleet.json"), "--time-limit", "300", "--workers", "1"]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    assert running.stderr is not None
    running.stderr.readline()  # it is at work
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert running.returncode in {0, 1}, err
    assert out.splitlines()[0].split(":")[0] in {"FEASIBLE", "OPTIMAL"}


def test_a_plan_is_drawn_as_a_page_and_as_a_picture(folder: Path) -> None:
    page = placer("fleet", "solve", folder / "fleet.json", "--format", "html", "--quiet")
    assert page.code == 0 and "<h1>OPTIMAL: 3 guests on 2 of 2 hosts</h1>" in page.out
    ran = placer("fleet", "solve", folder / "fleet.json", "--format", "svg", "--quiet", "-o", folder / "a.svg")
    assert ran.code == 0 and (folder / "a.svg").read_text(encoding="utf-8").startswith("<svg")


def test_options_of_guests_that_nobody_writes_are_refused(folder: Path) -> None:
    ran = placer("fleet", "solve", folder / "fleet.json", "--pin", "--guest-format", "xl")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: --guest-format, --pin: says how guests are written, expected --guests FOLDER")
