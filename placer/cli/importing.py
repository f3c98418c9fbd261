"""``placer import``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from placer.cli import options


def import_(
    guests: options.Guests,
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="The host: text of `xl info -n`, or JSON of a host.")
    ],
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write there instead of standard output.")
    ] = None,
    reserve: options.Reserve = None,
    free_pnodes: options.FreePnodes = False,
    memory: options.MemoryOption = None,
    vnuma: options.VnumaOption = options.Vnuma.auto,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a host and guests as one instance; what was assumed on the way goes to stderr."""
    from placer.cli.inputs import read_request
    from placer.cli.outputs import refuse_existing, write_files
    from placer.read.instance_json import dump_instance

    if output is not None:
        refuse_existing([Path(output)], force=force)
    request = read_request(
        guests,
        host=host,
        reserve=reserve,
        free=free_pnodes,
        memory=memory.value if memory else None,
        always_vnuma=vnuma is options.Vnuma.always,
    )
    if not quiet:
        for note in (*request.headlines, *request.notes):
            print(f"note: {note}", file=sys.stderr)
    text = dump_instance(request.instance)
    if output is None:
        sys.stdout.write(text)
    else:
        write_files({Path(output): text})
