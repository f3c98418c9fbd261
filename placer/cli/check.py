"""``placer check``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from placer.cli import options


def check(
    instance: Annotated[str, typer.Argument(metavar="INSTANCE", help="The instance; - is standard input.")],
    placement: Annotated[
        str, typer.Argument(metavar="PLACEMENT", help="What `placer solve --format json` printed; - is standard input.")
    ],
    allow_unplaced: Annotated[bool, typer.Option("--allow-unplaced", help="Let vnodes be without a pnode.")] = False,
    reserve: options.Reserve = None,
    free_pnodes: options.FreePnodes = False,
) -> None:
    """Judge a placement: every rule it breaks and every cost it has, recomputed from the instance alone."""
    from placer.check import check as judge
    from placer.cli.inputs import read_request
    from placer.errors import InputError
    from placer.read.files import place_of, read_text
    from placer.read.placement_json import read_placement
    from placer.report.verdict import render_verdict

    if instance == placement == "-":
        raise InputError("standard input (-) can be read once only", place="usage")
    request = read_request([instance], host=None, reserve=reserve, free=free_pnodes)
    given = read_placement(read_text(placement), place_of(placement))
    faults = given.faults(request.instance)
    if faults:
        raise InputError("; ".join(faults), place=place_of(placement))
    verdict = judge(request.instance, given, allow_unplaced=allow_unplaced)
    sys.stdout.write(render_verdict(verdict))
    raise typer.Exit(1 if verdict.violations else 0)
