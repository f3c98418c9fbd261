"""What SQLite refuses, in words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

import placer
from placer.claims.sql_errors import as_input_error


def refused(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("what SQLite says")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SQLITE_FULL", "the disk is full; nothing was claimed (what SQLite says)"),
        ("SQLITE_BUSY", "another process holds its lock for more than 3 s; fuser names those that have the file open"),
        (
            "SQLITE_BUSY_RECOVERY",
            "another process holds its lock for more than 3 s; fuser names those that have the file",
        ),
        ("SQLITE_READONLY_DIRECTORY", "cannot be written: it, or the folder of its journal, is read-only"),
        ("SQLITE_IOERR_WRITE", "the disk refuses to read or write; nothing was claimed"),
        ("SQLITE_CORRUPT", "is damaged; when no guest is being started, remove it"),
        ("SQLITE_MISUSE", "cannot be used: what SQLite says"),
    ],
)
def test_each_kind_has_its_words_and_the_file_its_name(name: str, words: str) -> None:
    with pytest.raises(placer.InputError) as caught, as_input_error(Path("/c"), 3):
        raise refused(name)
    assert str(caught.value).startswith(f"/c: {words}")


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), as_input_error(Path("/c"), 3):
        _ = 1 / 0
