"""``placer rebalance``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placer.cli import options

if TYPE_CHECKING:
    from placer.formats.base import ParsedGuest
    from placer.rebalance.plan import Plan
    from placer.rebalance.running import RunningHost


class PlanFormat(StrEnum):
    """What a plan is written as."""

    text = "text"
    json = "json"
    shell = "shell"


Snapshot = Annotated[
    str | None,
    typer.Argument(
        metavar="SNAPSHOT",
        help="All that runs on the host, as the script of `placer snapshot --pages` prints it; - is standard input. "
        "Or --host, --running, --vcpu-list and --numa-dump one by one.",
        show_default=False,
    ),
]
Host = Annotated[str | None, typer.Option("--host", metavar="HOST", help="The host, as `xl info -n` prints it.")]
Moves = Annotated[int | None, typer.Option("--moves", metavar="N", help="The most guests that move; without it any.")]
Gib = Annotated[
    float | None, typer.Option("--gib", metavar="N", help="The most memory that moves, in GiB; without it any.")
]
Restarts = Annotated[
    int, typer.Option("--restarts", metavar="N", help="The most guests with vnuma that are shut down and started anew.")
]
MakeRoom = Annotated[
    list[str] | None,
    typer.Option(
        "--make-room",
        metavar="GUEST",
        help="A guest's file: it fits afterwards, with the fewest moves. May be repeated.",
    ),
]
Empty = Annotated[
    list[int] | None,
    typer.Option("--empty", metavar="PNODE", help="A pnode that no guest is on afterwards, with the fewest moves."),
]
Stay = Annotated[
    list[str] | None, typer.Option("--stay", metavar="NAME", help="A guest that does not move. May be repeated.")
]
Live = Annotated[
    bool,
    typer.Option(
        "--live",
        help="Save no guest to disk: guests that wait for each other's memory go by way of a third pnode with "
        "room, which takes one move more.",
    ),
]


def rebalance(
    snapshot: Snapshot = None,
    host: Host = None,
    running: options.Running = None,
    vcpu_list: options.VcpuList = None,
    numa_dump: options.NumaDump = None,
    pools: options.Pools = None,
    reserve: options.Reserve = None,
    moves: Moves = None,
    gib: Gib = None,
    restarts: Restarts = 0,
    make_room: MakeRoom = None,
    empty: Empty = None,
    stay: Stay = None,
    live: Live = False,
    format: Annotated[
        PlanFormat,
        typer.Option(
            help="text: a report. json: the plan with its proof. shell: a script for the host that does the moves with "
            "xl or virsh, stops at the first surprise, and goes on when it is run again; its --dry-run says each step."
        ),
    ] = PlanFormat.text,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write there instead of standard output.")
    ] = None,
    force: options.Force = False,
    time_limit: options.TimeLimit = 10.0,
    workers: options.Workers = None,
    seed: options.Seed = 0,
    log: options.Log = False,
    quiet: options.Quiet = False,
) -> None:
    """
    Plan moves of the guests that run on a host, in stages that are safe.

    Without --make-room and --empty: the least cost within the budget of
    --moves, --gib and --restarts, and what fewer moves would reach.
    """
    from placer.api.rebalancing import rebalance as plan_moves
    from placer.cli.outputs import refuse_existing
    from placer.cli.running import print_line, run
    from placer.cli.stdin import refuse_two_stdin
    from placer.rebalance.end_problem import tier_names

    refuse_two_stdin([snapshot, host, running, vcpu_list, numa_dump, pools, *(make_room or ())])
    paths = [] if output in {None, "-"} else [Path(output or "")]
    refuse_existing(paths, force=force)
    there = _read(snapshot, host, running, vcpu_list, numa_dump, pools, reserve)
    new = _new_guests(make_room or [], there)
    plan = run(
        lambda stop, on_progress: plan_moves(
            there,
            moves=moves,
            gib=gib,
            restarts=restarts,
            make_room=new,
            empty=empty or [],
            stay=stay or [],
            live=live,
            time_limit_s=time_limit,
            workers=workers,
            seed=seed,
            stop=stop,
            on_progress=on_progress,
            on_log=print_line if log else None,
        ),
        quiet=quiet or log,
        tiers=tier_names(there, fewest=bool(new or empty)),
    )
    _write(plan, format, paths, quiet=quiet)
    raise typer.Exit({"INFEASIBLE": 1, "UNKNOWN": 3}.get(str(plan.status), 0))


def _read(
    snapshot: str | None,
    host: str | None,
    running: str | None,
    vcpu_list: str | None,
    numa_dump: str | None,
    pools: str | None,
    reserve: str | None,
) -> RunningHost:
    """Read what runs, from one file or from several."""
    from placer.api.reading import holds_snapshot, opened
    from placer.api.rebalancing import as_running_host
    from placer.api.snapshots import read_snapshot
    from placer.errors import InputError

    if (snapshot is None) == (host is None):
        needed = "expected SNAPSHOT, or --host with --running, --vcpu-list and --numa-dump"
        raise InputError(needed if host is None else f"{needed}; not both", place="usage")
    source = opened(snapshot or host or "")
    if not holds_snapshot(source) and None in {running, vcpu_list, numa_dump}:
        what = "is no snapshot; a host alone needs --running, --vcpu-list and --numa-dump beside it"
        raise InputError(what, place=str(snapshot or host))
    return as_running_host(
        read_snapshot(source, reserve=reserve, pools=pools, running=running, vcpu_list=vcpu_list, numa_dump=numa_dump)
    )


def _new_guests(files: list[str], there: RunningHost) -> list[ParsedGuest]:
    from placer.api.reading import read_guests

    return [guest for file in files for guest in read_guests(file, there.instance.host)]


def _write(plan: Plan, format: PlanFormat, paths: list[Path], *, quiet: bool) -> None:
    """Write the plan to a file or to standard output; without a plan no script, but the report to standard error."""
    from placer.cli.outputs import on_terminal, write_files, write_stdout
    from placer.rebalance.virsh_script import virsh_script
    from placer.rebalance.xl_script import xl_script
    from placer.report.rebalance import plan_json, render_plan

    if format is PlanFormat.shell and plan.placement is None:
        print(render_plan(plan, quiet=quiet), file=sys.stderr, end="")
        return
    colour = not paths and on_terminal()
    if format is PlanFormat.text:
        text = render_plan(plan, colour=colour, quiet=quiet)
    else:
        script = virsh_script if plan.running.toolstack == "libvirt" else xl_script
        text = plan_json(plan) if format is PlanFormat.json else script(plan)
    if paths:
        write_files({paths[0]: text})
    else:
        write_stdout(text)
