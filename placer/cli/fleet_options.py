"""Options and arguments that several commands of ``placer fleet`` share, with their help."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from placer.cli.given import refuse_given
from placer.job.output_formats import FORMATS

FleetFile = Annotated[
    str, typer.Argument(metavar="FLEET", help="The fleet, as `placer fleet import` writes it; - is standard input.")
]
GuestFolder = Annotated[
    str | None,
    typer.Option(
        "--guests",
        metavar="FOLDER",
        help="Write what starts the guests there: a folder for each host, in the form that its toolstack takes. It has "
        "what placer decides and a fleet knows of a guest; disks, network and kernel are to be added.",
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
    GuestFormat,
    typer.Option("--guest-format", help="With --guests: that form for hosts which the fleet does not say it of."),
]


def refuse_forms(ctx: typer.Context, folder: str | None) -> None:
    """
    Refuse what says how guests are written where none are.

    Raises
    ------
    InputError
        With the options.
    """
    if folder is None:
        refuse_given(ctx, "guest_format", "pin", why="says how guests are written, expected --guests FOLDER beside it")
