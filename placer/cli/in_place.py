"""``--in-place``: the files that guests came from, to write them back."""

from __future__ import annotations

import json
from pathlib import Path

from placer.errors import Faults, InputError
from placer.formats.base import GuestSource
from placer.formats.text.files import read_text
from placer.job.request import Request

OWN_FORMS = ("xl", "libxl", "libvirt")
"""Formats that are written as the guest's own file with the placement set."""


def format_of_files(request: Request) -> str:
    """
    Give the one format of the files that the guests came from.

    Raises
    ------
    InputError
        If a guest has no file, or the files are of several formats.
    """
    place_of: dict[str, str] = {}
    for guest in request.instance.guests:
        reading = request.readings.get(guest.name)
        if reading is None or reading.source is None:
            raise InputError(f'--in-place: guest "{guest.name}" has no file of its own', place="usage")
        place_of.setdefault(reading.source.kind, reading.source.place)
    if len(place_of) > 1:
        kinds = ", ".join(f"{place} ({kind})" for kind, place in place_of.items())
        raise InputError(f"--in-place writes files of one format in a run, got {kinds}", place="usage")
    return next(iter(place_of), OWN_FORMS[0])


def own_files(request: Request, format_name: str) -> dict[str, Path]:
    """
    Give the file that each guest came from.

    Returns
    -------
    dict
        Guest name -> path.

    Raises
    ------
    InputError
        If the format writes no guest file, a guest has no file of that format, or a file holds more than its guest.
    """
    if format_name not in OWN_FORMS:
        given = f"--in-place writes guest files, which --format {format_name} does not produce"
        raise InputError(f"{given}; expected {', '.join(OWN_FORMS)}", place="usage")
    paths: dict[str, Path] = {}
    faults = Faults()
    for guest in request.instance.guests:
        with faults.kept():
            reading = request.readings.get(guest.name)
            if reading is None or reading.source is None:
                fault = f'--in-place: guest "{guest.name}" has no {format_name} file of its own'
                raise InputError(fault, place="usage")
            _check(reading.source, guest.name, format_name)
            paths[guest.name] = Path(reading.source.place)
    faults.raise_all()
    return paths


def _check(source: GuestSource, name: str, format_name: str) -> None:
    if source.kind != format_name:
        form = f"is of the format {source.kind}, which --format {format_name} does not write"
        raise InputError(f"{form}; --in-place needs the format of the file", place=source.place)
    if source.place == "<stdin>":
        raise InputError(f'guest "{name}" came from standard input; --in-place needs a file', place=source.place)
    if source.kind == "libxl" and json.loads(read_text(source.place, "carry")) != json.loads(source.text):
        raise InputError(
            f'holds more than the configuration of guest "{name}"; --in-place needs a file of its own',
            place=source.place,
        )
