"""``placer host``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from placer.cli import options


def host(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[HOST]",
            help=f"The host: {options.HOST_FORMS}. Without it, the machine that placer runs on: from sysfs, or in dom0 "
            "from xl info -n.",
            show_default=False,
        ),
    ] = None,
    libvirt: Annotated[
        str | None,
        typer.Option("--libvirt", metavar="URI", help="The host of a libvirt connection, such as xen:///system."),
    ] = None,
    free: options.Free = None,
    reserve: options.Reserve = None,
    pools: options.Pools = None,
    quiet: options.Quiet = False,
) -> None:
    """Print a host as JSON, for --host and for instances. Notes on assumptions go to stderr."""
    from dataclasses import replace

    from placer.api.reading import read_host
    from placer.api.side_inputs import with_pools, with_reserve
    from placer.cli.outputs import write_stdout
    from placer.cli.stdin import refuse_two_stdin
    from placer.errors import InputError
    from placer.formats.local_host import read_libvirt, read_local_host
    from placer.formats.native.instance_json import dump_host

    if source is not None and libvirt is not None:
        raise InputError("expected HOST or --libvirt, got both", place="usage")
    refuse_two_stdin([source, pools])
    if source is not None:
        reading = read_host(source, free=free, reserve=reserve, pools=pools)
    else:
        local = read_local_host(free) if libvirt is None else read_libvirt(libvirt, free)
        reading = with_pools(local, pools)
        reading = replace(reading, host=with_reserve(reading.host, reserve))
    if not quiet:
        for note in reading.notes:
            print(f"note: {note}", file=sys.stderr)
    write_stdout(dump_host(reading.host))
