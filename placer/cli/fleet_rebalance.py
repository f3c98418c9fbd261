"""``placer fleet rebalance``."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from placer.cli import options
from placer.cli.fleet_options import LIBVIRT, FleetFile, GuestFormat, Report
from placer.cli.given import refuse_given
from placer.cli.one_output import Output, output_path, write
from placer.cli.places import in_fleet, places
from placer.cli.running import NowAndThen, Watch, run

if TYPE_CHECKING:
    from placer.fleet.moves.plan import FleetMoves

Names = list[str] | None
BUDGET = ("moves", "gib", "restarts", "stay")
GOAL = ("empty", "make_room", "mend", "fragments", *BUDGET)
OPTIONS = {"format": "--guest-format", **{name: f"--{name.replace('_', '-')}" for name in GOAL}}
"""Argument of the library -> the option that it comes from."""


def rebalance(
    ctx: typer.Context,
    fleet: FleetFile,
    empty: Annotated[
        Names,
        typer.Option(
            "--empty",
            metavar="HOST",
            help="A host that no guest is on afterwards, with the fewest moves. May be repeated.",
        ),
    ] = None,
    make_room: Annotated[
        Names,
        typer.Option(
            "--make-room",
            metavar="GUEST",
            help="A guest of the fleet that does not run: it fits afterwards, with the fewest moves. May be repeated.",
        ),
    ] = None,
    mend: Annotated[
        bool,
        typer.Option(
            "--mend", help="No host holds more than it offers and all rules are kept afterwards, with the fewest moves."
        ),
    ] = False,
    fragments: Annotated[
        str | None,
        typer.Option(
            "--fragments",
            metavar="SHAPE",
            help="As many guests of this shape as possible fit afterwards: VCPUS, VCPUS:MEMORY such as 16:64GiB, or "
            "the name of a guest of one vnode.",
        ),
    ] = None,
    moves: Annotated[int | None, typer.Option("--moves", metavar="N", help="The most moves; without it any.")] = None,
    gib: Annotated[
        float | None, typer.Option("--gib", metavar="N", help="The most memory that moves, in GiB; without it any.")
    ] = None,
    restarts: Annotated[
        int,
        typer.Option("--restarts", metavar="N", help="The most guests with vnuma on Xen that are started anew."),
    ] = 0,
    stay: Annotated[
        Names, typer.Option("--stay", metavar="NAME", help="A guest that does not move. May be repeated.")
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option(
            "--plan",
            metavar="FILE",
            help="Plan nothing: take this plan, as --format json wrote it, if it fits the fleet as it is now.",
        ),
    ] = None,
    scripts: Annotated[
        str | None,
        typer.Option(
            "--scripts", metavar="FOLDER", help="Write a script for each stage and host there, for its toolstack."
        ),
    ] = None,
    guest_format: Annotated[
        GuestFormat,
        typer.Option(
            help="The toolstack of hosts which the fleet does not say it of; not with --plan, which keeps its own."
        ),
    ] = LIBVIRT,
    format: Annotated[Report, typer.Option(help="text: a report. json: the plan, for --plan.")] = Report.text,
    output: Output = None,
    time_limit: options.TimeLimit = 60.0,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """
    Plan moves of running guests between and within hosts, in stages.

    Without --empty, --make-room, --mend and --fragments: the least distance of
    memory accesses within the budget of --moves, --gib and --restarts.
    """
    from placer.api.fleet_moves import dump_fleet_moves, read_fleet_moves, rebalance_fleet
    from placer.api.fleets import read_fleet
    from placer.cli.outputs import on_terminal, refuse_existing, write_files
    from placer.cli.stdin import refuse_two_stdin
    from placer.report.fleet_moves import render_moves

    asked = {
        "empty": empty or [],
        "make_room": make_room or [],
        "mend": mend,
        "fragments": fragments,
        "moves": moves,
        "gib": gib,
        "restarts": restarts,
        "stay": stay or [],
    }
    if plan is not None:
        why = "asks for a plan, and --plan takes one as it is, with the goal and the budget that it has"
        refuse_given(ctx, *GOAL, "guest_format", "time_limit", why=why)
    refuse_two_stdin([fleet, plan])
    path, given = output_path(output, force=force), read_fleet(fleet)

    def work(stop: Event, watch: Watch) -> FleetMoves:
        watch.answered = True  # what was found by then is a plan, or the reason why there is none
        log = None if quiet else NowAndThen()
        toolstack = guest_format.value
        return rebalance_fleet(given, **asked, format=toolstack, time_limit_s=time_limit, stop=stop, on_log=log)  # type: ignore[arg-type]

    if plan is not None:
        found = read_fleet_moves(plan, given)
    else:
        with places({**OPTIONS, **in_fleet(fleet)}):
            found = run(work, quiet=True)
    colour = path is None and on_terminal()
    text = dump_fleet_moves(found) if format is Report.json else render_moves(found, colour=colour, quiet=quiet)
    texts = {} if scripts is None else _scripts(found, scripts, force=force, quiet=quiet)
    if path is not None:
        refuse_existing([*texts, path], force=True)
        texts[path] = text
    write_files(texts)
    if path is None:
        write(text, None)
    raise typer.Exit({"INFEASIBLE": 1, "UNKNOWN": 3}.get(str(found.status), 0))


def _scripts(plan: FleetMoves, folder: str, *, force: bool, quiet: bool) -> dict[Path, str]:
    """Write a script for each stage and host: ``stage-1/HOST.sh``, if anything moves; beside none of another plan."""
    from placer.cli.outputs import output_paths, refuse_existing
    from placer.errors import InputError
    from placer.fleet.moves.script import scripts

    texts: dict[Path, str] = {}
    if not plan.stages and not quiet:
        why = "there is no plan" if plan.value is None else "nothing needs to be moved"
        print(f"note: {why}: no scripts are written to {folder}", file=sys.stderr)
    if plan.value is None:
        return texts
    for number, of_hosts in enumerate(scripts(plan), 1):
        paths = output_paths(str(Path(folder) / f"stage-{number}"), list(of_hosts), ".sh")
        texts |= {paths[host]: text for host, text in of_hosts.items()}
    refuse_existing(list(texts), force=force)
    others = sorted(str(each) for each in Path(folder).glob("stage-*/*") if each not in texts)
    if others:
        raise InputError("is of another plan, expected an empty folder for the scripts of this one", place=others[0])
    return texts
