"""
Measure the speed table, row after row; runs with a result are not repeated.

``--row KEY`` measures a row again, ``--report`` only writes both tables from the results.
"""

from __future__ import annotations

import argparse
import csv
import platform
import sys
from dataclasses import asdict, fields
from importlib.metadata import version
from os import cpu_count
from pathlib import Path

import benchmarks.imported  # noqa: F401  (before the runs are forked)
from benchmarks.speed.measure import run
from benchmarks.speed.report import PAGE, SUMMARY_PAGE, page, replaced, summary
from benchmarks.speed.rows import ROWS, SEEDS, Run

RESULTS = Path(__file__).resolve().parent.parent / "results" / "speed.csv"
Results = dict[str, list[Run]]
COLUMNS = ("row", *(field.name for field in fields(Run)))


def main(arguments: list[str] | None = None) -> int:
    """Make the missing runs, and write the pages."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--row", action="append", choices=[row.key for row in ROWS], help="run this row anew")
    parser.add_argument("--report", action="store_true", help="run nothing")
    options = parser.parse_args(arguments)
    results = read() if RESULTS.exists() else {}
    if not options.report:
        for key in options.row or []:
            results.pop(key, None)
        measure(results, options.row)
    PAGE.write_text(page(results, about()), encoding="utf-8")
    SUMMARY_PAGE.write_text(replaced(SUMMARY_PAGE.read_text(encoding="utf-8"), summary(results)), encoding="utf-8")
    return 0


def measure(results: Results, keys: list[str] | None) -> None:
    """Make the runs that have no result, and write the results after each long run."""
    for row in ROWS:
        if keys and row.key not in keys:
            continue
        done = {(one.case, one.seed) for one in results.get(row.key, [])}
        for seed in SEEDS:
            for case, make in row.cases(seed).items():
                if (case, seed) not in done:
                    one = run(row, case, seed, make)
                    results.setdefault(row.key, []).append(one)
            write(results)
            print(f"{row.key}, seed {seed}", file=sys.stderr, flush=True)


def about() -> str:
    """Give versions and machine."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("ortools", "numpy"))
    return f"\nPython {platform.python_version()}, {packages}, {platform.machine()}, {cpu_count()} cpus."


def read() -> Results:
    """Read the results."""
    results: Results = {}
    with RESULTS.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            results.setdefault(line["row"], []).append(
                Run(
                    case=line["case"],
                    seed=int(line["seed"]),
                    status=line["status"],
                    cost=int(line["cost"]) if line["cost"] else None,
                    gap=float(line["gap"]) if line["gap"] else None,
                    known=int(line["known"]) if line["known"] else None,
                    first_s=float(line["first_s"]),
                    found_s=float(line["found_s"]),
                    seconds=float(line["seconds"]),
                    peak_mib=int(line["peak_mib"]),
                    load=float(line["load"]),
                )
            )
    return results


def write(results: Results) -> None:
    """Write all results."""
    whole = RESULTS.with_suffix(".new")
    with whole.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for key, runs in results.items():
            writer.writerows([key, *map(_word, asdict(one).values())] for one in runs)
    whole.replace(RESULTS)


def _word(value: object) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
