"""The files that guests came from, to be written back."""

from __future__ import annotations

import json
from pathlib import Path

from placer.errors import InputError
from placer.formats.base import GuestSource
from placer.formats.text.files import read_text
from placer.job.request import Request

OWN_FORMS = ("xl", "libxl", "libvirt")
"""Formats that give a guest's own file back."""


def own_files(request: Request, format_name: str) -> dict[str, Path]:
    """
    Give the file that each guest came from.

    Raises
    ------
    InputError
        If the format gives no guest file back, a guest has none of that form, or a file holds more than its guest.
    """
    if format_name not in OWN_FORMS:
        given = f"--in-place gives guest files back, which --format {format_name} does not"
        raise InputError(f"{given}; expected {', '.join(OWN_FORMS)}", place="usage")
    paths: dict[str, Path] = {}
    for guest in request.instance.guests:
        reading = request.readings.get(guest.name)
        if reading is None or reading.source is None:
            raise InputError(f'--in-place: guest "{guest.name}" has no {format_name} file of its own', place="usage")
        _check(reading.source, guest.name, format_name)
        paths[guest.name] = Path(reading.source.place)
    return paths


def _check(source: GuestSource, name: str, format_name: str) -> None:
    if source.kind != format_name:
        form = f"is of the form {source.kind}, which --format {format_name} does not give back"
        raise InputError(f"{form}; --in-place needs the same", place=source.place)
    if source.place == "<stdin>":
        raise InputError(f'guest "{name}" came from there; --in-place needs a file', place=source.place)
    if source.kind == "libxl" and json.loads(read_text(source.place)) != json.loads(source.text):
        raise InputError(
            f'holds more than the configuration of guest "{name}"; --in-place needs that alone', place=source.place
        )
