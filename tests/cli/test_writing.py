"""Which guests of an answer are written, and in which format."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.commands import a_cfg, a_folder, placer

TOO_LARGE = a_cfg("huge", memory=1 << 20)
LIBXL = json.dumps({"c_info": {"name": "js", "type": "hvm"}, "b_info": {"max_vcpus": 1, "max_memkb": 1048576}})


def command(folder: Path, *words: object, **texts: str) -> tuple[object, ...]:
    """Words that solve the files of a folder of guests on a host beside it."""
    (folder / "guests").mkdir()
    a_folder(folder)
    for name, text in texts.items():
        (folder / "guests" / ".".join(name.rsplit("_", 1))).write_text(text)
    return ("solve", "--host", folder / "host.txt", folder / "guests", *words)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_guests_with_a_place_are_written_and_the_others_named(tmp_path: Path) -> None:
    words = command(
        tmp_path, "--format", "xl", "-o", tmp_path / "out", a_cfg=a_cfg("a"), b_cfg=a_cfg("b"), c_cfg=TOO_LARGE
    )

    refused = placer(*words)
    assert (refused.code, (tmp_path / "out").exists()) == (1, False)
    ran = placer(*words, "--allow-unplaced", "--pin")
    assert (ran.code, names(tmp_path / "out")) == (0, ["a.cfg", "b.cfg"])
    assert ran.err.splitlines()[-1] == "not placed and not written: huge"


def test_where_no_guest_has_a_place_nothing_is_written(tmp_path: Path) -> None:
    words = command(tmp_path, "--format", "shell", "--allow-unplaced", "-q", c_cfg=TOO_LARGE)

    assert placer(*words).out == ""
    ran = placer(*words, "-o", tmp_path / "script.sh")
    assert (ran.code, (tmp_path / "script.sh").exists()) == (0, False)
    assert ran.err == "not placed and not written: huge\n"


def test_a_file_that_cannot_be_read_is_no_guest_without_a_place(tmp_path: Path) -> None:
    words = command(tmp_path, "--format", "xl", "-o", tmp_path / "out", "--allow-unplaced", a_cfg=a_cfg("a"), b_cfg="x")

    assert placer(*words).code == 2
    assert not (tmp_path / "out").exists()


def test_every_guest_that_is_refused_or_unreadable_is_named_in_one_run(tmp_path: Path) -> None:
    """Two files and two entries of a third cannot be read, one name is there twice, and one guest xl would refuse."""
    config = {"c_info": {"name": "e", "type": "hvm"}, "b_info": {"max_vcpus": -1, "max_memkb": 1048576}}
    listed = [{"domid": i, "config": config} for i in (1, 2)]
    row = 'vnuma = [["pnode=0", "size=1024", "vcpus=0-1", "vdistances=10"]]\n'
    ran = placer(
        *command(
            tmp_path,
            *("--format", "xl"),
            a_cfg=a_cfg("a"),
            b_cfg="x",
            c_cfg=a_cfg("c", more='cpus = "99"\n'),
            d_cfg=a_cfg("a"),
            e_json=json.dumps(listed),
            f_cfg=a_cfg("f", kind="pv", more=row),
        )
    )

    faults = ran.err.splitlines()
    assert ran.code == 2
    assert all(fault.startswith("error: ") for fault in faults)
    for part in (
        "b.cfg:1: ",
        "c.cfg:5: cpus names pcpu 99",
        "$[0]",
        "$[1]",
        'two guests have the name "a"',
        'guest "f": ',
    ):
        assert sum(part in fault for fault in faults) == 1, (part, faults)
    assert len(faults) == 6


def test_in_place_alone_takes_the_format_of_the_files(tmp_path: Path) -> None:
    words = command(tmp_path, "--in-place", "-q", a_cfg=a_cfg("a"))

    ran = placer(*words)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert "cpus_soft" in (tmp_path / "guests" / "a.cfg").read_text()


def test_in_place_refuses_files_of_several_formats(tmp_path: Path) -> None:
    words = command(tmp_path, "--in-place", a_cfg=a_cfg("a"), b_json=LIBXL)

    ran = placer(*words)
    assert ran.code == 2
    assert "files of one format in a run, got" in ran.err


def test_several_guests_are_bound_by_one_script(tmp_path: Path) -> None:
    words = command(tmp_path, "--format", "shell", "-q", a_cfg=a_cfg("a"), b_cfg=a_cfg("b"))

    script = placer(*words).out
    assert [line.split()[2] for line in script.splitlines() if line.startswith("xl ")] == ["a", "a", "b", "b"]
    assert placer(*words, "-o", tmp_path / "all.sh").code == placer(*words, "-o", f"{tmp_path}/each/").code == 0
    assert (tmp_path / "all.sh").read_text() == script
    assert names(tmp_path / "each") == ["a.sh", "b.sh"]
