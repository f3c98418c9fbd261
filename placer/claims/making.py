"""Makes a file of claims: under another name, and linked to its own once it is whole and on the disk."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from placer.claims.sql_errors import as_input_error
from placer.claims.tables import SCHEMA, Owner
from placer.errors import InputError


def make(path: Path, owner: Owner, wait_s: float) -> None:
    """
    Make a file without claims; where another process was faster its file stays.

    Raises
    ------
    InputError
        If it cannot be made; then nothing of it is left.
    """
    try:
        folder = Path(mkdtemp(dir=path.parent, prefix=f".{path.name[:50]}."))
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror}", place=str(path)) from None
    new = folder / "new"
    try:
        with as_input_error(path, wait_s):
            _fill(new, owner)
        with suppress(FileExistsError):
            os.link(new, path)
        _sync(path.parent)
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror}", place=str(path)) from None
    finally:
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()


def _fill(path: Path, owner: Owner) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO host VALUES (?)", (msgspec.json.encode(owner).decode(),))
        connection.execute("COMMIT")
    finally:
        connection.close()
    _sync(path)


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
