"""``placer claims``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import placer
from tests.support.claiming import a_file, a_guest, two_pnodes
from tests.support.commands import placer as run


@pytest.fixture
def file(tmp_path: Path) -> str:
    claims = placer.Claims(a_file(tmp_path))
    for name in ("a", "b"):
        claims.place(placer.Instance(host=two_pnodes(), guests=(a_guest(name),)), expires_s=1000)
    return a_file(tmp_path)


def states(file: str) -> dict[str, str]:
    return {guest.name: guest.state for guest in placer.Claims(file).list()}


def test_claims_are_listed_as_text_and_as_json_and_nothing_is_written(file: str) -> None:
    before = Path(file).read_bytes()
    text = run("claims", "list", file)
    assert (text.code, text.err) == (0, "")
    assert text.out.splitlines()[1].split() == ["guest", "state", "left", "domain", "takes", "of", "pnodes"]
    assert text.out.splitlines()[2].split()[:2] == ["a", "claimed"]
    found = json.loads(run("claims", "list", file, "--format", "json").out)
    assert [(each["name"], each["pnodes"]) for each in found["claims"]] == [("a", [0]), ("b", [1])]
    assert Path(file).read_bytes() == before


def test_claims_are_confirmed_released_and_cleared(file: str) -> None:
    assert run("claims", "confirm", file, "a", "--domid", "7").code == 0
    assert states(file) == {"a": "running", "b": "claimed"}
    assert placer.Claims(file).list()[0].domid == 7
    assert run("claims", "release", file, "a").code == 0
    assert states(file) == {"b": "claimed"}
    assert run("claims", "clear", file).code == 0
    assert states(file) == {}


def test_a_claim_that_is_not_there_is_bad_input(file: str) -> None:
    for words in (("confirm", file, "nobody"), ("release", file, "a", "nobody")):
        ran = run("claims", *words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == f'error: {file}: no claim of guest "nobody"\n'
    assert states(file) == {"a": "claimed", "b": "claimed"}


def test_a_domain_is_of_one_guest(file: str) -> None:
    ran = run("claims", "confirm", file, "a", "b", "--domid", "7")
    assert ran.code == 2 and "is of one guest, got 2" in ran.err
    assert states(file) == {"a": "claimed", "b": "claimed"}


@pytest.mark.parametrize("command", ["list", "confirm", "release", "clear"])
def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, command: str) -> None:
    ran = run("claims", command, a_file(tmp_path), *(["a"] if command in {"confirm", "release"} else []))
    assert ran.code == 2
    assert ran.err == f"error: {a_file(tmp_path)}: no such file of claims; placer solve --claims makes it\n"
    assert list(tmp_path.iterdir()) == []
