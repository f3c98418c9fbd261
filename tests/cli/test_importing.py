"""``placer import``: a host and guest files as one instance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from placer.formats.native.schema import instance_schema
from tests.support.commands import a_cfg, a_folder, placer


@pytest.fixture
def command(tmp_path: Path) -> tuple[object, ...]:
    a_folder(tmp_path, db_cfg=a_cfg(more='cpus = "0-3"\n'), web_cfg=a_cfg("web", memory=512, vcpus=1, kind="pv"))
    return ("import", "--host", tmp_path / "host.txt", tmp_path / "db.cfg", tmp_path / "web.cfg")


def test_an_imported_instance_holds_what_the_files_say(command: tuple[object, ...]) -> None:
    ran = placer(*command)

    assert ran.code == 0
    instance = json.loads(ran.out)
    Draft202012Validator(instance_schema()).validate(instance)
    assert instance["host"]["slit"] == [[10, 21], [21, 10]]
    assert [(pnode["id"], pnode["memory_kib"], pnode["pcpus"]) for pnode in instance["host"]["pnodes"]] == [
        (0, "4GiB", "0-3"),
        (1, "3GiB", "4-7"),
    ]
    db, web = instance["guests"]
    # 2 vcpus x 1 MiB + 1024 MiB x 4 KiB + 2 MiB
    assert db == {
        "name": "db",
        "vnodes": [{"memory_kib": "1GiB", "vcpus": "0-1"}],
        "form": "whole",
        "hard_affinity": "0-3",
        "overhead_kib": "8MiB",
    }
    assert web == {"name": "web", "vnodes": [{"memory_kib": "512MiB", "vcpus": "0"}], "type": "pv", "form": "whole"}


def test_what_was_assumed_goes_to_standard_error_unless_quiet(command: tuple[object, ...]) -> None:
    told = "note: each of 2 guests states no vnodes: 1 vnode, because one pnode holds its memory: db, web\n"
    assert told in placer(*command).err
    assert placer(*command, "--quiet").err == ""


def test_an_imported_instance_is_solved_like_the_files_it_came_from(
    command: tuple[object, ...], tmp_path: Path
) -> None:
    assert placer(*command, "-o", tmp_path / "instance.json").out == ""

    first = json.loads(placer("solve", *command[1:], "--format", "json").out)
    second = json.loads(placer("solve", tmp_path / "instance.json", "--format", "json").out)

    # db is pinned to pnode 0; beside it web leaves 2.5 GiB there, on pnode 1 it would leave 3 + 2.5
    assert first["placement"] == second["placement"] == {"db": [0], "web": [0]}
    assert first["tiers"] == second["tiers"]


def test_options_that_shape_the_guests_are_imported(command: tuple[object, ...]) -> None:
    instance = json.loads(placer(*command, "--reserve", "1=1GiB", "--vnuma", "always").out)

    assert [pnode.get("reserve_kib", 0) for pnode in instance["host"]["pnodes"]] == [0, "1GiB"]
    assert [guest.get("form", "vnuma") for guest in instance["guests"]] == ["vnuma", "whole"]  # web is pv


def test_a_file_that_exists_is_not_replaced(command: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("mine", encoding="utf-8")

    ran = placer(*command, "-o", tmp_path / "mine.json")

    assert (ran.code, ran.err) == (2, f"error: {tmp_path}/mine.json: exists; --force replaces it\n")
    assert (tmp_path / "mine.json").read_text(encoding="utf-8") == "mine"
    assert placer(*command, "-o", tmp_path / "mine.json", "--force").code == 0


def test_a_guest_without_a_host_is_a_matter_of_usage(tmp_path: Path) -> None:
    ran = placer("import", tmp_path / "db.cfg")

    assert ran.code == 2
    assert "--host" in ran.err
