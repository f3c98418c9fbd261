"""Where answers are written: whole or not at all, and never over a file without being asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from placer.cli.outputs import write_files
from placer.errors import InputError
from tests.support.commands import INSTANCES, a_cfg, a_folder, placer

RFC_C = INSTANCES / "rfc-c.json"


@pytest.fixture
def guests(tmp_path: Path) -> tuple[object, ...]:
    """Words that solve two guests as xl.cfg."""
    folder = tmp_path / "in"
    folder.mkdir()
    a_folder(folder, a_cfg=a_cfg("a"), b_cfg=a_cfg("b"))
    return ("solve", "--host", folder / "host.txt", folder / "a.cfg", folder / "b.cfg", "--format", "xl", "--output")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_answer_goes_into_a_file_and_not_to_standard_output(tmp_path: Path) -> None:
    ran = placer("solve", RFC_C, "--format", "json", "-o", tmp_path / "new" / "plan.json")

    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert json.loads((tmp_path / "new" / "plan.json").read_text(encoding="utf-8"))["status"] == "OPTIMAL"
    assert names(tmp_path / "new") == ["plan.json"]


def test_a_report_in_a_file_is_plain(tmp_path: Path) -> None:
    placer("solve", RFC_C, "-o", tmp_path / "report.txt")

    assert (tmp_path / "report.txt").read_text(encoding="utf-8").startswith("OPTIMAL: mean access distance 15.00;")


def test_several_guests_go_into_a_folder_that_is_made(guests: tuple[object, ...], tmp_path: Path) -> None:
    ran = placer(*guests, tmp_path / "out" / "vms")

    assert (ran.code, ran.out) == (0, "")
    assert names(tmp_path / "out" / "vms") == ["a.cfg", "b.cfg"]
    assert 'name = "b"' in (tmp_path / "out" / "vms" / "b.cfg").read_text(encoding="utf-8")


@pytest.mark.parametrize(("form", "name"), [("xl", "vm.cfg"), ("libxl", "vm.json"), ("rfc", "vm.json")])
def test_one_guest_goes_into_a_file_of_its_name_where_a_slash_names_a_folder(
    form: str, name: str, tmp_path: Path
) -> None:
    assert placer("solve", RFC_C, "--format", form, "-o", f"{tmp_path}/out/").code == 0
    assert names(tmp_path / "out") == [name]


def test_one_guest_goes_into_the_file_that_is_named(tmp_path: Path) -> None:
    assert placer("solve", RFC_C, "--format", "xl", "-o", tmp_path / "mine").code == 0
    assert names(tmp_path) == ["mine"]


def test_a_dash_is_standard_output() -> None:
    assert placer("solve", RFC_C, "-o", "-").lines[0].startswith("OPTIMAL")
    assert not Path("-").exists()


def test_a_file_that_exists_stays_untouched_until_forced(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("mine", encoding="utf-8")
    path.chmod(0o600)

    refused = placer("solve", RFC_C, "--format", "json", "-o", path)
    assert (refused.code, refused.err) == (2, f"error: {path}: exists; --force replaces it\n")
    assert path.read_text(encoding="utf-8") == "mine"

    assert placer("solve", RFC_C, "--format", "json", "-o", path, "--force").code == 0
    assert json.loads(path.read_text(encoding="utf-8"))["status"] == "OPTIMAL"
    assert path.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["plan.json"]


def test_one_file_that_exists_keeps_the_others_of_a_folder_from_being_written(
    guests: tuple[object, ...], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.cfg").write_text("mine", encoding="utf-8")

    ran = placer(*guests, out)

    assert (ran.code, ran.err) == (2, f"error: {out / 'b.cfg'}: exists; --force replaces it\n")
    assert (names(out), (out / "b.cfg").read_text(encoding="utf-8")) == (["b.cfg"], "mine")


def test_a_link_stays_a_link_to_what_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert placer("solve", RFC_C, "-o", tmp_path / "link", "--force").code == 0

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text(encoding="utf-8").startswith("OPTIMAL")


@pytest.mark.parametrize("output", ["out/", "out/db.cfg"])
def test_a_link_to_nothing_makes_no_file_elsewhere_until_forced(output: str, tmp_path: Path) -> None:
    a_folder(tmp_path, db_cfg=a_cfg())
    (tmp_path / "out").mkdir()
    link = tmp_path / "out" / "db.cfg"
    link.symlink_to("../elsewhere")
    words = (
        "solve",
        "--host",
        tmp_path / "host.txt",
        tmp_path / "db.cfg",
        "--format",
        "xl",
        "-o",
        f"{tmp_path}/{output}",
    )

    ran = placer(*words)

    assert (ran.code, ran.err) == (
        2,
        f"error: {link}: is a link to ../elsewhere, where no file is; --force makes one\n",
    )
    assert not (tmp_path / "elsewhere").exists()
    assert placer(*words, "--force").code == 0
    assert link.is_symlink()
    assert (tmp_path / "elsewhere").read_text(encoding="utf-8").startswith('name = "db"')


@pytest.mark.parametrize("output", ["out/", "out/inside/", "out/inside/db.cfg"])
def test_a_folder_that_is_a_link_to_nothing_is_refused(output: str, tmp_path: Path) -> None:
    a_folder(tmp_path, db_cfg=a_cfg())
    (tmp_path / "out").symlink_to("elsewhere")
    words = ("solve", "--host", tmp_path / "host.txt", tmp_path / "db.cfg", "--format", "xl", "--force", "-o")
    ran = placer(*words, f"{tmp_path}/{output}")

    assert (ran.code, ran.err) == (2, f"error: {tmp_path}/out: is a link to elsewhere, where no folder is\n")
    assert not (tmp_path / "elsewhere").exists()


def test_two_guests_never_go_into_one_file_by_a_link(guests: tuple[object, ...], tmp_path: Path) -> None:
    out = tmp_path / "linked"
    out.mkdir()
    (out / "a.cfg").write_text("mine", encoding="utf-8")
    (out / "b.cfg").symlink_to("a.cfg")

    ran = placer(*guests, out, "--force")

    assert (ran.code, "leads to the same file as" in ran.err) == (2, True)
    assert (out / "a.cfg").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("-o", "{tmp}"), "{tmp}: is a folder, expected a file"),
        (("-o", "{tmp}/new/"), "{tmp}/new/: names a folder, expected a file for the format text"),
        (("-o", "/dev/null", "--force"), "/dev/null: is a device, expected a file"),
        (("-o", "{tmp}/" + "x" * 300), "File name too long"),
        (("-o", "/proc/nowhere/plan.txt"), "/proc/nowhere/plan.txt: cannot be written: "),
        (("-o", "{tmp}/file/plan.txt"), "{tmp}/file/plan.txt: cannot be written: Not a directory"),
        (("-o", "{tmp}/file/", "--format", "xl", "--force"), "{tmp}/file/: is a file, expected a folder\n"),
    ],
)
def test_where_nothing_can_be_written_is_said_and_nothing_is_left_behind(
    words: tuple[str, ...], fault: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")

    ran = placer("solve", RFC_C, *(word.format(tmp=tmp_path) for word in words))

    assert (ran.code, ran.out) == (2, "")
    assert fault.format(tmp=tmp_path) in ran.err
    assert "Traceback" not in ran.err
    assert names(tmp_path) == ["file"]


def test_a_file_cannot_take_several_guests(guests: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("mine", encoding="utf-8")

    ran = placer(*guests, tmp_path / "plan", "--force")

    assert (ran.code, ran.err) == (2, f"error: {tmp_path / 'plan'}: is a file, expected a folder for 2 guests\n")


def test_nothing_is_left_behind_by_a_refused_emission(tmp_path: Path) -> None:
    ran = placer("solve", RFC_C, "--strategy", "first-fit", "--format", "xl", "-o", tmp_path / "out" / "vm.cfg")

    assert (ran.code, names(tmp_path)) == (2, [])


def test_nothing_is_left_behind_by_bad_input(tmp_path: Path) -> None:
    ran = placer("solve", "-", "-o", tmp_path / "out" / "plan.txt", stdin="{")

    assert (ran.code, names(tmp_path)) == (2, [])


def test_a_name_that_makes_no_file_name_is_refused_only_where_a_file_is_made(tmp_path: Path) -> None:
    a_folder(tmp_path, a_cfg=a_cfg("../a"))
    command = ("solve", "--host", tmp_path / "host.txt", tmp_path / "a.cfg", "--format", "xl")

    assert placer(*command).code == placer(*command, "-o", tmp_path / "a-placed.cfg").code == 0
    refused = placer(*command, "-o", f"{tmp_path}/out/")
    assert refused.code == 2
    assert 'guest "../a" has a name that is no file name' in refused.err
    assert not (tmp_path / "out").exists()


def test_when_the_second_of_two_files_fails_neither_stays_nor_does_their_folder(tmp_path: Path) -> None:
    good, bad = tmp_path / "new" / "a.cfg", tmp_path / "file" / "b.cfg"
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(InputError, match=r"file/b\.cfg: cannot be written: "):
        write_files({good: "a", bad: "b"})

    assert names(tmp_path) == ["file"]
