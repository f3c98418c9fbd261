"""``placer compare``."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from placer.cli import form_options, options
from placer.cli.solve import StrategyName

if TYPE_CHECKING:
    from placer.instance import Instance
    from placer.solving.result import Result


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
    quiet: options.Quiet = False,
) -> None:
    """Compare the answers of every strategy on an instance: greedy, local search and exact."""
    from placer.assignment.registry import STRATEGIES
    from placer.cli.inputs import read_request
    from placer.cli.outputs import write_stdout
    from placer.job.notes import answer_notes
    from placer.job.settled import settled
    from placer.report.comparison import LEGEND, render_comparison

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
    requests = [settled(read(batch)) for batch in batches]  # all are read, and refused, before any is solved
    names = [each.value for each in strategy or ()] or list(STRATEGIES)
    answer = partial(
        _answer, time_limit=time_limit, workers=workers, seed=seed, allow_unplaced=allow_unplaced, quiet=quiet
    )
    for batch, request in zip(batches, requests, strict=True):
        answers = [answer(request.instance, name) for name in names]
        write_stdout(render_comparison(_title(batch, host, request.instance), request.instance, answers) + "\n")
        reason = next((each.reason for each in answers if each.status == "INFEASIBLE" and each.reason), None)
        said = [f"INFEASIBLE: {reason}"] if reason else []
        said += [] if quiet else [f"note: {note}" for note in answer_notes(request, None)]
        write_stdout("".join(f"{line}\n" for line in [*said, ""]) if said else "")
    write_stdout(LEGEND)


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
