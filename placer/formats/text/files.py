"""Reads text from files and standard input."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from placer.errors import InputError
from placer.formats.text.encodings import OddBytes, decode
from placer.instance.units import shorten

MAX_BYTES = 8 * 1024**2
"""Largest input that is read. Chosen, not tuned: far above any real input, and a disk given by mistake is refused."""


@dataclass(frozen=True)
class Text:
    """
    Text that stands for a file, wherever placer takes the path of one.

    Parameters
    ----------
    content
        What the file would hold.
    place
        What messages call the text, such as the command that printed it.

    Examples
    --------
    >>> read_source(Text("node 0 cpus: 0 1", place="numactl -H"))
    ('node 0 cpus: 0 1', 'numactl -H')
    """

    content: str
    place: str = "<text>"


Source = str | os.PathLike[str] | Text
"""A file by its path (``-`` is standard input), or its :class:`Text`."""


def read_source(source: Source, odd: OddBytes = "refuse", *, most_bytes: int = MAX_BYTES) -> tuple[str, str]:
    """
    Read a file, or take a text as it is.

    Parameters
    ----------
    odd
        What becomes of bytes that are no UTF-8.
    most_bytes
        The largest input that is read.

    Returns
    -------
    text : str
    place : str
        What messages call the text.

    Raises
    ------
    InputError
        As :func:`read_text`, and if the source is neither a path nor a :class:`Text`.
    """
    if isinstance(source, Text):
        for name in ("content", "place"):
            if not isinstance(getattr(source, name), str):
                raise InputError(f"expected text, got {type(getattr(source, name)).__name__}", place=f"Text.{name}")
        return _sensible(source.content, source.place, most_bytes), source.place
    path = path_of(source)
    return read_text(path, odd, most_bytes=most_bytes), place_of(path)


def path_of(source: object) -> str:
    """
    Take a path as it is written.

    Raises
    ------
    InputError
        If it is no path.
    """
    path = os.fspath(source) if isinstance(source, os.PathLike) else source
    if not isinstance(path, str):
        raise InputError(f"expected the path of a file, or a placer.Text, got {type(source).__name__}")
    if "\n" in path or path.lstrip().startswith(("{", "[", "<")):
        raise InputError(f'expected the path of a file, got text ("{shorten(path.strip())}"); placer.Text takes text')
    if not path:
        raise InputError("expected the path of a file, or a placer.Text, got an empty path")
    return path


def read_text(path: str, odd: OddBytes = "refuse", *, most_bytes: int = MAX_BYTES) -> str:
    """
    Read a whole file as text.

    Parameters
    ----------
    path
        The file; ``-`` is standard input.
    odd
        What becomes of bytes that are no UTF-8.
    most_bytes
        The largest file that is read.

    Raises
    ------
    InputError
        If the file is missing, a directory, unreadable, empty, too large, or not UTF-8 where that is refused.
    """
    place = place_of(path)
    data = _read_bytes(path, place, most_bytes)
    _check_size(len(data), place, most_bytes)
    return _sensible(decode(data, place, odd), place, most_bytes)


def _check_size(size: int, place: str, most_bytes: int) -> None:
    if size > most_bytes:
        raise InputError(f"larger than {most_bytes // 1024**2} MiB, expected a text file", place=place)


def _sensible(text: str, place: str, most_bytes: int) -> str:
    _check_size(len(text), place, most_bytes)
    if not text.strip():
        raise InputError("is empty", place=place)
    return text


def place_of(path: str) -> str:
    """Name an input in messages: its path, or ``<stdin>`` for ``-``."""
    return "<stdin>" if path == "-" else path


def _read_bytes(path: str, place: str, most_bytes: int) -> bytes:
    try:
        if path == "-":
            return _read_stdin(most_bytes)
        with Path(path).open("rb") as file:
            return file.read(most_bytes + 1)
    except FileNotFoundError:
        raise InputError("no such file", place=place) from None
    except IsADirectoryError:
        raise InputError("is a directory, expected a file", place=place) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", place=place) from None


def _read_stdin(most_bytes: int) -> bytes:
    if sys.stdin is None:  # closed before placer started
        raise OSError("standard input is closed")
    return sys.stdin.buffer.read(most_bytes + 1)
