"""``placer fleet solve``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from placer.assignment.context import MAX_WORKERS
from placer.cli import options
from placer.cli.fleet_options import LIBVIRT, FleetFile, GuestFolder, GuestForm, refuse_forms
from placer.cli.one_output import Output, output_path, write
from placer.cli.places import in_fleet, places
from placer.cli.running import NowAndThen, Watch, run
from placer.job.output_formats import FORMATS

if TYPE_CHECKING:
    from placer.fleet.model.fleet import Fleet
    from placer.fleet.plan.plan import FleetPlan


class PlanFormat(StrEnum):
    """What a plan is written as."""

    text = "text"
    json = "json"
    html = "html"
    svg = "svg"


def solve(
    ctx: typer.Context,
    fleet: FleetFile,
    format: Annotated[
        PlanFormat,
        typer.Option(
            help="text: a report. json: the plan with its certificate. html: a page with the hosts by use, each of "
            "which opens into its picture; svg: the grid of hosts."
        ),
    ] = PlanFormat.text,
    output: Output = None,
    guests: GuestFolder = None,
    guest_format: GuestForm = LIBVIRT,
    pin: options.Pin = False,
    time_limit: options.TimeLimit = 60.0,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            max=MAX_WORKERS,
            metavar="N",
            help="Processes that place distinct hosts; by default one for each pcpu.",
        ),
    ] = None,
    seed: options.Seed = 0,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """
    Give every guest of a fleet a host and pnodes, and prove how good that is.

    Fewest guests left out come first, then their resources, then the aim of the
    fleet: the fewest hosts, or the lowest use of memory. The pnodes on each host
    are the best for the guests that it gets. Ctrl-C ends it with the best so far.
    """
    from placer.api.fleets import read_fleet, solve_fleet
    from placer.cli.outputs import on_terminal, write_files

    refuse_forms(ctx, guests)
    path = output_path(output, force=force)
    given = read_fleet(fleet)
    says = NowAndThen()

    def work(stop: Event, watch: Watch) -> FleetPlan:
        watch.answered = True  # there is a plan at any time, at worst of guests that are placed greedily
        log = None if quiet else says
        return solve_fleet(given, time_limit_s=time_limit, workers=workers, seed=seed, stop=stop, on_log=log)

    with places(in_fleet(fleet)):
        plan = run(work, quiet=True)
    if guests is not None:
        write_files(_files(plan, given, guests, guest_format.value, pin=pin, force=force))
    write(_text(plan, given, format, colour=path is None and on_terminal()), path)
    raise typer.Exit(0 if not plan.unplaced else 1)


def _text(plan: FleetPlan, fleet: Fleet, format: PlanFormat, *, colour: bool) -> str:
    """Write a plan in a format."""
    from placer.api.drawing import draw
    from placer.report.fleet_plan import plan_json, render_plan

    if format is PlanFormat.text:
        return render_plan(plan, fleet, colour=colour)
    return plan_json(plan) if format is PlanFormat.json else draw(fleet, plan, format=format.value)


def _files(plan: FleetPlan, fleet: Fleet, folder: str, default: str, *, pin: bool, force: bool) -> dict[Path, str]:
    """Write the guests of every host in the form of its toolstack; all that one refuses is told at once."""
    from placer.cli.outputs import output_paths, refuse_existing
    from placer.errors import Faults
    from placer.job.emit import emit_guests
    from placer.job.request import from_instance

    faults = Faults()
    texts: dict[Path, str] = {}
    hosts = output_paths(folder, list(plan.hosts), "")
    for name, host in plan.hosts.items():
        form = fleet.hosts[fleet.host_entry[name]].format or default
        with faults.kept():
            request = from_instance(host.instance, place=name)
            written = emit_guests(request, host.placement, (), form, pinned=pin)
            paths = output_paths(str(hosts[name]), list(written), FORMATS[form].suffix)
            texts |= {paths[guest]: text for guest, text in written.items()}
    faults.raise_all()
    refuse_existing(list(texts), force=force)
    return texts
