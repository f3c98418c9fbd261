"""``placer solve``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placer.assignment.registry import STRATEGIES
from placer.cli import form_options, options
from placer.job.output_formats import FORMATS

if TYPE_CHECKING:
    from placer.job.request import Request
    from placer.solving.result import Result


class StrategyName(StrEnum):
    """The names in :data:`placer.assignment.registry.STRATEGIES`."""

    locals().update({name.replace("-", "_"): name for name in STRATEGIES})


class OutputFormat(StrEnum):
    """The report, the answer as JSON, and the formats of :data:`placer.job.output_formats.FORMATS`."""

    locals().update({name: name for name in ("text", "json", *FORMATS)})


WHOLE = (OutputFormat("text"), OutputFormat("json"))
"""What is written of all guests at once."""


def solve(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="INSTANCE | GUEST...", help="One instance, or with --host the guests; - is standard input."
        ),
    ],
    host: options.Host = None,
    strategy: Annotated[StrategyName, typer.Option(help="How to place.")] = StrategyName("optimal"),
    format: Annotated[
        OutputFormat,
        typer.Option(
            help="text: a report. json: the answer with its proof. xl, libxl, libvirt, rfc: what starts the guests "
            "(the guest's own xl.cfg, libxl JSON or domain XML with the placement set; the build info of the 2013 RFC)."
            " qemu: the memory and NUMA arguments of QEMU. shell: the xl vcpu-pin calls for a running guest. "
            "hypercall: the arrays that Xen takes."
        ),
    ] = OutputFormat("text"),
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
    quiet: options.Quiet = False,
) -> None:
    """Place the guests of an instance, or of guest files on a host, and prove how good the placement is."""
    from placer.cli.inputs import read_request
    from placer.cli.previous import print_previous_notes, read_two
    from placer.cli.running import print_line, run
    from placer.job.settled import settled
    from placer.solving.pipeline import solve as solve_instance

    start, kept = read_two(hint, keep, [*files, host, running, vcpu_list, numa_dump, pools, objective])
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
    )
    paths = _destinations(request, format, None if output == "-" else output, pin=pin, in_place=in_place, force=force)
    model = _model_path(dump_model, force=force)
    request = settled(request)
    for option, earlier in () if quiet else (("--hint", start), ("--keep", kept)):
        print_previous_notes(option, earlier, request.instance, strategy=strategy.value)
    answer = run(
        lambda stop, on_progress: solve_instance(
            request.instance,
            strategy=strategy.value,
            time_limit_s=time_limit,
            workers=workers,
            seed=seed,
            allow_unplaced=allow_unplaced,
            hint=start,
            keep=kept,
            trade=format in WHOLE,
            stop=stop,
            on_progress=on_progress,
            on_log=print_line if log else None,
            dump_model=model,
        ),
        quiet=quiet or log,
        tiers=request.instance.tiers(kept=kept is not None),
    )
    _finish(answer, request, format, paths, pin=pin, quiet=quiet)
    raise typer.Exit(_exit_code(answer, allow_unplaced=allow_unplaced))


def _finish(
    answer: Result, request: Request, format: OutputFormat, paths: dict[str, Path] | None, *, pin: bool, quiet: bool
) -> None:
    """Write the answer; a configuration is written to its files, and what it costs is said on standard error."""
    from placer.assignment import Status
    from placer.job.request import with_chosen_vnodes
    from placer.report.text import summary

    if answer.instance is not None:
        request = with_chosen_vnodes(request, answer.instance, optimal=answer.status is Status.OPTIMAL)
    if not quiet and answer.placement is not None and format not in WHOLE:
        print("\n".join(summary(answer, request)), file=sys.stderr)
    _write(answer, request, format, paths, pin=pin, quiet=quiet)


def _model_path(dump_model: str | None, *, force: bool) -> Path | None:
    """Give where the model goes, and refuse a file that is there."""
    from placer.cli.outputs import refuse_existing

    paths = [] if dump_model is None else [Path(dump_model)]
    refuse_existing(paths, force=force)
    return paths[0] if paths else None


def _destinations(
    request: Request, format: OutputFormat, output: str | None, *, pin: bool, in_place: bool, force: bool
) -> dict[str, Path] | None:
    """Check the options that say what is written where, and decide on the files as :func:`_paths` does."""
    if pin and format in WHOLE:
        raise typer.BadParameter(
            f"binds vcpus in a guest's configuration, which --format {format} does not write", param_hint="--pin"
        )
    if not in_place:
        return _paths(request, format, output, force=force)
    from placer.cli.in_place import own_files

    if output is not None:
        raise typer.BadParameter("writes where the guests came from, not with --output", param_hint="--in-place")
    return own_files(request, format.value)


def _paths(request: Request, format: OutputFormat, output: str | None, *, force: bool) -> dict[str, Path] | None:
    """Decide where each guest, or everything (under the name ""), goes; None is standard output. Refuse early."""
    from placer.cli.outputs import names_folder, output_paths, refuse_existing
    from placer.errors import InputError

    names = [guest.name for guest in request.instance.guests]
    whole = format in WHOLE
    if not whole:
        from placer.job.emit import refuse_joining

        if output is None:
            refuse_joining(len(names), format.value)
    if output is None:
        return None
    paths = {"": Path(output)}
    if whole and output.endswith("/"):
        raise InputError(f"names a folder, expected a file for the format {format}", place=output)
    if not whole and names_folder(output, len(names)):
        paths = output_paths(output, names, FORMATS[format.value].suffix)
    refuse_existing(list(paths.values()), force=force)
    return paths


def _write(
    answer: Result, request: Request, format: OutputFormat, paths: dict[str, Path] | None, *, pin: bool, quiet: bool
) -> None:
    from placer.cli.outputs import on_terminal, write_files, write_stdout

    if format is WHOLE[0]:
        from placer.report.text import render

        texts = {"": render(answer, request, colour=paths is None and on_terminal(), quiet=quiet)}
    elif format is WHOLE[1]:
        from placer.report.answer_json import emit_answer

        texts = {"": emit_answer(answer, request)}
    elif answer.placement is None:
        print(f"{answer.status}: {answer.reason}", file=sys.stderr)
        return
    else:
        from placer.job.emit import emit_guests, join

        texts = emit_guests(request, answer.placement, answer.violations, format.value, pinned=pin)
        if paths is None or "" in paths:
            texts = {"": join(texts, format.value)}
    if paths is None:
        write_stdout(texts[""])
        return
    write_files({paths[name]: text for name, text in texts.items()})


def _exit_code(answer: Result, *, allow_unplaced: bool) -> int:
    from placer.assignment import Status

    if answer.status is Status.INFEASIBLE:
        return 1
    return 3 if answer.status is Status.UNKNOWN and not (allow_unplaced and _only_unplaced(answer)) else 0


def _only_unplaced(answer: Result) -> bool:
    return answer.placement is not None and all(violation.rule == "unplaced" for violation in answer.violations)
