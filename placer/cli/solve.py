"""``placer solve``."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placer.assignment.registry import STRATEGIES
from placer.cli import form_options, options
from placer.cli.writing import WHOLE, OutputFormat, destinations, finish, format_of
from placer.errors import Faults

if TYPE_CHECKING:
    from placer.instance import Placement
    from placer.job.request import Request


class StrategyName(StrEnum):
    """The names in :data:`placer.assignment.registry.STRATEGIES`."""

    locals().update({name.replace("-", "_"): name for name in STRATEGIES})


def solve(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="INSTANCE | GUEST...",
            help="One instance, or with --host the guests (a folder means its files); - is standard input.",
        ),
    ],
    host: options.Host = None,
    strategy: Annotated[StrategyName, typer.Option(help="How to place.")] = StrategyName("optimal"),
    format: Annotated[
        OutputFormat | None,
        typer.Option(
            help="text: a report (the default, but with --in-place). json: the answer with its proof. html: a page "
            "with the picture of it. xl, libxl, "
            "libvirt, rfc: what starts the guests (the guest's own xl.cfg, libxl JSON or domain XML with the placement "
            "set; the build info of the 2013 RFC). qemu: the memory and NUMA arguments of QEMU. shell: one script with "
            "the xl vcpu-pin calls for running guests. hypercall: the arrays that Xen takes."
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="Write there: a file, or a folder (made if missing) with one file per guest; - is standard output.",
        ),
    ] = None,
    time_limit: options.TimeLimit = 10.0,
    workers: options.Workers = None,
    seed: options.Seed = 0,
    allow_unplaced: options.AllowUnplaced = False,
    hint: options.Hint = None,
    keep: options.Keep = None,
    free: options.Free = None,
    reserve: options.Reserve = None,
    running: options.Running = None,
    vcpu_list: options.VcpuList = None,
    numa_dump: options.NumaDump = None,
    pools: options.Pools = None,
    objective: options.Objective = None,
    expect: options.Expect = None,
    vnodes: form_options.Vnodes = None,
    free_pnodes: options.FreePnodes = False,
    memory: form_options.MemoryOption = None,
    vnuma: form_options.VnumaOption = form_options.Vnuma.auto,
    migratable: form_options.Migratable = False,
    pin: options.Pin = False,
    force: options.Force = False,
    in_place: options.InPlace = False,
    log: options.Log = False,
    dump_model: options.DumpModel = None,
    claims: options.ClaimsFile = None,
    expires: options.Expires = None,
    quiet: options.Quiet = False,
) -> None:
    """Place the guests of an instance, or of guest files on a host, and prove how good the placement is."""
    from placer.cli.claiming import Claiming, placed
    from placer.cli.expecting import expecting
    from placer.cli.inputs import read_request
    from placer.cli.previous import read_two
    from placer.cli.running import print_line, reading, run
    from placer.solving.pipeline import solve as solve_instance

    inputs = [*files, host, running, vcpu_list, numa_dump, pools, objective, expect]
    claiming = Claiming.of(claims, expires)
    with reading(time_limit, inputs) as started:
        start, kept = read_two(hint, keep, inputs)
        request = read_request(
            files,
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
            faults=(faults := Faults()),
        )
        form = format_of(format, request, faults, in_place=in_place)
        paths = destinations(request, form, None if output == "-" else output, pin=pin, in_place=in_place, force=force)
        request = expecting(request, expect, [*inputs, hint, keep], claims=claims)
        request = _settled(request, start, kept, strategy=strategy.value, quiet=quiet)
    solved = partial(
        solve_instance,
        strategy=strategy.value,
        time_limit_s=time_limit,
        workers=workers,
        seed=seed,
        allow_unplaced=allow_unplaced,
        hint=start,
        keep=kept,
        trade=form in WHOLE,
        on_log=print_line if log else None,
        dump_model=_model_path(dump_model, force=force),
        started=started if claiming is None else None,
    )
    tiers = request.instance.tiers(kept=kept is not None)
    found = run(partial(placed, request, solved, claiming), quiet=quiet or log, tiers=tiers)
    write = partial(finish, format=form, paths=paths, pin=pin, allow_unplaced=allow_unplaced, quiet=quiet)
    raise typer.Exit(found.written(write, quiet=quiet))


def _settled(
    request: Request,
    start: Placement | None,
    kept: Placement | None,
    *,
    strategy: str,
    quiet: bool,
) -> Request:
    """Settle the forms of guests, and say where the earlier placements differ."""
    from placer.cli.previous import print_previous_notes
    from placer.job.settled import settled

    request = settled(request)
    print_previous_notes(start, kept, request.instance, strategy=strategy, quiet=quiet)
    return request


def _model_path(dump_model: str | None, *, force: bool) -> Path | None:
    """Give where the model goes, and refuse a file that is there."""
    from placer.cli.outputs import refuse_existing

    paths = [] if dump_model is None else [Path(dump_model)]
    refuse_existing(paths, force=force)
    return paths[0] if paths else None
