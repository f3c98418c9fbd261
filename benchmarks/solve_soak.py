"""
Solve 10,000 instances in one process while hosts change: memory stays flat, and the slowest stay near the median.

Run ``python -m benchmarks.solve_soak``; it writes benchmarks/results/solve_soak.csv and benchmarks/solve_soak.md. Each
solve has a guest of 2 or 4 vnodes and a host whose load is drawn anew, one of four hosts in turn, as a toolstack that
calls the library for years would have them.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path
from statistics import median, quantiles
from textwrap import fill
from time import perf_counter
from typing import Any

import numpy as np

import placer
from benchmarks.hosts import loaded
from benchmarks.result_rows import write
from benchmarks.speed.cases import shipped
from benchmarks.speed.hosts import single
from placer.instance import Instance

FOLDER = Path(__file__).parent
PAGE, RESULTS = FOLDER / "solve_soak.md", FOLDER / "results" / "solve_soak.csv"
HOSTS = ("epyc-8n", "forty-guests", "hygon-memoryless", "opteron-8n")
SOLVES, PIECE = 10_000, 1_000
FIELDS = ("first", "count", "proved", "median_ms", "p99_ms", "worst_ms", "resident_mib", "objects")


def instance(number: int) -> Instance:
    """Give the instance of a solve: its number draws the load of the host and the sizes of the guest."""
    host = loaded(shipped(HOSTS[number % len(HOSTS)]), "fragmented", number)
    numbers = np.random.default_rng([7, number])
    return single(host, 2 + 2 * (number // len(HOSTS) % 2), equal=number // 8 % 2 == 0, numbers=numbers)


def measure(solves: int, piece: int) -> list[dict[str, Any]]:
    """Solve, and give the figures of each piece."""
    rows = []
    for first in range(0, solves, piece):
        times, proved = [], 0
        for number in range(first, min(first + piece, solves)):
            asked = instance(number)
            began = perf_counter()
            answer = placer.solve(asked, time_limit_s=10.0, seed=number)
            times.append(1000 * (perf_counter() - began))
            proved += answer.status.proved
        gc.collect()
        rows.append(
            {
                "first": first,
                "count": len(times),
                "proved": proved,
                "median_ms": round(median(times), 2),
                "p99_ms": round(quantiles(times, n=100)[98], 2),
                "worst_ms": round(max(times), 2),
                "resident_mib": _resident_mib(),
                "objects": len(gc.get_objects()),
            }
        )
        print(rows[-1], file=sys.stderr, flush=True)
    return rows


def _resident_mib() -> int:
    """Give the memory that this process holds now."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    return 0


def render(rows: list[dict[str, Any]], load: float) -> str:
    """Write the page from the rows."""
    about = (
        f"Written by `python -m benchmarks.solve_soak`: {sum(int(row['count']) for row in rows):,} solves in one "
        f"process, warm, of a guest of 2 or 4 vnodes on {', '.join(HOSTS)} in turn, each with a load drawn anew. "
        "Memory is what the process holds after each piece, objects those that Python's collector knows then. "
        f"{os.cpu_count()} cores, a load of {load:.0f} when it ended."
    )
    head = "| solves | proved | median ms | 99th percentile ms | worst ms | MiB | objects |\n"
    head += f"| --- |{' --: |' * 6}\n"
    lines = [
        f"| {int(row['first']):,} to {int(row['first']) + int(row['count']) - 1:,} | {row['proved']} "
        f"| {float(row['median_ms']):.1f} | {float(row['p99_ms']):.1f} | {float(row['worst_ms']):.1f} "
        f"| {row['resident_mib']} | {int(row['objects']):,} |\n"
        for row in rows
    ]
    return f"# A soak of solves\n\n{fill(about, 120)}\n\n{head}{''.join(lines)}"


def main(arguments: list[str] | None = None) -> int:
    """Measure, and write table and page."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.solve_soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--solves", type=int, default=SOLVES, help=f"how many, default {SOLVES:,}")
    given = parser.parse_args(arguments)
    rows = measure(given.solves, PIECE)
    write(RESULTS, FIELDS, rows)
    PAGE.write_text(render(rows, os.getloadavg()[1]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
