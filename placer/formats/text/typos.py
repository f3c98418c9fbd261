"""Finds keys that are probably misspelt."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

CLOSE = 0.8
"""Similarity, as difflib measures it from 0 to 1, from which two keys are close. Chosen: swapped letters pass (0.8)."""


def typo_notes(keys: Iterable[str], known: Iterable[str]) -> list[str]:
    """
    Suggest the known key for each unknown key that is close to one.

    Returns
    -------
    list of str
        A note for each such key, in the order of ``keys``.

    Examples
    --------
    >>> typo_notes(["vnuam", "disk", "vcpus"], ["vnuma", "vcpus"])
    ['vnuam is not read; is vnuma meant?']
    """
    read = list(known)
    notes = []
    for key in keys:
        close = [] if key in read else get_close_matches(key.lower(), read, n=1, cutoff=CLOSE)
        notes += [f"{key[:40]} is not read; is {close[0]} meant?"] if close else []
    return notes
