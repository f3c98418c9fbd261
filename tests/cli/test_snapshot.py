"""``placer snapshot``: the script, or with --ssh what it prints on a host."""

from __future__ import annotations

from pathlib import Path

import pytest

from placer.formats.snapshot.script import snapshot_script
from tests.support.commands import placer
from tests.support.fake_host import FakeHost
from tests.support.snapshots import parts_of_xl


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    folder = tmp_path / "bin"
    folder.mkdir()
    made = FakeHost(folder)
    made.write("info", parts_of_xl()["xl-info"].replace("xen1", "(none)", 1))
    made.program("ssh", "#!/bin/sh\nexec sh -s\n")
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return made


def test_the_script_is_printed_with_what_was_asked() -> None:
    assert placer("snapshot").out == snapshot_script()
    asked = placer("snapshot", "--pages", "--pages-up-to", "1TiB", "--toolstack", "xl").out
    assert asked == snapshot_script(pages="yes", pages_up_to_kib=1 << 30, toolstack="xl")
    assert "\npages_up_to_mib=1048576\n" in asked


def test_over_ssh_the_snapshot_is_written_whole(host: FakeHost, tmp_path: Path) -> None:
    ran = placer("snapshot", "--ssh", "root@xen1", "-o", tmp_path / "xen1.txt")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    shown = placer("host", tmp_path / "xen1.txt")
    assert (shown.code, '"id": 3' in shown.out) == (0, True)
    again = placer("snapshot", "--ssh", "root@xen1", "-o", tmp_path / "xen1.txt")
    assert (again.code, again.err) == (2, f"error: {tmp_path}/xen1.txt: exists; --force replaces it\n")


def test_parts_that_failed_are_notes(host: FakeHost) -> None:
    (host.folder / "vcpu-list").unlink()
    ran = placer("snapshot", "--ssh", "root@xen1")
    assert (ran.code, " begin xl-vcpu-list " in ran.out) == (0, True)
    assert ran.err.startswith("note: xl vcpu-list failed with exit code 1: ")
    assert placer("snapshot", "--ssh", "root@xen1", "--quiet").err == ""


def test_without_a_person_much_memory_is_not_walked_through(host: FakeHost) -> None:
    ran = placer("snapshot", "--ssh", "root@xen1", "--pages", "--pages-up-to", "1GiB")
    assert ran.code == 0
    assert "not asked: domains hold 5 GiB, more than 1: Xen walks through every page" in ran.err


@pytest.mark.parametrize(("answer", "dumped"), [(b"y\n", True), (b"n\n", False)])
def test_a_person_is_asked_and_a_yes_walks(
    answer: bytes, dumped: bool, host: FakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placer.cli.snapshot.at_terminal", lambda: True)
    ran = placer("snapshot", "--ssh", "root@xen1", "--pages", "--pages-up-to", "1GiB", stdin=answer)
    assert "Do it? [y/N]" in ran.err
    assert ("Memory location of each domain" in ran.out) is dumped


def test_what_fails_writes_nothing(host: FakeHost, tmp_path: Path) -> None:
    host.program("ssh", "#!/bin/sh\necho 'Permission denied (publickey).' >&2\nexit 255\n")
    ran = placer("snapshot", "--ssh", "root@xen1", "-o", tmp_path / "xen1.txt")
    assert (ran.code, ran.err) == (2, "error: ssh root@xen1: ssh failed: Permission denied (publickey).\n")
    assert not (tmp_path / "xen1.txt").exists()


def test_a_size_is_a_size() -> None:
    alone = placer("snapshot", "--pages-up-to", "1GiB")
    assert alone.code == 2 and "is for --pages alone" in alone.err
    ran = placer("snapshot", "--pages", "--pages-up-to", "much")
    assert (ran.code, "expected a size such as" in ran.err) == (2, True)
