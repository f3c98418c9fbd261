"""Reads text from files and standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from placer.errors import InputError

MAX_BYTES = 8 * 1024**2
"""Largest input that is read. Chosen, not tuned: far above any real input, and a disk given by mistake is refused."""


def read_text(path: str) -> str:
    """
    Read a whole file as text.

    Parameters
    ----------
    path
        The file; ``-`` is standard input.

    Raises
    ------
    InputError
        If the file is missing, a directory, unreadable, empty, larger than 8 MiB or not UTF-8.
    """
    place = place_of(path)
    data = _read_bytes(path, place)
    if len(data) > MAX_BYTES:
        raise InputError("larger than 8 MiB, expected a text file", place=place)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
        raise InputError(f"expected UTF-8 text, got {byte}", place=place) from None
    if not text.strip():
        raise InputError("is empty", place=place)
    return text


def place_of(path: str) -> str:
    """Name an input in messages: its path, or ``<stdin>`` for ``-``."""
    return "<stdin>" if path == "-" else path


def _read_bytes(path: str, place: str) -> bytes:
    try:
        if path == "-":
            return _read_stdin()
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError("no such file", place=place) from None
    except IsADirectoryError:
        raise InputError("is a directory, expected a file", place=place) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", place=place) from None


def _read_stdin() -> bytes:
    if sys.stdin is None:  # closed before placer started
        raise OSError("standard input is closed")
    return sys.stdin.buffer.read(MAX_BYTES + 1)
