"""Keys that look like a slip of one that counts."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

CLOSE = 0.8
"""How much alike two keys are then, as difflib measures it."""


def closest_word(keys: Iterable[str], known: Iterable[str]) -> list[str]:
    """
    Ask about keys that are not known but close to one that is.

    Examples
    --------
    >>> closest_word(["vnuam", "disk", "vcpus"], ["vnuma", "vcpus"])
    ['vnuam is not read; is vnuma meant?']
    """
    read = list(known)
    asked = []
    for key in keys:
        close = [] if key in read else get_close_matches(key.lower(), read, n=1, cutoff=CLOSE)
        asked += [f"{key[:40]} is not read; is {close[0]} meant?"] if close else []
    return asked
