"""Reads how much of a host's free memory is claimed, from the settings that ``xl info`` prints."""

from __future__ import annotations

from collections.abc import Mapping

from placer.errors import InputError
from placer.instance import shorten

MAX_MIB = 2**33
"""Largest number that is read: 8 PiB."""


def claimed_mib(settings: Mapping[str, str], free_mib: int, place: str) -> int:
    """
    Give the part of the pnodes' free memory that Xen keeps for domains being built.

    xl prints as free_memory what is free less what is claimed (output_physinfo of tools/xl/xl_info.c), rounded down
    once, and memfree of each pnode with the claimed memory, rounded down each. So without claims their sum is never
    above free_memory, but for what was freed between the two hypercalls, and the sum less free_memory is what no guest
    can have. xl before 4.3 knows no claims, and prints no outstanding_claims.

    Parameters
    ----------
    settings
        ``free_memory`` and ``outstanding_claims`` in MiB, where the text has them.
    free_mib
        Sum of memfree over the pnodes.
    place
        The file's name for messages.

    Returns
    -------
    int
        In MiB; 0 where free_memory says no less than the pnodes do.

    Raises
    ------
    InputError
        If one of the two is no number of MiB.
    """
    free, claims = (_number(settings, name, place) for name in ("free_memory", "outstanding_claims"))
    if claims == 0:
        return 0
    return (claims or 0) if free is None else max(0, free_mib - free)


def claims_note(claimed: int, free_mib: int) -> str:
    """Say what claims mean for the guests, and what to do."""
    return (
        f"{claimed} of the {free_mib} MiB that are free are claimed for domains being built (xl claims lists them): "
        f"all guests together get at most {max(0, free_mib - claimed)} MiB; once those are built, xl info -n says on "
        "which pnodes"
    )


def _number(settings: Mapping[str, str], name: str, place: str) -> int | None:
    text = settings.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= MAX_MIB):
        raise InputError(f'{name}: expected a number of MiB, got "{shorten(text)}"', place=place)
    return int(text)
