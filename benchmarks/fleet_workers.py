"""
How much faster the placement of a fleet's distinct hosts is with two workers than with one.

Run ``python -m benchmarks.fleet_workers --corpus FOLDER``, with the folder of ``python -m benchmarks.fleet`` and the
extra ``dask``; it writes benchmarks/results/fleet_workers.csv and benchmarks/fleet_workers.md. Processes of this
machine and workers of a Dask cluster on it solve the same fleet of hosts that all differ.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from textwrap import fill
from time import perf_counter
from typing import Any

from benchmarks.fleet import _table, different_hosts
from benchmarks.result_rows import write
from placer.fleet.files.requests_table import guests_of_requests
from placer.fleet.model.fleet import Fleet
from placer.fleet.plan.solving import solve

FOLDER = Path(__file__).parent
PAGE, RESULTS = FOLDER / "fleet_workers.md", FOLDER / "results" / "fleet_workers.csv"
HOSTS, GUESTS = 10_000, 40_000
FIELDS = ("executor", "workers", "seconds", "distinct", "hosts")
AIM = 1.5
"""How much faster two workers of Dask are to be than one."""


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """Processes of this machine."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
        yield executor


@contextmanager
def dask_cluster(workers: int) -> Iterator[Executor]:
    """Workers of a Dask cluster on this machine, each a process with one thread."""
    import distributed

    make_cluster: Any = distributed.LocalCluster
    make_client: Any = distributed.Client
    here = make_cluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None)
    with here as cluster, make_client(cluster) as client:
        yield client.get_executor()


EXECUTORS = {"processes": processes, "Dask": dask_cluster}


def measure(corpus: Path) -> list[dict[str, Any]]:
    """Solve the fleet with each kind of executor, by one worker and by two."""
    guests, _, _ = guests_of_requests(_table(corpus, "C1", GUESTS))
    fleet = Fleet(hosts=different_hosts(HOSTS), guests=guests)
    rows: list[dict[str, Any]] = []
    for name, executor in EXECUTORS.items():
        for workers in (1, 2):
            with executor(workers) as running:
                began = perf_counter()
                plan = solve(fleet, time_limit_s=600.0, executor=running)
                seconds = perf_counter() - began
            row = {"executor": name, "workers": workers, "seconds": round(seconds, 2)}
            rows.append(row | {"distinct": plan.distinct, "hosts": len(plan.hosts)})
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def render(rows: list[dict[str, Any]], load: float) -> str:
    """Write the page from the rows."""
    about = (
        f"Written by `python -m benchmarks.fleet_workers`: {HOSTS:,} hosts that all differ and {GUESTS:,} guests of "
        "the data set of Huawei Cloud (CC0), solved for the fewest hosts. The linear program stays in one process; the "
        "hosts in use, each of which is a problem of its own, are placed by the workers. Seconds are of the whole. "
        f"The aim is that two workers of Dask are at least {AIM} times as fast as one. "
        f"dask {version('dask')}, {os.cpu_count()} cores, a load of {load:.0f} when it ended."
    )
    head = "| executor | workers | seconds | times one worker | hosts placed |\n| --- | --: | --: | --: | --: |\n"
    one = {row["executor"]: float(row["seconds"]) for row in rows if int(row["workers"]) == 1}
    lines = [
        f"| {row['executor']} | {row['workers']} | {float(row['seconds']):.1f} "
        f"| {one[row['executor']] / float(row['seconds']):.2f} | {int(row['distinct']):,} |\n"
        for row in rows
    ]
    faster = max(one["Dask"] / float(row["seconds"]) for row in rows if row["executor"] == "Dask")
    said = "The aim is met." if faster >= AIM else f"Missed: {faster:.2f} times."
    return f"# Workers of a fleet\n\n{fill(about, 120)}\n\n{head}{''.join(lines)}\n{said}\n"


def main(arguments: list[str] | None = None) -> int:
    """Measure, and write table and page."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fleet_workers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--corpus", type=Path, help="the folder of the data set")
    given = parser.parse_args(arguments)
    known = Path(os.environ["PLACER_CORPUS"]) / "fleet" if "PLACER_CORPUS" in os.environ else None
    corpus = given.corpus or known
    if corpus is None:
        parser.error("--corpus is missing, and PLACER_CORPUS is not set")
    rows = measure(corpus)
    write(RESULTS, FIELDS, rows)
    PAGE.write_text(render(rows, os.getloadavg()[1]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
