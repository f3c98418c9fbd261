"""``placer claims``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(
    help="List, confirm and end what guests that are being started claim of their host, in the file of placer solve "
    "--claims.",
    no_args_is_help=True,
)

File = Annotated[str, typer.Argument(metavar="FILE", help="The file of claims.", show_default=False)]
Names = Annotated[
    list[str], typer.Argument(metavar="GUEST...", help="Names or uuids of the guests.", show_default=False)
]


class ListFormat(StrEnum):
    """What claims are listed as."""

    text = "text"
    json = "json"


@app.command(name="list")
def list_(
    file: File,
    format: Annotated[
        ListFormat, typer.Option(help="text: a table. json: the same with every figure.")
    ] = ListFormat.text,
) -> None:
    """
    List the guests that are claimed, and how far each has come; nothing is changed.

    claimed: no domain of it is known. started: a snapshot showed its domain.
    running: its domain was confirmed to be built. missing: its domain is gone,
    and keeps its room for a minute, as it may reboot. expired: no domain was
    seen in time, and the claim ends with the next snapshot without one.
    """
    from placer.claims.claims import Claims
    from placer.cli.outputs import on_terminal, write_stdout
    from placer.report.claims import claims_json, claims_table

    found = Claims(file).list()
    json = format is ListFormat.json
    write_stdout(claims_json(found) if json else claims_table(found, colour=on_terminal()))


@app.command()
def confirm(
    file: File,
    guests: Names,
    domid: Annotated[
        int | None,
        typer.Option(min=1, help="The domain of the one guest, so that a domain of its next boot is told apart."),
    ] = None,
) -> None:
    """
    Say that the domains of guests are built: all of their memory is taken.

    From then on it is missing from what Xen says is free, and the claims count
    nothing beside the domains. A guest whose domain snapshots show running
    needs no confirmation.
    """
    from placer.claims.claims import Claims

    if domid is not None and len(guests) != 1:
        raise typer.BadParameter(f"is of one guest, got {len(guests)}", param_hint="--domid")
    claims = Claims(file)
    for guest in guests:
        claims.confirm(guest, domid=domid)


@app.command()
def release(file: File, guests: Names) -> None:
    """End the claims of guests whose domains are gone, or were never made."""
    from placer.claims.claims import Claims

    Claims(file).release(*guests)


@app.command()
def clear(file: File) -> None:
    """End all claims; for a host on which no guest is being started."""
    from placer.claims.claims import Claims

    Claims(file).clear()
