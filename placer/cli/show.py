"""``placer show``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from placer.cli import options
from placer.cli.one_output import Output, output_path, write

if TYPE_CHECKING:
    from placer.rebalance.overview import Overview


class ShowFormat(StrEnum):
    """What an overview is written as."""

    text = "text"
    json = "json"
    html = "html"
    svg = "svg"


def show(
    snapshot: Annotated[
        str,
        typer.Argument(
            metavar="SNAPSHOT",
            help="All that runs on the host, as the script of `placer snapshot` prints it; - is standard input. Or its "
            "host alone, with --running, --vcpu-list and --numa-dump.",
            show_default=False,
        ),
    ],
    running: options.Running = None,
    vcpu_list: options.VcpuList = None,
    numa_dump: options.NumaDump = None,
    pools: options.Pools = None,
    free: options.Free = None,
    reserve: options.Reserve = None,
    format: Annotated[
        ShowFormat,
        typer.Option(
            help="text: a report. json: the same with every figure, and the best placement. html: a page with what "
            "runs beside the best; svg: the picture alone."
        ),
    ] = ShowFormat.text,
    output: Output = None,
    force: options.Force = False,
    time_limit: Annotated[
        float,
        typer.Option(
            "--time-limit",
            min=0.0,
            callback=options.number,
            metavar="SECONDS",
            help="Seconds for the search for what would be best; 0 searches for nothing.",
        ),
    ] = 10.0,
    workers: options.Workers = None,
    seed: options.Seed = 0,
    log: options.Log = False,
    quiet: options.Quiet = False,
) -> None:
    """
    Show what runs where on a host, how good that is, and what would be best.

    Guests x pnodes, with memory and vcpus meant and found; mean distance and
    shared cores now; the least that the same guests can cost on this host,
    proved; and the fewest moves that reach it, which placer rebalance plans.
    """
    from placer.api.showing import show as judge
    from placer.api.snapshots import read_snapshot
    from placer.cli.outputs import on_terminal
    from placer.cli.running import print_line, run
    from placer.cli.stdin import refuse_two_stdin
    from placer.cli.terminal import drawn_overview
    from placer.instance.objective_terms import TIERS
    from placer.rebalance.end_problem import tier_names
    from placer.rebalance.overview import running_now

    refuse_two_stdin([snapshot, running, vcpu_list, numa_dump, pools])
    path = output_path(output, force=force)
    shot = read_snapshot(
        snapshot, free=free, reserve=reserve, pools=pools, running=running, vcpu_list=vcpu_list, numa_dump=numa_dump
    )
    there = running_now(shot)
    found = run(
        lambda stop, on_progress: judge(
            shot,
            time_limit_s=time_limit,
            workers=workers,
            seed=seed,
            stop=stop,
            on_progress=on_progress,
            on_log=print_line if log else None,
        ),
        quiet=quiet or log,
        tiers=TIERS if there is None else tier_names(there, fewest=False),
    )
    drawing = drawn_overview(found) if path is None and format is ShowFormat.text else ""
    write(_text(found, format, colour=path is None and on_terminal(), quiet=quiet, drawing=drawing), path)


def _text(found: Overview, format: ShowFormat, *, colour: bool, quiet: bool, drawing: str) -> str:
    """Write what was found in a format."""
    from placer.api.drawing import draw
    from placer.report.overview import render_overview
    from placer.report.overview_json import overview_json

    if format is ShowFormat.text:
        return render_overview(found, colour=colour, quiet=quiet, drawing=drawing)
    return overview_json(found) if format is ShowFormat.json else draw(found, format=format.value)
