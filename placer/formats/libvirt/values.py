"""Sizes and sets of ids as libvirt writes them."""

from __future__ import annotations

import re
from fractions import Fraction

from placer.formats.text.xml_text import Node
from placer.instance import shorten
from placer.instance.units import MAX_CPU, MAX_KIB

MAX_SET = 64_000
"""Longest set that is read, in characters. Chosen, not tuned: 1,024 pcpus listed one by one have 4,000."""

_POWER = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6}
_UNIT = re.compile(r"([kmgtpe]?)(i?b)?|bytes?", re.ASCII | re.IGNORECASE)
_PART = re.compile(r"\s*(?P<out>\^)?\s*(?P<low>[0-9]{1,5})\s*(?:-\s*(?P<high>[0-9]{1,5})\s*)?", re.ASCII)


def size_of(node: Node, text: str) -> Fraction:
    """
    Scale a size as libvirt does (virScaleInteger).

    Parameters
    ----------
    node
        The element; its attribute ``unit`` counts. KiB and k are 1024 bytes, KB is 1000; without a unit it is KiB.
    text
        The number.

    Returns
    -------
    Fraction
        In KiB.

    Raises
    ------
    InputError
        If the text is no size, or the size is above 8 PiB.
    """
    stated = node.attributes.get("unit", "KiB")
    unit = _UNIT.fullmatch(stated)
    if unit is None:
        raise node.fault(f'expected a unit such as "KiB", got "{shorten(stated)}"')
    base = 1000 if (unit[2] or "").lower() == "b" and unit[1] else 1024
    kib = Fraction(node.checked(text, "memory", 2**63) * base ** _POWER[(unit[1] or "").lower()], 1024)
    if kib > MAX_KIB:
        raise node.fault("expected memory of at most 8 PiB")
    return kib


def set_of(node: Node, text: str, what: str) -> int:
    """
    Read a set such as ``0-7,^3,16`` (virBitmapParse) as a bitmap.

    Parameters
    ----------
    node
        The element that states the set, for messages.
    text
        The set.
    what
        The name of the set for messages, such as ``nodeset``.

    Returns
    -------
    int
        Bit i is set where the set has id i.

    Raises
    ------
    InputError
        If the text is no such set, or the set is empty.
    """
    bitmap = 0
    for word in text.split(",") if len(text) <= MAX_SET else [text]:
        part = _PART.fullmatch(word)
        if part is None or (part["out"] and part["high"]) or int(part["high"] or part["low"]) > MAX_CPU:
            raise node.fault(f'expected {what} like "0-7,^3,16", got "{shorten(text)}"')
        low, high = int(part["low"]), int(part["high"] or part["low"])
        if high < low:
            raise node.fault(f'range "{shorten(word)}" of {what} runs backwards')
        ids = ((1 << high - low + 1) - 1) << low
        bitmap = bitmap & ~ids if part["out"] else bitmap | ids
    if not bitmap:
        raise node.fault(f'{what} "{shorten(text)}" is empty, expected at least one id')
    return bitmap
