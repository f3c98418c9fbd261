"""Reads typed values of an xl.cfg as xl does."""

from __future__ import annotations

import re

from placer.formats.text.encodings import carried
from placer.formats.xl.syntax import Config
from placer.instance import shorten

_NUMBER = re.compile(r"\s*\+?(?:0x(?P<hex>[0-9a-f]{1,16})|0(?P<octal>[0-7]{0,20})|(?P<decimal>[1-9][0-9]{0,18}))")


def string_of(config: Config, key: str) -> str | None:
    """
    Read a string; None where the key is absent.

    Raises
    ------
    InputError
        If the value is a list, which xl ignores with a warning, or holds bytes that are no UTF-8.
    """
    value = config.value_of(key)
    if isinstance(value, tuple):
        raise config.fault(key, f"{key} is a list, expected a single value")
    if value is not None and (byte := carried(value)):
        raise config.fault(key, f"expected {key} in UTF-8, got {byte}")
    return value


def number_of(config: Config, key: str, *, least: int, most: int, unit: str = "") -> int | None:
    """
    Read a number, in quotes or not; None where the key is absent.

    The syntax of numbers is that of C's strtol: 0x10 is 16 and 010 is 8 (libxlutil's xlu_cfg_get_long).

    Parameters
    ----------
    config
        The guest's file.
    key
        The key to read.
    least, most
        The range of valid numbers.
    unit
        The unit of the number, for messages.

    Raises
    ------
    InputError
        If the value is no number, which xl would ignore, or out of range.
    """
    text = string_of(config, key)
    if text is None:
        return None
    if config.effective(key)[-1].operator == "+=":
        raise config.fault(key, f"{key} += is not possible with numbers, expected {key} =")
    wanted = f"a number of {unit}" if unit else "a number"
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise config.fault(key, f'expected {key} to be {wanted}, got "{shorten(text)}"')
    number = int(found["decimal"] or 0) + int(found["hex"] or "0", 16) + int(found["octal"] or "0", 8)
    if not least <= number <= most:
        raise config.fault(key, f"expected {key} to be {wanted} from {least} to {most}, got {shorten(text)}")
    return number
