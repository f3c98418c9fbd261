"""``placer compare``."""

from __future__ import annotations

import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placer.cli import form_options, options
from placer.cli.one_output import Output, output_path, write
from placer.cli.solve import StrategyName

if TYPE_CHECKING:
    from placer.instance import Instance
    from placer.job.request import Request
    from placer.solving.result import Result


class CompareFormat(StrEnum):
    """What a comparison is written as."""

    text = "text"
    html = "html"
    svg = "svg"


def compare(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="INSTANCE...", help="Instances, or with --host the guests of one instance; - is standard input."
        ),
    ],
    host: options.Host = None,
    strategy: Annotated[
        list[StrategyName] | None, typer.Option(help="A strategy to run; may be repeated. By default all of them.")
    ] = None,
    time_limit: options.TimeLimit = 10.0,
    workers: options.Workers = None,
    seed: options.Seed = 0,
    allow_unplaced: options.AllowUnplaced = False,
    free: options.Free = None,
    reserve: options.Reserve = None,
    running: options.Running = None,
    vcpu_list: options.VcpuList = None,
    numa_dump: options.NumaDump = None,
    pools: options.Pools = None,
    objective: options.Objective = None,
    vnodes: form_options.Vnodes = None,
    free_pnodes: options.FreePnodes = False,
    format: Annotated[
        CompareFormat,
        typer.Option(
            help="text: a table. html: a page with the answers of the strategies to one instance, beside each other if "
            "there are two; svg: the picture alone."
        ),
    ] = CompareFormat.text,
    output: Output = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare the answers of every strategy on an instance: greedy, local search and exact."""
    from placer.assignment.registry import STRATEGIES
    from placer.cli.inputs import read_request
    from placer.job.settled import settled

    read = partial(
        read_request,
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
    )
    batches = [files] if host else [[file] for file in files]
    path = _path(output, format, batches, force=force)
    requests = [settled(read(batch)) for batch in batches]  # all are read, and refused, before any is solved
    names = [each.value for each in strategy or ()] or list(STRATEGIES)
    answer = partial(
        _answer, time_limit=time_limit, workers=workers, seed=seed, allow_unplaced=allow_unplaced, quiet=quiet
    )
    texts = []
    for batch, request in zip(batches, requests, strict=True):
        answers = {name: answer(request.instance, name) for name in names}
        texts.append(_text(_title(batch, host, request.instance), request, answers, format, quiet=quiet))
        if path is None:
            write(texts[-1], None)
    if format is CompareFormat.text:
        from placer.report.comparison import LEGEND

        texts.append(LEGEND)
        if path is None:
            write(LEGEND, None)
    if path is not None:
        write("".join(texts), path)


def _path(output: str | None, format: CompareFormat, batches: list[list[str]], *, force: bool) -> Path | None:
    """Give the file to write, and refuse pictures of several instances."""
    from placer.errors import InputError

    if format is not CompareFormat.text and len(batches) > 1:
        said = f"--format {format} draws one instance, got {len(batches)}"
        raise InputError(said, place="usage")
    return output_path(output, force=force)


def _text(title: str, request: Request, answers: dict[str, Result], format: CompareFormat, *, quiet: bool) -> str:
    """Write what the strategies answered: a table with the reason and notes, or a picture."""
    from placer.job.notes import answer_notes
    from placer.report.comparison import render_comparison

    if format is not CompareFormat.text:
        from placer.api.drawing import draw

        return draw(request, answers, format=format.value)
    reason = next((each.reason for each in answers.values() if each.status == "INFEASIBLE" and each.reason), None)
    said = [f"INFEASIBLE: {reason}"] if reason else []
    said += [] if quiet else [f"note: {note}" for note in answer_notes(request, None)]
    lines = "".join(f"{line}\n" for line in [*said, ""]) if said else ""
    return render_comparison(title, request.instance, list(answers.values())) + "\n" + lines


def _title(files: list[str], host: str | None, instance: Instance) -> str:
    """Name one file; of several, or of a folder, the number of guests."""
    count = len(instance.guests)
    if host is None or (len(files) == 1 and count == 1):
        return ", ".join(files)
    return f"{count} guest{'s' * (count != 1)} on {host}"


def _answer(
    instance: Instance,
    strategy: str,
    *,
    time_limit: float,
    workers: int | None,
    seed: int,
    allow_unplaced: bool,
    quiet: bool,
) -> Result:
    """Solve with one strategy; on a terminal, name it first."""
    from placer.cli.running import run
    from placer.solving.pipeline import solve

    if not quiet and sys.stderr.isatty():
        print(f"{strategy} ...", file=sys.stderr)
    return run(
        lambda stop, on_progress: solve(
            instance,
            strategy=strategy,
            time_limit_s=time_limit,
            workers=workers,
            seed=seed,
            allow_unplaced=allow_unplaced,
            stop=stop,
            on_progress=on_progress,
        ),
        quiet=quiet,
        tiers=instance.tiers(),
    )
