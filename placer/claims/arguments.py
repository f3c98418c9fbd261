"""What the claims of a host are asked with, checked."""

from __future__ import annotations

from placer.errors import InputError
from placer.instance import Instance
from placer.job.request import Request, from_instance

MOST_S = 30 * 24 * 3600.0
"""The longest time that is taken, in seconds: 30 days. Chosen."""
EXPIRES_S = 600.0
"""Seconds that a claim lasts unless its guest is seen; chosen: Xen builds hundreds of GiB in minutes."""
MOVES_EXPIRE_S = 3600.0
"""Seconds that a claim of a guest that is moved lasts; chosen: a plan moves many, and is read before it is run."""
GRACE_S = 60.0
"""Seconds for which a guest that is gone keeps its room; chosen: xl starts a guest that reboots anew at once."""


def as_request(given: object) -> Request:
    """Give a request as it is, and make one of an instance."""
    if isinstance(given, Request):
        return given
    if not isinstance(given, Instance):
        raise InputError(f"expected placer.Request or placer.Instance, got {type(given).__name__}", place="request")
    return from_instance(given, place="the instance")


def seconds(name: str, value: object) -> float:
    """
    Take a number of seconds.

    Raises
    ------
    InputError
        If it is none, or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_S:
        raise InputError(f"expected seconds from 0 to {MOST_S:.0f}, got {value!r}", place=name)
    return float(value)
