"""Options and arguments that several commands of ``placer fleet`` share, with their help."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from placer.job.output_formats import FORMATS

FleetFile = Annotated[
    str, typer.Argument(metavar="FLEET", help="The fleet, as `placer fleet import` writes it; - is standard input.")
]
GuestFolder = Annotated[
    str | None,
    typer.Option(
        "--guests",
        metavar="FOLDER",
        help="Write what starts the guests there: a folder for each host, in the form that its toolstack takes.",
    ),
]


class Report(StrEnum):
    """What an answer is written as."""

    text = "text"
    json = "json"


class GuestFormat(StrEnum):
    """What guests are written as, where their host does not say it."""

    locals().update({name: name for name in FORMATS if name != "shell"})


LIBVIRT = GuestFormat("libvirt")
GuestForm = Annotated[
    GuestFormat, typer.Option("--guest-format", help="That form for hosts which the fleet does not say it of.")
]
