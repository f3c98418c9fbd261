"""``placer solve --claims``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import placer
from tests.support.claiming import a_file
from tests.support.commands import HOST, a_cfg, a_folder
from tests.support.commands import placer as run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    uuid = 'uuid = "11111111-2222-4333-8444-00000000000{}"\n'
    return a_folder(
        tmp_path,
        **{
            "host.txt": HOST,
            "a.cfg": a_cfg("a", memory=2500, more=uuid.format(1)),
            "b.cfg": a_cfg("b", memory=2500, more=uuid.format(2)),
            "c.cfg": a_cfg("c", memory=2500, more=uuid.format(3)),
        },
    )


def claimed(folder: Path) -> dict[str, tuple[int, ...]]:
    return {guest.name: guest.pnodes for guest in placer.Claims(a_file(folder)).list()}


def test_each_guest_is_placed_beside_those_that_are_being_started(folder: Path) -> None:
    """4 and 3 GiB are free; one guest of 2.4 GiB fits on each."""
    first = run("solve", "--host", folder / "host.txt", "--claims", a_file(folder), folder / "a.cfg", "--expires", "90")
    assert (first.code, first.err) == (0, f"claimed in {a_file(folder)} for 90 s: a\n")
    second = run("solve", "--host", folder / "host.txt", "--claims", a_file(folder), folder / "b.cfg", "-q")
    assert (second.code, second.err) == (0, "")
    third = run("solve", "--host", folder / "host.txt", "--claims", a_file(folder), folder / "c.cfg")
    assert third.code == 1 and third.out.startswith("INFEASIBLE")
    assert "claims of 2 guests take" in third.out
    assert "no uuid" not in third.out and all(guest.uuid for guest in placer.Claims(a_file(folder)).list())
    pnodes = claimed(folder)
    assert sorted(pnodes) == ["a", "b"] and set(pnodes["a"]).isdisjoint(pnodes["b"])


def test_what_starts_a_guest_is_written_with_its_claim(folder: Path) -> None:
    host = ("--host", folder / "host.txt", "--claims", a_file(folder))
    ran = run("solve", *host, folder / "a.cfg", folder / "b.cfg", "--format", "xl", "-o", folder / "out")
    assert ran.code == 0, ran.err
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["a.cfg", "b.cfg"]
    assert sorted(claimed(folder)) == ["a", "b"]
    ran = run("solve", *host, folder / "a.cfg", "--format", "json")
    assert json.loads(ran.out)["placement"].keys() == {"a"}


def test_an_answer_that_cannot_be_written_leaves_no_claim(folder: Path) -> None:
    """A pv guest of two vnodes can be placed, and xl would refuse it."""
    more = 'vnuma = [["size=1000", "vcpus=0", "vdistances=10,20"], ["size=1000", "vcpus=1", "vdistances=20,10"]]\n'
    (folder / "pv.cfg").write_text(a_cfg("pv", memory=2000, kind="pv", more=more))
    ran = run("solve", "--host", folder / "host.txt", "--claims", a_file(folder), folder / "pv.cfg", "--format", "xl")
    assert ran.code == 2 and "pv" in ran.err
    assert claimed(folder) == {}


def test_an_instance_is_placed_beside_claims_too(folder: Path) -> None:
    text = {"host": {"name": "two", "pnodes": [{"id": 0, "memory_kib": "4GiB", "pcpus": [0]}]}}
    for name, code in (("a", 0), ("b", 1)):
        guest = {"name": name, "vnodes": [{"memory_kib": "3GiB", "vcpus": [0]}]}
        (folder / "i.json").write_text(json.dumps(text | {"guests": [guest]}))
        assert run("solve", folder / "i.json", "--claims", a_file(folder)).code == code


def test_how_long_claims_last_needs_their_file(folder: Path) -> None:
    ran = run("solve", "--host", folder / "host.txt", folder / "a.cfg", "--expires", "3")
    assert ran.code == 2 and "says how long claims last" in ran.err
    long = run("solve", "--host", folder / "host.txt", folder / "a.cfg", "--claims", a_file(folder), "--expires", "1e9")
    assert (long.code, long.err) == (2, "error: --expires: expected seconds from 0 to 2592000, got 1000000000.0\n")
    assert not Path(a_file(folder)).exists()


def test_a_file_of_another_host_is_refused_and_left_as_it_is(folder: Path) -> None:
    placer.Claims(a_file(folder)).place(
        placer.Instance(host=placer.Host(pnodes=[placer.Pnode(id=0, memory_kib=4096)], name="other"), guests=[])
    )
    before = Path(a_file(folder)).read_bytes()
    ran = run("solve", "--host", folder / "host.txt", "--claims", a_file(folder), folder / "a.cfg")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f'error: {a_file(folder)}: has the claims of host "other", this is host "two"\n'
    assert Path(a_file(folder)).read_bytes() == before
