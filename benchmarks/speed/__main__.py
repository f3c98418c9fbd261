"""
Measure the speed table, row after row; runs of this build with a result are not repeated, those of others are dropped.

``--row KEY`` measures a row again, ``--known S`` searches for better costs instead, S seconds for each run, and
``--report`` only writes both tables from the results.
"""

from __future__ import annotations

import argparse
import platform
import sys
from dataclasses import replace
from importlib.metadata import version
from os import cpu_count

import benchmarks.imported  # noqa: F401  (before the runs are forked)
from benchmarks.runs import commit
from benchmarks.speed.measure import run
from benchmarks.speed.report import PAGE, SUMMARY_PAGE, page, replaced, summary
from benchmarks.speed.results import Known, Results, read, read_known, write, write_known
from benchmarks.speed.rows import ROWS
from benchmarks.speed.run import Row


def main(arguments: list[str] | None = None) -> int:
    """Make the missing runs, and write the pages; exit code 1 if there are runs of several builds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--row", action="append", choices=[row.key for row in ROWS], help="run this row anew")
    parser.add_argument("--known", type=float, metavar="S", help="search for better costs, S seconds for each run")
    parser.add_argument("--report", action="store_true", help="run nothing")
    options = parser.parse_args(arguments)
    rows = [row for row in ROWS if not options.row or row.key in options.row]
    results, known = read(), read_known()
    if options.known:
        search_longer(rows, known, options.known)
    elif not options.report:
        measure(rows, _of_this_build(results, options.row or []), known)
    results = read()
    builds = {one.build for runs in results.values() for one in runs}
    if len(builds) > 1:
        print(f"runs of several builds: {', '.join(sorted(builds))}; run python -m benchmarks.speed", file=sys.stderr)
        return 1
    PAGE.write_text(page(results, about()), encoding="utf-8")
    SUMMARY_PAGE.write_text(replaced(SUMMARY_PAGE.read_text(encoding="utf-8"), summary(results)), encoding="utf-8")
    return 0


def measure(rows: list[Row], results: Results, known: Known) -> None:
    """Make the runs that have no result, and write the results after each seed."""
    for row in rows:
        done = {(one.case, one.seed) for one in results.get(row.key, [])}
        for seed in row.seeds:
            for case, make in row.cases(seed).items():
                if (case, seed) not in done:
                    one = replace(run(row, case, seed, make), build=commit())
                    known.note(row.key, one)
                    results.setdefault(row.key, []).append(one)
            write(results)
            write_known(known)
            print(f"{row.key}, seed {seed}", file=sys.stderr, flush=True)


def search_longer(rows: list[Row], known: Known, seconds: float) -> None:
    """Run every case for so long, and remember the costs that are lower than all before."""
    for row in rows:
        for seed in row.seeds:
            for case, make in row.cases(seed).items():
                known.note(row.key, run(replace(row, limit_s=seconds, until_known=False), case, seed, make))
            write_known(known)
            print(f"{row.key}, seed {seed}", file=sys.stderr, flush=True)


def about() -> str:
    """Give versions and machine."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("ortools", "numpy"))
    return f"\nPython {platform.python_version()}, {packages}, {platform.machine()}, {cpu_count()} cpus."


def _of_this_build(results: Results, anew: list[str]) -> Results:
    """Leave out the rows to be measured anew, and the runs of other builds."""
    mine = commit()
    kept = {key: [one for one in runs if one.build == mine] for key, runs in results.items() if key not in anew}
    return {key: runs for key, runs in kept.items() if runs}


if __name__ == "__main__":
    sys.exit(main())
