"""
Bytes that are no UTF-8: refused, replaced, or carried through a text and written again as they were.

A byte is carried as one half of a surrogate pair, Python's ``surrogateescape`` (PEP 383).
"""

from __future__ import annotations

import codecs
import re
from typing import Literal

from placer.errors import InputError
from placer.instance import shorten

OddBytes = Literal["refuse", "replace", "carry"]
"""
What becomes of bytes that are no UTF-8.

``refuse``: where every string has a meaning, as in an instance. ``replace``: by U+FFFD, in what programs printed and
placer only reads. ``carry``: in guest files, which placer writes again.
"""

_CARRIED = re.compile("[\udc80-\udcff]")
_DECLARED = re.compile(r"""\ufeff?<\?xml\s[^>]*?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,40})["']""")
_ASCII = "".join(map(chr, range(32, 127))) + "\\u0041 +AGE- &#65; \t\r\n"
"""What every encoding that placer takes writes as ASCII does; not so UTF-7, UTF-16, or Python's escapes."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(data: bytes, place: str, odd: OddBytes) -> str:
    """
    Decode UTF-8, with or without a byte order mark.

    Raises
    ------
    InputError
        If bytes are no UTF-8 and ``odd`` refuses them; if the text is UTF-16; if it is no text, as it has NUL bytes.
    """
    if odd != "refuse" and b"\0" in data and not data.startswith(_UTF_16):
        raise InputError(f"expected text, got byte 0x00 at offset {data.index(0)}", place=place)
    errors = {"refuse": "strict", "replace": "replace", "carry": "surrogateescape"}[odd]
    try:
        return data.decode("utf-8-sig", "strict" if data.startswith(_UTF_16) else errors)
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
        raise InputError(f"expected UTF-8 text, got {byte}", place=place) from None


def encode(text: str) -> bytes:
    """Encode as UTF-8, carried bytes as they were; other halves of surrogate pairs become escapes."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def carried(text: str) -> str | None:
    """Name the first byte that a text carries, such as ``byte 0xe9``; None where it carries none."""
    found = _CARRIED.search(text)
    return f"byte 0x{ord(found[0]) - 0xDC00:02x}" if found else None


def replaced(text: str) -> str:
    """Put U+FFFD for each byte that a text carries."""
    return _CARRIED.sub("\ufffd", text)


def without_carried(text: str, place: str) -> str:
    """Give back a text of which every string has a meaning; one that carries bytes is refused."""
    if byte := carried(text):
        line = 1 + text.count("\n", 0, next(i for i, c in enumerate(text) if "\udc80" <= c <= "\udcff"))
        raise InputError(f"expected UTF-8 text, got {byte}", place=f"{place}:{line}")
    return text


def as_declared(text: str, place: str) -> tuple[str, str | None]:
    """
    Decode XML by the encoding that it declares.

    Parameters
    ----------
    text
        The file, decoded with ``carry``.
    place
        Its name for messages.

    Returns
    -------
    text : str
    encoding : str or None
        The declared encoding; None for UTF-8.

    Raises
    ------
    InputError
        If the encoding is none that placer knows, or the bytes are none of it.
    """
    found = _DECLARED.match(text)
    name = found[1] if found else "utf-8"
    if not _like_ascii(name):
        raise InputError(f"XML in the encoding {shorten(name)}, expected UTF-8 or one that contains ASCII", place=place)
    if codecs.lookup(name).name == "utf-8":
        return without_carried(text, place), None
    try:
        return encode(text).decode(name), name
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
        raise InputError(f"expected {name} text as it declares, got {byte}", place=place) from None


def carry_as(text: str, encoding: str | None) -> str:
    """Give the text that :func:`encode` writes in this encoding; what the encoding lacks becomes ``&#...;`` of XML."""
    if encoding is None:
        return text
    return text.encode(encoding, "xmlcharrefreplace").decode("utf-8", "surrogateescape")


def _like_ascii(name: str) -> bool:
    try:
        if "escape" in codecs.lookup(name).name:
            return False
        return _ASCII.encode("ascii").decode(name) == _ASCII and _ASCII.encode(name) == _ASCII.encode("ascii")
    except (LookupError, UnicodeError, ValueError):
        return False
