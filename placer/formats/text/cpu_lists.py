"""Sets of cpus as Linux and hwloc write them: lists such as ``0-7,16`` and bitmaps such as ``0xff,,0x0000000f``."""

from __future__ import annotations

import re

from placer.errors import InputError
from placer.instance import parse_cpuset, shorten
from placer.instance.units import MAX_CPU

MAX_LISTED = 2_000_000
"""Most cpus that the lists of one file may name together. Linux cut into 64 fake nodes of 1,024 cpus names 65,536."""
WORD_BITS = 32
"""Linux and hwloc print bitmaps in words of 32 bits."""
MAX_LENGTH = 64_000
"""Longest bitmap that is read, in characters; one of 65,536 cpus has 22,528."""

_INFINITE = "0xf...f"
_BITMAP = re.compile(r"((0x)?[0-9a-fA-F]{0,8},)*+(0x)?[0-9a-fA-F]{0,8}", re.ASCII)


class CpuLists:
    """
    Reads the cpu lists of one file and limits their total length: a short text such as ``0-65535`` is a long list.

    Parameters
    ----------
    place
        The file's name for messages.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self.left = MAX_LISTED

    def of_list(self, text: str, place: str | None = None) -> tuple[int, ...]:
        """
        Read a list such as ``0-7,16``.

        Raises
        ------
        InputError
            If the text is no such list, or the lists of the file name too many cpus.
        """
        try:
            cpus = parse_cpuset(text)
        except ValueError as error:
            raise InputError(str(error), place=place or self.place) from None
        return self._counted(cpus)

    def of_bitmap(self, text: str, place: str | None = None) -> tuple[int, ...]:
        """
        Read a bitmap such as ``00000000,000000ff``, highest word first.

        Raises
        ------
        InputError
            If the text is no bitmap, the bitmap is infinite, or the lists of the file name too many cpus.
        """
        bitmap = parse_bitmap(text, place or self.place)
        if bitmap < 0:
            raise InputError(f'expected a finite bitmap, got "{shorten(text)}"', place=place or self.place)
        return self._counted(bits(bitmap))

    def _counted(self, cpus: tuple[int, ...]) -> tuple[int, ...]:
        self.left -= len(cpus)
        if self.left < 0:
            raise InputError(f"its cpu lists name more than {MAX_LISTED} cpus", place=self.place)
        return cpus


def parse_bitmap(text: str, place: str) -> int:
    """
    Read a bitmap as hwloc and Linux print it, as an integer.

    Parameters
    ----------
    text
        Words of 32 bits, highest first, with or without ``0x``; an empty word is 0. ``0xf...f`` in front means
        that all higher bits are set, which makes the integer negative (hwloc-bitmap.h, hwloc_bitmap_snprintf).
    place
        File, or file and line, for messages.

    Raises
    ------
    InputError
        If the text is no bitmap, or a bit above cpu 65535 is set.

    Examples
    --------
    >>> bin(parse_bitmap("0x00000003,,0x00000001", "host.xml:4")).count("1"), parse_bitmap("0xf...f", "")
    (3, -1)
    """
    infinite, rest = text.strip().startswith(_INFINITE), text.strip().removeprefix(_INFINITE)
    if len(text) > MAX_LENGTH or not _BITMAP.fullmatch(rest) or (infinite and rest[:1] not in {"", ","}):
        raise InputError(f'expected a bitmap such as "0x000000ff,0x00000001", got "{shorten(text)}"', place=place)
    words = rest.replace("0x", "").split(",")
    bitmap = int("0" + "".join(word.zfill(WORD_BITS // 4) for word in words), 16)
    if bitmap.bit_length() > MAX_CPU + 1:
        raise InputError(f"expected cpu ids of at most {MAX_CPU} in a bitmap", place=place)
    return bitmap - (1 << WORD_BITS * (len(words) - 1)) if infinite else bitmap


def bits(bitmap: int) -> tuple[int, ...]:
    """
    List the set bits of a non-negative integer, ascending.

    Examples
    --------
    >>> bits(0b1101)
    (0, 2, 3)
    """
    return tuple(i for i, bit in enumerate(reversed(f"{bitmap:b}")) if bit == "1")
