"""``placer fleet``: from tables to bounds, and certificates that are checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from placer.cli import fleet
from placer.fleet.files.fleet_json import dump_fleet
from placer.fleet.model.fleet import Aim as AimOfFleet
from placer.fleet.model.fleet import Placed
from tests.support.commands import placer
from tests.support.fleets import fleet_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hosts.csv").write_text("CPU1,RAM1,CPU2,RAM2\n" + "4,8,4,8\n" * 3)
    (tmp_path / "requests.csv").write_text("flavor_vcpus,flavor_ram,numa\n" + "4,6,2\n2,2,1\n" * 6)
    ran = placer("fleet", "import", tmp_path / "hosts.csv", "-o", tmp_path / "empty.json")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    table = tmp_path / "requests.csv"
    assert placer("fleet", "import", tmp_path / "hosts.csv", "--guest", table, "-o", tmp_path / "fleet.json").code == 0
    return tmp_path


def test_a_bound_says_what_is_proved_and_its_certificate_is_checked(folder: Path) -> None:
    ran = placer("fleet", "bound", folder / "fleet.json", "--certificate", folder / "proof.json")
    assert (ran.code, ran.err) == (0, "")
    # 12 guests of 36 vcpus on 24 pcpus: all small ones (12 vcpus), and three of the large
    assert ran.lines[:3] == [
        "guests that are not placed: 3, proved the least",
        "their memory and vcpus: 18.01 GiB, proved the least",
        "hosts that hold a guest: 3, proved the least",
    ]
    checked = placer("fleet", "check", folder / "fleet.json", folder / "proof.json")
    assert checked.code == 0
    assert checked.lines[0] == "proved: every assignment has 3 or more guests that are not placed"


def test_requests_are_bounded_in_order(folder: Path) -> None:
    words = ("fleet", "bound", folder / "empty.json", folder / "requests.csv")
    ran = placer(*words, "--certificate", folder / "proof.json")
    assert ran.lines[:2] == [
        "no more than the first 8 of 12 requests can be held together",
        "the first 8 of them fit by vcpus and memory",
    ]
    check = ("fleet", "check", folder / "empty.json", folder / "proof.json", folder / "requests.csv")
    assert placer(*check).out == "proved: no more than the first 8 of these requests can be held together\n"
    written = json.loads((folder / "proof.json").read_text())
    written["claims"][0]["bound"] = 7
    (folder / "proof.json").write_text(json.dumps(written))
    assert (placer(*check).code, placer(*check).lines[0][:11]) == (1, "not proved:")
    twice = placer(*words, folder / "requests.csv", "--format", "json")
    assert json.loads(twice.out)["requests"] == {"count": 24, "most": 8, "held": 8}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("check", "fleet.json", "requests.csv"), "error: requests.csv:1:1: not JSON"),
        (("bound", "hosts.csv"), "error: hosts.csv:1:1: not JSON"),
        (("bound", "empty.json", "hosts.csv"), "error: hosts.csv:1: no column flavor_vcpus, flavor_ram, numa"),
        (("bound", "-", "-"), "standard input"),
        (("import", "none.csv"), "error: none.csv: no such file"),
        (("import", "hosts.csv", "-o", "fleet.json"), "error: fleet.json: exists; --force replaces it"),
        (("import", "hosts.csv", "--cpu-ratio", "0"), "error: --cpu-ratio: expected a number above 0"),
    ],
)
def test_a_mistake_ends_in_one_line(
    words: tuple[str, ...], message: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    ran = placer("fleet", *words)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert message in ran.err


def test_faults_of_a_proof_and_of_the_whole_fleet_are_in_their_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    placer("fleet", "bound", "fleet.json", "--certificate", "own.json")
    idle = placer("fleet", "check", "fleet.json", "own.json", "requests.csv")
    assert idle.err == "error: requests.csv: is a table of requests, and the certificate claims nothing of requests\n"
    placer("fleet", "bound", "empty.json", "requests.csv", "--certificate", "proof.json")
    lacks = placer("fleet", "check", "empty.json", "proof.json")
    assert lacks.err.startswith("error: proof.json: claims[0]: a claim on requests, expected the table")
    full = fleet_of([[(4, 8)]], [[(1, 9)]], placed=[Placed(guest="g0", host="h0", pnodes=[0])])
    Path("full.json").write_text(dump_fleet(full))
    for words in (("bound", "full.json"), ("solve", "full.json"), ("check", "full.json", "own.json")):
        told = placer("fleet", *words).err
        assert told.startswith('error: full.json: $.placed[0]: the guests placed on host "h0" take'), words


def test_the_aims_of_the_command_are_those_of_a_fleet() -> None:
    assert tuple(aim.value for aim in fleet.Aim) == get_args(AimOfFleet)


def test_the_schema_is_that_of_fleets() -> None:
    assert json.loads(placer("fleet", "schema").out)["title"] == "placer fleet"
