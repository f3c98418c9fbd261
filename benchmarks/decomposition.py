"""
Time a host of eight cpupools as one problem, part by part, and one of its pools alone.

Run ``python -m benchmarks.decomposition``; it prints its table and writes benchmarks/decomposition.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter

import networkx as nx  # so that no run pays for the import
from msgspec.structs import replace

from benchmarks.instance_table import FOLDER
from placer.assignment import Problem, Solution
from placer.assignment.context import SearchContext
from placer.assignment.method import Method, walk
from placer.assignment.portfolio import METHODS
from placer.formats.native.instance_json import read_instance
from placer.lowering.lower import lower

PAGE = Path(__file__).parent / "decomposition.md"
RUNS, TIME_LIMIT_S = 5, 60.0


def main() -> int:
    """Measure, print and write."""
    argparse.ArgumentParser(prog="python -m benchmarks.decomposition", description=__doc__).parse_args()
    instance = read_instance(FOLDER / "eight-pools.json")
    pools = dict.fromkeys(guest.pool for guest in instance.guests)
    parts = [tuple(guest for guest in instance.guests if guest.pool == pool) for pool in pools]
    alone = [lower(replace(instance, guests=guests)).problem for guests in parts]
    whole = lower(instance).problem
    rows = [
        _row("one pool alone (mean of the eight)", [_time(problem) for problem in alone], len(alone)),
        _row("eight pools, part by part", [_time(whole)]),
    ]
    undivided = [method for method in METHODS if method.name != "decomposition"]
    rows.append(_row(f"eight pools, undivided, at most {TIME_LIMIT_S:.0f} s", [_time(whole, undivided)]))
    page = _page(rows)
    print(page)
    PAGE.write_text(page, encoding="utf-8")
    return 0


def _time(problem: Problem, methods: Sequence[Method] = METHODS) -> tuple[float, Solution]:
    walk(methods, problem, SearchContext(time_limit_s=TIME_LIMIT_S))  # imports what this solve uses
    times = []
    for _ in range(RUNS):
        start = perf_counter()
        solution = walk(methods, problem, SearchContext(time_limit_s=TIME_LIMIT_S))
        times.append(perf_counter() - start)
    return median(times), solution


def _row(name: str, timed: list[tuple[float, Solution]], count: int = 1) -> str:
    seconds = sum(time for time, _ in timed) / count
    costs = [sum(tier) for tier in zip(*(solution.costs for _, solution in timed), strict=True)]
    statuses = ", ".join(dict.fromkeys(solution.status.value for _, solution in timed))
    return f"| {name} | {1000 * seconds:.1f} | {statuses} | {' '.join(map(str, costs))} |\n"


def _page(rows: list[str]) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "networkx", "ortools"))
    return (
        "# Eight cpupools, divided and undivided\n\n"
        "Made by `python -m benchmarks.decomposition`: `instances/eight-pools.json` by the default strategy, medians\n"
        f"of {RUNS} runs, imports left out. Costs of the pools alone are summed. Python {platform.python_version()},\n"
        f"{versions}, {os.cpu_count()} cores.\n\n"
        "| what | ms | status | costs per tier |\n| --- | --: | --- | --- |\n" + "".join(rows)
    )


if __name__ == "__main__":
    assert nx.__name__
    sys.exit(main())
