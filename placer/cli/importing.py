"""``placer import``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from placer.cli import form_options, options
from placer.cli.one_output import Output, output_path, write


def import_(
    guests: options.Guests,
    host: Annotated[str, typer.Option("--host", metavar="HOST", help=f"The host: {options.HOST_FORMS}.")],
    output: Output = None,
    free: options.Free = None,
    reserve: options.Reserve = None,
    running: options.Running = None,
    vcpu_list: options.VcpuList = None,
    numa_dump: options.NumaDump = None,
    pools: options.Pools = None,
    objective: options.Objective = None,
    vnodes: form_options.Vnodes = None,
    free_pnodes: options.FreePnodes = False,
    memory: form_options.MemoryOption = None,
    vnuma: form_options.VnumaOption = form_options.Vnuma.auto,
    migratable: form_options.Migratable = False,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a host and guests as one instance; what was assumed on the way goes to stderr."""
    from placer.cli.inputs import read_request
    from placer.formats.native.instance_json import dump_instance
    from placer.instance.note import grouped
    from placer.job.settled import settled

    path = output_path(output, force=force)
    request = read_request(
        guests,
        host=host,
        free_memory=free,
        reserve=reserve,
        running=running,
        vcpu_list=vcpu_list,
        numa_dump=numa_dump,
        pools=pools,
        free=free_pnodes,
        objective=objective,
        vnodes=form_options.vnodes_choice(vnodes),
        memory=memory.value if memory else None,
        always_vnuma=vnuma is form_options.Vnuma.always,
        migratable=migratable,
    )
    request = settled(request)
    if not quiet:
        for note in grouped((*request.headlines, *request.notes)):
            print(f"note: {note}", file=sys.stderr)
    write(dump_instance(request.instance), path)
