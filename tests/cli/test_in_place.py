"""Guests written back to the files they came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import INSTANCES, a_cfg, a_folder, placer

LIBXL = json.dumps(
    {"c_info": {"name": "web", "type": "hvm"}, "b_info": {"max_vcpus": 1, "max_memkb": 1048576, "type.hvm": {}}}
)


def test_each_xl_cfg_gets_its_placement_and_keeps_its_mode(tmp_path: Path) -> None:
    a_folder(tmp_path, db_cfg=a_cfg("db", memory=5120, more="# kept\n"), web_cfg=a_cfg("web"))
    (tmp_path / "db.cfg").chmod(0o640)

    ran = placer(
        "solve",
        "--host",
        tmp_path / "host.txt",
        tmp_path / "db.cfg",
        tmp_path / "web.cfg",
        "--format",
        "xl",
        "--in-place",
    )

    assert (ran.code, ran.out) == (0, "")
    assert "# kept\n" in (tmp_path / "db.cfg").read_text() and "pnode=" in (tmp_path / "db.cfg").read_text()
    assert "cpus_soft = " in (tmp_path / "web.cfg").read_text()
    assert (tmp_path / "db.cfg").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["db.cfg", "host.txt", "web.cfg"]


def test_a_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    a_folder(tmp_path, real_cfg=a_cfg("db"))
    (tmp_path / "db.cfg").symlink_to("real.cfg")

    assert (
        placer("solve", "--host", tmp_path / "host.txt", tmp_path / "db.cfg", "--format", "xl", "--in-place").code == 0
    )

    assert (tmp_path / "db.cfg").is_symlink()
    assert "cpus_soft" in (tmp_path / "real.cfg").read_text()


def test_libxl_json_is_written_back_whole(tmp_path: Path) -> None:
    a_folder(tmp_path, web_json=LIBXL)

    ran = placer("solve", "--host", tmp_path / "host.txt", tmp_path / "web.json", "--format", "libxl", "--in-place")

    assert ran.code == 0
    written = json.loads((tmp_path / "web.json").read_text())
    assert written["c_info"] == {"name": "web", "type": "hvm"}
    assert written["b_info"]["vcpu_soft_affinity"] == [[4, 5, 6, 7]]  # on pnode 1 less is left free than on pnode 0


def test_nothing_is_written_where_nothing_can_be_placed(tmp_path: Path) -> None:
    text = a_cfg("db", memory=8192)
    a_folder(tmp_path, db_cfg=text)

    ran = placer("solve", "--host", tmp_path / "host.txt", tmp_path / "db.cfg", "--format", "xl", "--in-place")

    assert ran.code == 1
    assert (tmp_path / "db.cfg").read_text() == text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("db.cfg", "--format", "text"),
            "--in-place writes guest files, which --format text does not produce; expected xl, libxl, libvirt",
        ),
        (("db.cfg", "--format", "shell"), "which --format shell does not"),
        (("db.cfg", "--format", "libxl"), "is of the format xl, which --format libxl does not write"),
        (("db.cfg", "--format", "xl", "-o", "x.cfg"), "--output"),
        (("list.json", "--format", "libxl"), 'holds more than the configuration of guest "web"'),
        (("-", "--format", "xl"), "<stdin>: guest "),
    ],
)
def test_what_cannot_be_written_back_is_refused(
    words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_folder(tmp_path, db_cfg=a_cfg("db"), list_json=f'[{{"domid": 3, "config": {LIBXL}}}]')
    monkeypatch.chdir(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    ran = placer("solve", "--host", "host.txt", *words, "--in-place", stdin=a_cfg("db"))

    assert ran.code == 2
    assert message in " ".join(ran.err.replace("│", " ").split())
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_guests_of_an_instance_have_no_files() -> None:
    ran = placer("solve", INSTANCES / "rfc-a.json", "--format", "xl", "--in-place")

    assert ran.code == 2
    assert "has no xl file of its own" in ran.err


def test_bytes_that_are_no_utf_8_stay_as_they_are_where_nothing_depends_on_them(tmp_path: Path) -> None:
    a_folder(tmp_path, db_cfg="", web_json="", vm_xml="")
    cfg = a_cfg("db").encode() + b"# B\xfcro \xff\nkernel = '/boot/\xe9'\n"
    xml = b"<?xml version='1.0' encoding='ISO-8859-1'?>\n<domain type='kvm'><name>caf\xe9</name><title>\xc3\xbc</title>"
    xml += b"<memory unit='GiB'>1</memory><vcpu>1</vcpu></domain>\n"
    for name, data, form, kept in (
        ("db.cfg", cfg, "xl", cfg[-40:]),
        ("web.json", LIBXL.encode().replace(b'"hvm"', b'"hvm", "note": "\xe9"', 1), "libxl", b'"note": "\xe9"'),
        ("vm.xml", xml, "libvirt", b"<name>caf\xe9</name><title>\xc3\xbc</title>"),
    ):
        (tmp_path / name).write_bytes(data)
        ran = placer("solve", "--host", tmp_path / "host.txt", tmp_path / name, "--format", form, "--in-place")
        assert ran.code == 0, ran.err
        assert (tmp_path / name).read_bytes() != data
        assert kept in (tmp_path / name).read_bytes()
    assert b"vcpupin" in (tmp_path / "vm.xml").read_bytes()


def test_a_name_that_is_no_utf_8_is_refused_with_its_byte(tmp_path: Path) -> None:
    a_folder(tmp_path, db_cfg="")
    (tmp_path / "db.cfg").write_bytes(a_cfg("db").encode().replace(b"db", b"d\xe9"))
    ran = placer("solve", "--host", tmp_path / "host.txt", tmp_path / "db.cfg", "--format", "xl")
    assert (ran.code, ran.out) == (2, "")
    assert "expected name in UTF-8, got byte 0xe9" in ran.err
