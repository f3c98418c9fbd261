"""``placer compare``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from placer.cli import options
from placer.cli.solve import StrategyName


def compare(
    files: Annotated[
        list[str],
        typer.Argument(metavar="INSTANCE...", help="Instances; with --host the guests of one; - is standard input."),
    ],
    host: options.Host = None,
    strategy: Annotated[
        list[StrategyName] | None, typer.Option(help="Only this strategy; may be repeated. By default every one.")
    ] = None,
    time_limit: options.TimeLimit = 10.0,
    workers: options.Workers = None,
    seed: options.Seed = 0,
    allow_unplaced: options.AllowUnplaced = False,
    free: options.Free = None,
    reserve: options.Reserve = None,
    running: options.Running = None,
    vcpu_list: options.VcpuList = None,
    pools: options.Pools = None,
    objective: options.Objective = None,
    vnodes: options.Vnodes = None,
    free_pnodes: options.FreePnodes = False,
    quiet: options.Quiet = False,
) -> None:
    """Show what every strategy makes of an instance, side by side: greedy, local search and exact."""
    from placer.assignment.registry import STRATEGIES
    from placer.cli.inputs import read_request
    from placer.cli.outputs import write_stdout
    from placer.cli.running import run
    from placer.job.settled import settled
    from placer.report.comparison import LEGEND, render_comparison
    from placer.solving.pipeline import solve as solve_instance

    batches = [files] if host else [[file] for file in files]
    requests = [
        (
            batch,
            settled(
                read_request(
                    batch,
                    host=host,
                    free_memory=free,
                    reserve=reserve,
                    running=running,
                    vcpu_list=vcpu_list,
                    pools=pools,
                    free=free_pnodes,
                    objective=objective,
                    vnodes=options.vnodes_choice(vnodes),
                )
            ),
        )
        for batch in batches
    ]
    for batch, request in requests:
        answers = []
        for name in [each.value for each in strategy or ()] or STRATEGIES:
            if not quiet and sys.stderr.isatty():
                print(f"{name} ...", file=sys.stderr)
            answers.append(
                run(
                    lambda stop, on_progress, name=name, request=request: solve_instance(  # type: ignore[misc]
                        request.instance,
                        strategy=name,
                        time_limit_s=time_limit,
                        workers=workers,
                        seed=seed,
                        allow_unplaced=allow_unplaced,
                        stop=stop,
                        on_progress=on_progress,
                    ),
                    quiet=quiet,
                    tiers=request.instance.tiers(),
                )
            )
        write_stdout(render_comparison(", ".join(batch), request.instance, answers) + "\n")
    write_stdout(LEGEND)
