"""``placer rebalance``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placer.cli import move_options, options
from placer.cli.one_output import Output, output_path, write
from placer.cli.places import places

if TYPE_CHECKING:
    from placer.formats.base import ParsedGuest
    from placer.rebalance.plan import Plan
    from placer.rebalance.running import RunningHost

ASKED = ("moves", "gib", "restarts", "make_room", "empty", "stay", "unpin")
OPTIONS = {name: f"--{name.replace('_', '-')}" for name in ASKED}
"""Argument of the library -> the option that it comes from."""


class PlanFormat(StrEnum):
    """What a plan is written as."""

    text = "text"
    json = "json"
    shell = "shell"
    html = "html"
    svg = "svg"


def rebalance(
    snapshot: move_options.Snapshot = None,
    host: move_options.Host = None,
    running: options.Running = None,
    vcpu_list: options.VcpuList = None,
    numa_dump: options.NumaDump = None,
    pools: options.Pools = None,
    reserve: options.Reserve = None,
    moves: move_options.Moves = None,
    gib: move_options.Gib = None,
    restarts: move_options.Restarts = 0,
    make_room: move_options.MakeRoom = None,
    empty: move_options.Empty = None,
    stay: move_options.Stay = None,
    unpin: move_options.Unpin = None,
    live: move_options.Live = False,
    claims: move_options.ClaimsFile = None,
    expires: move_options.Expires = None,
    config: move_options.Config = None,
    format: Annotated[
        PlanFormat,
        typer.Option(
            help="text: a report. json: the plan with its proof. shell: a script for the host that does the moves with "
            "xl or virsh, stops at the first surprise, and goes on when it is run again; its --dry-run says each step. "
            "html: a page with the host after each stage; svg: the picture alone."
        ),
    ] = PlanFormat.text,
    output: Output = None,
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
    from placer.claims.arguments import MOVES_EXPIRE_S
    from placer.cli.claiming import Claiming, kept
    from placer.cli.running import print_line, run
    from placer.cli.stdin import refuse_two_stdin
    from placer.rebalance.end_problem import tier_names

    refuse_two_stdin([snapshot, host, running, vcpu_list, numa_dump, pools, *(make_room or ()), *(config or ())])
    path = output_path(output, force=force)
    claiming = Claiming.of(claims, expires, lasts_s=MOVES_EXPIRE_S)
    there = _read(snapshot, host, running, vcpu_list, numa_dump, pools, reserve)
    new, configs = _new_guests(make_room or [], there), _configs(config or [], there, format)
    with places(OPTIONS):
        plan = run(
            lambda stop, on_progress: plan_moves(
                there,
                moves=moves,
                gib=gib,
                restarts=restarts,
                make_room=new,
                empty=empty or [],
                stay=stay or [],
                unpin=unpin or [],
                live=live,
                claims=claiming.claims if claiming else None,
                expires_s=claiming.expires_s if claiming else MOVES_EXPIRE_S,
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
    with kept(claiming, plan.claimed, quiet=quiet):
        _write(plan, format, path, configs, quiet=quiet)
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


def _configs(files: list[str], there: RunningHost, format: PlanFormat) -> list[ParsedGuest]:
    """Read the xl.cfg of guests that are started anew, which only the script of xl takes."""
    from placer.errors import InputError

    if files and (format is not PlanFormat.shell or there.toolstack != "xl"):
        raise InputError("--config is for --format shell on a host of xl, which starts guests anew", place="usage")
    return _new_guests(files, there)


def _write(plan: Plan, format: PlanFormat, path: Path | None, configs: list[ParsedGuest], *, quiet: bool) -> None:
    """Write the plan to a file or to standard output; without a plan no script, but the report to standard error."""
    from placer.api.drawing import draw
    from placer.cli.outputs import on_terminal
    from placer.report.rebalance import render_plan
    from placer.report.rebalance_json import plan_json

    if format is PlanFormat.shell and plan.placement is None:
        print(render_plan(plan, quiet=quiet), file=sys.stderr, end="")
        return
    colour = path is None and on_terminal()
    if format is PlanFormat.text:
        text = render_plan(plan, colour=colour, quiet=quiet)
    elif format in {PlanFormat.html, PlanFormat.svg}:
        text = draw(plan, format=format.value)
    else:
        text = plan_json(plan) if format is PlanFormat.json else _script(plan, configs)
    write(text, path)


def _script(plan: Plan, configs: list[ParsedGuest]) -> str:
    from placer.rebalance.restart_configs import new_configs
    from placer.rebalance.virsh_script import virsh_script
    from placer.rebalance.xl_script import xl_script

    return virsh_script(plan) if plan.running.toolstack == "libvirt" else xl_script(plan, new_configs(plan, configs))
