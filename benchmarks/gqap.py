"""
Solve quadratic assignment problems of the literature, generalized or not, one line for each file.

    python benchmarks/gqap.py FILE... [--time-limit S]

A file holds numbers between white space: n, m and v, then flows (n x n), distances (m x m), costs (n x m), weights (n)
and capacities (m); v multiplies the flows. A file whose name ends in .dat is one of QAPLIB: n and two matrices, one
item for each site. Known values are looked up in the CSV files beside it, in the column
``optimum`` or ``best_known`` of the row whose ``instance`` is the file's name.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

import placer
from placer.assignment import IntArray

COLUMNS = ("optimum", "best_known")


def main(arguments: list[str] | None = None) -> int:
    """Solve each file and print name, found value, known value or -, bound, seconds."""
    parser = argparse.ArgumentParser(prog="python benchmarks/gqap.py", description=__doc__.splitlines()[1])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="seconds for each file, default 60")
    parser.add_argument(
        "--strategy", default="optimal", help="optimal (default), cpsat, branch-and-bound or local-search"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int)
    asked = parser.parse_args(arguments)
    for path in asked.files:
        try:
            problem, known = read(path), known_value(path)
            solution = placer.solve_problem(
                problem, strategy=asked.strategy, time_limit_s=asked.time_limit, workers=asked.workers, seed=asked.seed
            )
        except placer.InputError as error:
            print(error, file=sys.stderr)
            return 2
        found = solution.costs[0] if solution.costs else solution.status.value
        bound = solution.bounds[0] if solution.bounds else "-"
        shown = "-" if known is None else known
        print(path.name, found, shown, bound, f"{solution.wall_time_s:.2f}", flush=True)
    return 0


def read(path: Path) -> placer.Problem:
    """Read a file of either form."""
    return read_qaplib(path) if path.suffix == ".dat" else read_problem(path)


def read_qaplib(path: Path) -> placer.Problem:
    """Read a file of QAPLIB: n, then the flows and the distances of n items on n sites, one on each."""
    numbers = _numbers(path, "n and two matrices of n x n integers")
    n = int(numbers[0]) if len(numbers) else 0
    if n < 1 or len(numbers) != 1 + 2 * n * n:
        raise placer.InputError(f"{len(numbers)} numbers, expected {1 + 2 * n * n} for n = {n}", place=str(path))
    flow, distance = numbers[1:].reshape(2, n, n)
    one = np.ones(n, dtype=np.int64)
    return placer.gqap(cost=np.zeros((n, n), dtype=np.int64), flow=flow, distance=distance, weight=one, capacity=one)


def read_problem(path: Path) -> placer.Problem:
    """Read a generalized problem."""
    expected = "integers n, m, v and so on"
    numbers = _numbers(path, expected)
    if len(numbers) < 3:
        raise placer.InputError(f"{len(numbers)} numbers, expected {expected}", place=str(path))
    n, m, times = numbers[:3].tolist()
    shapes = ((n, n), (m, m), (n, m), (n,), (m,))
    sizes = [int(np.prod(shape)) for shape in shapes]
    if min(n, m) < 1 or len(numbers) != 3 + sum(sizes):
        raise placer.InputError(
            f"{len(numbers)} numbers, expected {3 + sum(sizes)} for n = {n}, m = {m}", place=str(path)
        )
    parts = np.split(numbers[3:], np.cumsum(sizes)[:-1])
    flow, distance, cost, weight, capacity = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
    return placer.gqap(cost=cost, flow=times * flow, distance=distance, weight=weight, capacity=capacity)


def _numbers(path: Path, expected: str) -> IntArray:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise placer.InputError(f"cannot be read: {error}", place=str(path)) from error
    try:
        return np.array([int(word) for word in text.split()], dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise placer.InputError(f"{error}, expected {expected}", place=str(path)) from error


def known_value(path: Path) -> int | None:
    """Look up the best value known of a file."""
    for table in sorted(path.parent.glob("*.csv")):
        with table.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row.get("instance") == path.name.removesuffix(".txt").removesuffix(".dat"):
                    return next((int(row[column]) for column in COLUMNS if row.get(column)), None)
    return None


if __name__ == "__main__":
    sys.exit(main())
