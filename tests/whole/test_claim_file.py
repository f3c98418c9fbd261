"""The file of claims where the disk or its rights fail: a clear error, nothing half-written, and all goes on after."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import placer
from tests.support.claiming import a_guest, two_pnodes
from tests.support.commands import placer as run

NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may enter, which those of pytest are not."""
    made = Path(tempfile.mkdtemp(prefix="placer-claims-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def place(path: Path, name: str) -> tuple[str, ...]:
    instance = placer.Instance(host=two_pnodes(), guests=(a_guest(name, 1),))
    return placer.Claims(path, wait_s=0.2).place(instance, workers=1).guests


def names(path: Path) -> list[str]:
    return [guest.name for guest in placer.Claims(path).list()]


def in_a_child(work: Callable[[], object]) -> str:
    """Do something in a process of its own; give the error that it ends with, or nothing."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        said = ""
        try:
            work()
        except placer.PlacerError as error:
            said = str(error)
        except BaseException as error:  # a traceback is what no user shall see
            said = f"{type(error).__name__}: {error}"
        finally:
            os.write(write, said.encode())
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return said


def with_files_up_to(size: int, work: Callable[[], object]) -> str:
    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        work()

    return in_a_child(limited)


def as_nobody(work: Callable[[], object]) -> str:
    """Do something as a user who owns nothing; as oneself where one is not root."""

    def other() -> None:
        if os.getuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        work()

    return in_a_child(other)


def test_a_disk_that_takes_no_more_claims_nothing_and_keeps_what_there_was(folder: Path) -> None:
    path = folder / "xen1.claims"
    place(path, "a")
    before = path.read_bytes()
    said = with_files_up_to(4096, lambda: place(path, "b"))
    assert said.startswith(f"{path}: the disk "), said
    assert (names(path), path.read_bytes()[:100]) == (["a"], before[:100])
    assert place(path, "b") == ("b",)
    assert names(path) == ["a", "b"]


def test_a_file_that_cannot_be_made_whole_is_not_made(folder: Path) -> None:
    path = folder / "xen1.claims"
    place(folder / "first", "a")  # imports
    for size in (0, 1000, 8192):
        assert with_files_up_to(size, lambda: place(path, "a")).startswith(f"{path}: "), size
        assert [each.name for each in folder.iterdir()] == ["first"]


def test_a_full_file_system_is_named(folder: Path) -> None:
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "none", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        path = disk / "xen1.claims"
        place(path, "a")
        rest = os.open(disk / "rest", os.O_WRONLY | os.O_CREAT)
        with pytest.raises(OSError, match="No space left"):
            while True:
                os.write(rest, b"x" * 4096)
        os.close(rest)
        with pytest.raises(placer.InputError, match=r"the disk is full; nothing was claimed|refuses to"):
            place(path, "b")
        (disk / "rest").unlink()
        assert names(path) == ["a"]
        assert place(path, "b") == ("b",)
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_file_that_cannot_be_written_is_named(folder: Path) -> None:
    path = folder / "xen1.claims"
    place(path, "a")
    path.chmod(0o444)
    folder.chmod(0o555)
    said = as_nobody(lambda: place(path, "b"))
    folder.chmod(0o755)
    assert said.startswith(f"{path}: cannot be ") and ("read-only" in said or "folder has to be writable" in said), said
    assert names(path) == ["a"]


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    path = folder / "xen1.claims"
    place(path, "a")
    path.chmod(0o000)
    if os.getuid() == 0:
        assert as_nobody(lambda: names(path)) == f"{path}: cannot be read: Permission denied"


def test_of_claims_that_come_until_the_disk_takes_no_more_each_that_was_made_is_kept(folder: Path) -> None:
    path = folder / "xen1.claims"
    place(path, "a")
    limit, kept, said = path.stat().st_size + 3 * 4096, ["a"], ""
    while not said:
        name = f"guest-{len(kept)}-{'x' * 200}"
        said = with_files_up_to(limit, partial(place_small, path, name))
        kept += [name] if not said else []
    assert said.startswith(f"{path}: the disk "), said
    assert names(path) == kept
    assert len(kept) > 3


def place_small(path: Path, name: str) -> tuple[str, ...]:
    guest = placer.Guest(name=name, vnodes=(placer.Vnode(memory_kib=1024, vcpus=(0,)),))
    return placer.Claims(path).place(placer.Instance(host=two_pnodes(), guests=(guest,)), workers=1).guests


@pytest.mark.parametrize("words", [("list",), ("confirm", "a"), ("release", "a"), ("clear",)])
def test_the_command_ends_with_one_line_where_the_file_is_damaged(folder: Path, words: tuple[str, ...]) -> None:
    path = folder / "xen1.claims"
    place(path, "a")
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    ran = run("claims", words[0], path, *words[1:])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {path}: ") and ran.err.count("\n") == 1, ran.err


def test_any_byte_of_the_file_may_be_wrong_without_a_traceback(folder: Path) -> None:
    path, other = folder / "xen1.claims", folder / "other"
    place(path, "a")
    content = path.read_bytes()
    for at in [*range(0, 100, 6), *range(100, len(content), 1997)]:
        for suffix in ("-wal", "-shm"):
            Path(f"{other}{suffix}").unlink(missing_ok=True)
        other.write_bytes(content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :])
        try:
            place(other, "b")
            names(other)
        except placer.InputError as error:
            assert str(error).startswith(str(other))


def test_a_file_that_is_cut_off_anywhere_is_refused_or_still_whole_in_what_is_read(folder: Path) -> None:
    path, other = folder / "xen1.claims", folder / "other"
    place(path, "a")
    content, refused = path.read_bytes(), 0
    for size in range(0, len(content), 1500):
        other.write_bytes(content[:size])
        try:
            assert names(other) == ["a"]
        except placer.InputError as error:
            refused += str(error).startswith(str(other))
    assert refused > len(content) // 1500 // 2
