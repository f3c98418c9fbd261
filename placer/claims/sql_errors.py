"""What SQLite refuses, in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from placer.errors import InputError

WORDS = {
    "SQLITE_FULL": "the disk is full; nothing was claimed",
    "SQLITE_READONLY": "cannot be written: it, or the folder of its journal, is read-only",
    "SQLITE_CANTOPEN": "cannot be opened for writing; its folder has to be writable too, as its journal lies there",
    "SQLITE_PERM": "cannot be written: no permission",
    "SQLITE_NOTADB": "is no database, expected a file that placer solve --claims made",
    "SQLITE_CORRUPT": "is damaged; when no guest is being started, remove it: placer solve --claims makes it anew",
    "SQLITE_IOERR": "the disk refuses to read or write; nothing was claimed",
    "SQLITE_PROTOCOL": "its locks do not work; expected a file on a local disk",
}


@contextmanager
def as_input_error(path: Path, wait_s: float) -> Iterator[None]:
    """
    Turn what SQLite refuses within the block into an InputError.

    Parameters
    ----------
    path
        The file.
    wait_s
        Seconds that its lock was waited for.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise InputError(_words(error, wait_s), place=str(path)) from None


def _words(error: sqlite3.Error, wait_s: float) -> str:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"another process holds its lock for more than {wait_s:g} s; fuser names those that have the file open"
    known = [words for code, words in WORDS.items() if name == code or name.startswith(f"{code}_")]
    return f"{known[0]} ({error})" if known else f"cannot be used: {error}"
