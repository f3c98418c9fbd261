"""Files of fleets are larger than those of a host: a million names of guests take some 20 MB."""

from __future__ import annotations

from placer.formats.text.files import Source, read_source

MOST_BYTES = 64 * 1024**2
"""Largest file that is read. Chosen: a million hosts and as many guests by their names, and a plan of them."""
MOST_CONTAINERS = 1_500_000
"""Most objects and lists of a file. Chosen: a plan of a million guests, or 200,000 hosts that all differ."""


def read_large(source: Source) -> tuple[str, str]:
    """
    Read a file of a fleet.

    Returns
    -------
    text, place : str

    Raises
    ------
    InputError
        As :func:`placer.formats.text.files.read_source`, for larger files.
    """
    return read_source(source, most_bytes=MOST_BYTES)
