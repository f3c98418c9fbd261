"""Times that neither a clock that is set nor a reboot makes wrong."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from placer.errors import InputError
from placer.formats.sighting import Taken

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
CLOCKS_AGREE_S = 2.0
"""
Seconds by which the clocks of two machines may differ; chosen: NTP keeps them within a small part of it, and a snapshot
states whole seconds. It matters only where the file of claims lies on another machine than the host.
"""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """
    A moment on the machine that holds the file of claims.

    Parameters
    ----------
    boot_id
        The boot of its kernel.
    at_s
        Seconds since that boot, suspended ones included: nobody can set them.
    time_s
        The clock on the wall, in seconds since 1970: only compared with that of another machine.
    """

    boot_id: str
    at_s: float
    time_s: float


def this_moment() -> Moment:
    """
    Give the moment of the machine that this runs on.

    Raises
    ------
    InputError
        If its kernel has no boot id, so that times before and after a reboot cannot be told apart.
    """
    return Moment(boot_id=_boot_id(), at_s=time.clock_gettime(time.CLOCK_BOOTTIME), time_s=time.time())


@cache
def _boot_id() -> str:
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError as error:
        raise InputError(f"cannot be read, and claims need it: {error.strerror}", place=str(BOOT_ID)) from None


def moment_of(taken: Taken | None, now: Moment) -> float | None:
    """
    Give when a snapshot was taken, in seconds since the boot of the machine that holds the file; never too late.

    On the host itself that is exact. Elsewhere the clocks on the wall are compared, which may differ by
    ``CLOCKS_AGREE_S``; a snapshot that seems to come from the future was taken at no known moment.

    Returns
    -------
    float or None
        Below 0 before that boot; None where it is not known.
    """
    if taken is None:
        return None
    if taken.boot_id == now.boot_id and taken.uptime_s is not None:
        return taken.uptime_s if taken.uptime_s <= now.at_s + 1 else None
    if taken.time_s is None or now.time_s < taken.time_s - CLOCKS_AGREE_S:
        return None
    return now.at_s - (now.time_s - taken.time_s) - CLOCKS_AGREE_S
