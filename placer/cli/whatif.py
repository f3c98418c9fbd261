"""``placer whatif``."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from placer.cli import form_options, options
from placer.cli.changes import ChangeOptions, Free, OtherHost, Reserve, Without, changes_of
from placer.cli.one_output import Output, output_path, write

if TYPE_CHECKING:
    from pathlib import Path
    from threading import Event

    from placer.assignment import Progress
    from placer.cli.running import Tiers, Watch
    from placer.job.request import Request
    from placer.whatif.change import Change
    from placer.whatif.rows import WhatIf


class WhatIfFormat(StrEnum):
    """What the answers are written as."""

    text = "text"
    json = "json"


def whatif(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="HOST GUEST... | INSTANCE",
            help=f"The host ({options.HOST_FORMS}) and the files of its guests; or one instance. - is standard input.",
            show_default=False,
        ),
    ],
    reserve: Reserve = None,
    free: Free = None,
    without: Without = None,
    host: OtherHost = None,
    together: Annotated[
        bool, typer.Option("--together", help="One more row with all of these changes at once.")
    ] = False,
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
    allow_unplaced: options.AllowUnplaced = False,
    format: Annotated[
        WhatIfFormat, typer.Option(help="text: a table. json: every answer whole, with its placement.")
    ] = WhatIfFormat.text,
    output: Output = None,
    force: options.Force = False,
    time_limit: Annotated[
        float,
        typer.Option(
            "--time-limit",
            min=0.0,
            callback=options.number,
            metavar="SECONDS",
            help="Seconds for all rows together: each gets an equal share of what is left.",
        ),
    ] = 30.0,
    workers: options.Workers = None,
    seed: options.Seed = 0,
    log: options.Log = False,
    quiet: options.Quiet = False,
) -> None:
    """
    Place the same guests on a host as it is and on one that is changed, a row for each change.

    Each change is answered by itself; --together adds a row with all of them.
    The first row is the host as it is. Of placements that cost the same, a row
    has the one that moves the fewest vnodes away from the first row. Ctrl-C
    ends it with the rows so far.
    """
    from placer.cli.inputs import read_request
    from placer.cli.stdin import refuse_two_stdin
    from placer.job.settled import settled

    refuse_two_stdin([*files, *(host or ()), running, vcpu_list, numa_dump, pools, objective])
    path = output_path(output, force=force)
    read = partial(
        read_request,
        free=free_pnodes,
        objective=objective,
        vnodes=form_options.vnodes_choice(vnodes),
        memory=memory.value if memory else None,
        always_vnuma=vnuma is form_options.Vnuma.always,
        migratable=migratable,
    )
    beside = partial(read, running=running, vcpu_list=vcpu_list, numa_dump=numa_dump, pools=pools)
    asked = settled(_read(files, beside))
    given = ChangeOptions(
        reserve=tuple(reserve or ()),
        free=tuple(free or ()),
        without=tuple(without or ()),
        hosts=tuple(host or ()),
        together=together,
    )
    changes = changes_of(given, asked, partial(_on_host, files, asked, read))
    found = _found(asked, changes, time_limit, workers, seed, allow_unplaced=allow_unplaced, log=log, quiet=quiet)
    _write(found, ", ".join(files), format, path, quiet=quiet)
    raise typer.Exit(_exit_code(found))


def _read(files: list[str], read: partial[Request]) -> Request:
    from placer.errors import InputError

    if files[1:]:
        return read(files[1:], host=files[0])
    try:
        return read(files, host=None)
    except InputError as error:
        said = str(error)
        for other_host in (" (--host reads it)", "; give the host with --host"):  # --host is another host here
            said = said.replace(other_host, "")
        if said != str(error):
            raise InputError(f"{said}; placer whatif takes HOST GUEST..., or one instance") from None
        raise


def _on_host(files: list[str], asked: Request, read: partial[Request], other: str) -> Request:
    """Read the same guests for another host; guests of an instance keep what they state."""
    from placer.errors import BatchError, InputError, PlacerError

    try:
        return _request_on(files, asked, read, other)
    except PlacerError as error:
        errors = error.errors if isinstance(error, BatchError) else (error,)
        raise BatchError([InputError(str(each), place=f"--host {other}") for each in errors]) from None


def _request_on(files: list[str], asked: Request, read: partial[Request], other: str) -> Request:
    from dataclasses import replace

    from placer.api.reading import read_host
    from placer.errors import InputError
    from placer.job.request import from_instance
    from placer.job.settled import settled
    from placer.whatif.change import of_instance

    if files[1:]:
        if "-" in files[1:]:
            raise InputError("guests from standard input can be read once only, and are read anew for another host")
        return settled(read(files[1:], host=other))
    parsed = read_host(other)
    moved = from_instance(of_instance((asked.as_read or asked).instance, parsed.host), place=other)
    return settled(replace(moved, notes=(*parsed.notes, *moved.notes)))


class RowsInWork:
    """The rows that were begun: the tiers of each, and whether there is a row to show already."""

    def __init__(self) -> None:
        self._tiers_of: dict[str, Tiers] = {}

    def begin(self, name: str, request: Request, watch: Watch) -> None:
        """Begin a row; vnodes that move count from the second one on, and Ctrl-C then waits for the rows so far."""
        later = bool(self._tiers_of)
        watch.answered = later
        self._tiers_of[name] = request.instance.tiers(kept=later)

    def tiers(self, now: Progress) -> Tiers:
        """Give the tiers of the row that a progress names."""
        return next(tiers for name, tiers in self._tiers_of.items() if now.step.startswith(f"{name}: "))


def _found(
    asked: Request,
    changes: list[tuple[Change, Request]],
    time_limit: float,
    workers: int | None,
    seed: int,
    *,
    allow_unplaced: bool,
    log: bool,
    quiet: bool,
) -> WhatIf:
    """Solve every row; progress has the tiers of its row, and Ctrl-C ends it with the rows so far."""
    from placer.assignment.context import SearchContext
    from placer.cli.running import print_line, run
    from placer.whatif.rows import answers

    rows = RowsInWork()

    def work(stop: Event, watch: Watch) -> WhatIf:
        def begin(name: str, request: Request) -> None:
            rows.begin(name, request, watch)
            if log:
                print_line(f"{name}:")

        context = SearchContext(
            time_limit_s=time_limit,
            workers=workers,
            seed=seed,
            stop=stop,
            on_progress=watch,
            on_log=print_line if log else None,
        )
        return answers(asked, changes, context, allow_unplaced=allow_unplaced, on_row=begin)

    return run(work, quiet=quiet or log, tiers=rows.tiers)


def _write(found: WhatIf, title: str, format: WhatIfFormat, path: Path | None, *, quiet: bool) -> None:
    from placer.cli.outputs import on_terminal
    from placer.report.what_if import render_what_if, what_if_json

    if format is WhatIfFormat.json:
        write(what_if_json(found), path)
    else:
        write(render_what_if(found, title, colour=path is None and on_terminal(), quiet=quiet), path)


def _exit_code(found: WhatIf) -> int:
    """Give 1 if some change leaves no placement, else 3 if some row is unknown, else 0."""
    statuses = {str(row.answer.status) for row in found.rows}
    return 1 if "INFEASIBLE" in statuses else 3 if "UNKNOWN" in statuses else 0
