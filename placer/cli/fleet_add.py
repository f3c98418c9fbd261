"""``placer fleet add``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from placer.cli import options
from placer.cli.claiming import Claiming, kept
from placer.cli.fleet_options import LIBVIRT, FleetFile, GuestFolder, GuestForm, Report, refuse_forms
from placer.cli.given import refuse_given
from placer.cli.one_output import output_path
from placer.cli.places import in_fleet, places
from placer.cli.running import NowAndThen, Watch, run
from placer.job.output_formats import FORMATS

if TYPE_CHECKING:
    from placer.cli.fleet_file import FleetAsRead
    from placer.fleet.arrivals.arrival import Arrival
    from placer.fleet.arrivals.coming import Coming
    from placer.fleet.model.fleet import Fleet

OPTIONS = {
    "hosts": "--on",
    "like": "--like",
    **{f"rules: {name}": f"--{name}" for name in ("apart", "together", "within")},
}
"""Place of a fault in the library -> the option that asked for it."""


def add(
    ctx: typer.Context,
    fleet: FleetFile,
    guests: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[GUEST]...",
            help="Files of the guests in the order in which they come: xl.cfg, libxl's JSON, libvirt's domain XML, or "
            "an OpenStack flavour as JSON; a folder means its files.",
            show_default=False,
        ),
    ] = None,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Also the guests of the fleet that are not placed yet, before the files.")
    ] = False,
    like: Annotated[
        str | None,
        typer.Option(
            "--like",
            metavar="GUEST",
            help="Each gets the labels and the list of hosts of this guest, or entry of guests, of the fleet, and "
            "joins its rules.",
        ),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="LABEL", help="Guests of files: only hosts with this label. May be repeated."),
    ] = None,
    on: Annotated[
        list[str] | None,
        typer.Option(
            "--on",
            metavar="HOST",
            help="Guests of files: only this host, or the hosts of this entry. May be repeated.",
        ),
    ] = None,
    apart: Annotated[
        list[str] | None,
        typer.Option("--apart", metavar="GUEST", help="On no host with this guest of the fleet. May be repeated."),
    ] = None,
    together: Annotated[
        list[str] | None,
        typer.Option("--together", metavar="GUEST", help="On the host of this guest of the fleet. May be repeated."),
    ] = None,
    within: Annotated[
        str,
        typer.Option(
            metavar="KIND",
            help="With --apart or --together: the kind of group of hosts that takes the place of the host in both.",
        ),
    ] = "host",
    format: Annotated[
        Report, typer.Option(help="text: a report. json: host and pnodes of each guest, or why it has none.")
    ] = Report.text,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the fleet there with the guests placed; nothing if FLEET was changed by others meanwhile. With "
            "--claims what others claim stays out of it, and claims of these guests end once a caller reads it.",
        ),
    ] = None,
    folder: GuestFolder = None,
    guest_format: GuestForm = LIBVIRT,
    pin: options.Pin = False,
    claims: options.ClaimsFile = None,
    expires: options.Expires = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """
    Give guests that come to a fleet a host and pnodes at once, one after the other.

    Each goes where the room that it takes is worth least to guests like those
    that came so far. What is placed stays. Labels, lists of hosts and rules are
    kept, and all rules of placements on the host. Ends with 1 if a guest fits
    nowhere; it is said why, and the others are placed.
    """
    from placer.api.fleet_adding import Asked, check_hosts, read_arrivals
    from placer.cli.fleet_file import FleetAsRead
    from placer.cli.stdin import refuse_two_stdin

    refuse_two_stdin([fleet, *(guests or ())])
    _refuse_unused(ctx, files=guests, rules=[*(apart or ()), *(together or ())], folder=folder)
    path, claiming = output_path(output, force=force), Claiming.of(claims, expires)
    read = FleetAsRead.of(fleet)
    if claiming is not None and path is not None:
        likes = [] if like is None else [like]
        _refuse_claimed(read.fleet, {"--apart": apart or [], "--together": together or [], "--like": likes})
    several = {"labels": label, "apart": apart, "together": together}
    lists = {name: tuple(each or ()) for name, each in several.items()}
    asked = Asked(waiting=waiting, like=like, hosts=tuple(on) if on else None, within=within, **lists)
    with places(OPTIONS):
        check_hosts(asked, read.fleet)
    coming, notes = read_arrivals(guests or (), read.fleet, asked)
    for note in () if quiet else notes:
        print(f"note: {note}", file=sys.stderr)
    with places({**OPTIONS, **in_fleet(fleet)}):
        answers, after = _added(read.fleet, coming, claiming, quiet=quiet)
    with kept(claiming, tuple(each.guest for each in answers if each.host), quiet=quiet):
        written = _files(answers, read.fleet, folder, guest_format.value, pin=pin, force=force) if folder else {}
        _write(read, after, written, path)
        _report(answers, json=format is Report.json)
    raise typer.Exit(0 if all(each.host for each in answers) else 1)


def _refuse_unused(ctx: typer.Context, *, files: list[str] | None, rules: list[str], folder: str | None) -> None:
    """Refuse options that have no effect beside the others."""
    if not rules:
        refuse_given(ctx, "within", why="says within what guests are apart or together, expected --apart or --together")
    if not files:
        refuse_given(
            ctx, "label", "on", why="is for guests from files; those of the fleet have their own labels and hosts"
        )
    refuse_forms(ctx, folder)


def _refuse_claimed(fleet: Fleet, named: dict[str, list[str]]) -> None:
    """Refuse guests that only a claim may know where the fleet is written: their rules would be lost there."""
    from placer.errors import InputError
    from placer.instance import shorten

    known = {*fleet.guest_entry, *(entry.name for entry in fleet.guests)}
    for option, names in named.items():
        for name in names:
            if name not in known:
                raise InputError(
                    f'no guest "{shorten(name)}" in the fleet, which -o writes without claims', place=option
                )


def _added(
    fleet: Fleet, coming: Sequence[Coming], claiming: Claiming | None, *, quiet: bool
) -> tuple[tuple[Arrival, ...], Fleet]:
    """Add guests; give their answers, and the fleet with them."""
    from placer.api.fleet_adding import add_guests, with_guests

    says = NowAndThen()

    def done(placed: int, unplaced: int, every: int) -> None:
        if not quiet:
            says(f"{placed} of {every} guests placed, {unplaced} without a place")

    def work(stop: Event, watch: Watch) -> tuple[tuple[Arrival, ...], Fleet]:
        from placer.fleet.arrivals.claimed import claimed_arrivals
        from placer.fleet.arrivals.online import OnlineFleet

        watch.answered = True  # guests that have their answers keep them
        if claiming is not None:
            from placer.claims.store import Store

            store = Store(Path(claiming.file))
            found = claimed_arrivals(
                store, fleet, coming, lambda each: add_guests(each, coming, stop, done), expires_s=claiming.expires_s
            )
            return found, with_guests(fleet, coming, found)
        online = OnlineFleet(fleet)
        answers = add_guests(online, coming, stop, done)
        return answers, online.fleet

    return run(work, quiet=True)


def _files(
    answers: Sequence[Arrival], fleet: Fleet, folder: str, default: str, *, pin: bool, force: bool
) -> dict[Path, str]:
    """Write each guest in the form of its host's toolstack; all that one refuses is told at once."""
    from msgspec.structs import replace

    from placer.cli.outputs import output_paths, refuse_existing
    from placer.errors import Faults
    from placer.job.emit import emit_guests
    from placer.job.request import from_instance

    faults, texts = Faults(), dict[Path, str]()
    hosts = output_paths(folder, list(dict.fromkeys(each.host for each in answers if each.host)), "")
    for each in answers:
        if each.host is None or each.instance is None or each.placement is None:
            continue
        form = fleet.hosts[fleet.host_entry[each.host]].format or default
        with faults.kept():
            guests = tuple(guest for guest in each.instance.guests if guest.name == each.guest)
            request = from_instance(replace(each.instance, guests=guests, rules=()), place=each.host)
            written = emit_guests(request, each.own, (), form, pinned=pin)
            (path,) = output_paths(str(hosts[each.host]), [each.guest], FORMATS[form].suffix).values()
            texts[path] = written[each.guest]
    faults.raise_all()
    refuse_existing(list(texts), force=force)
    return texts


def _write(read: FleetAsRead, after: Fleet, texts: dict[Path, str], path: Path | None) -> None:
    """Write all files, or none where the fleet was changed by others."""
    from placer.cli.outputs import refuse_existing, write_files
    from placer.fleet.files.fleet_json import dump_fleet

    if path is None:
        write_files(texts)
        return
    refuse_existing([path, *texts], force=True)
    with read.unchanged():
        write_files({path: dump_fleet(after), **texts})


def _report(answers: Sequence[Arrival], *, json: bool) -> None:
    from placer.cli.outputs import on_terminal, write_stdout
    from placer.report.fleet_add import arrivals_json, render_arrivals

    write_stdout(arrivals_json(answers) if json else render_arrivals(answers, colour=on_terminal()))
