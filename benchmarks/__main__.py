"""
Run the benchmark: every contestant on every workload.

``python -m benchmarks --quick`` runs a set of minutes and prints its result; with ``--write`` it replaces the
committed one, with ``--check`` it fails if a cost differs from that. Without ``--quick`` the full set runs and replaces
results/full.csv; an interrupted run of the same build is continued. ``--report`` writes tables and plots of the
committed results, all of one build.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from os import cpu_count
from pathlib import Path
from time import perf_counter

import benchmarks.imported  # noqa: F401  (before the runs are forked)
from benchmarks.report import blocks, headline, quick_words
from benchmarks.result_rows import append, read, write
from benchmarks.runs import COLUMNS, EXACT, Row, contestants, row_key, run_all, surroundings, with_ratios
from benchmarks.workloads import Workload, full, quick

RESULTS = Path(__file__).parent / "results"
QUICK, FULL, NOVA = (RESULTS / f"{name}.csv" for name in ("quick", "full", "nova"))
CAP_S = 10.0
TELL_EVERY_S = 10.0
"""Seconds between two lines of progress. Chosen: a line for each of thousands of runs hides the result."""
QUICK_CAP_S = 600.0
"""CPU time of a run of the quick set in seconds; so long that the speed of the machine does not matter."""


def main(arguments: list[str] | None = None) -> int:
    """Parse the arguments and run; exit code 1 if a check fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small set, anew")
    parser.add_argument("--check", action="store_true", help="with --quick: compare with the committed results only")
    parser.add_argument("--write", action="store_true", help="with --quick: replace the committed results")
    parser.add_argument("--report", action="store_true", help="only write tables and plots; needs the extra bench")
    parser.add_argument("--jobs", type=int, default=min(2, cpu_count() or 1), metavar="N", help="runs at a time")
    options = parser.parse_args(arguments)
    if options.report:
        return report()
    if options.check:
        return compare(measure(quick(), QUICK_CAP_S, options.jobs), read(QUICK))
    if options.quick:
        rows = with_ratios(measure(quick(), QUICK_CAP_S, options.jobs))
        print(quick_words(rows))
        if options.write:
            write(QUICK, COLUMNS, rows)
        return 0
    rows = with_ratios(measure(full(), CAP_S, options.jobs, kept=FULL.with_suffix(".part")))
    write(FULL, COLUMNS, rows)
    FULL.with_suffix(".part").unlink()
    print(headline(rows))
    return 0


def measure(workloads: list[Workload], cap_s: float, jobs: int, kept: Path | None = None) -> list[Row]:
    """
    Run every contestant on every workload.

    Parameters
    ----------
    kept
        A file to which each row is added as soon as its run ends; runs of this build with a row there are not repeated.

    Returns
    -------
    list of dict
        In the order of workloads and contestants.
    """
    asked = {(name, *workload.key()): (name, workload) for workload in workloads for name in contestants(workload)}
    build = surroundings()["versions"]
    begun = read(kept) if kept else []
    done = {row_key(row): row for row in begun if row[COLUMNS[-1]] and row["versions"] == build}
    missing = [asked[key] for key in asked if key not in done]
    started = told = perf_counter()
    if kept:
        write(kept, COLUMNS, done.values())
    for i, row in enumerate(run_all(missing, cap_s, jobs), start=1):
        done[row_key(row)] = row
        if kept:
            append(kept, COLUMNS, row)
        if perf_counter() < told + TELL_EVERY_S and i < len(missing):
            continue
        told = perf_counter()
        left_s = (told - started) / i * (len(missing) - i)
        print(f"{i} of {len(missing)}, {left_s / 60:.0f} min left: {', '.join(row_key(row))}", file=sys.stderr)
    return [done[key] for key in asked]


def report() -> int:
    """Write the generated parts of both READMEs, and the plots; exit code 2 if that would show no single build."""
    try:
        from benchmarks.plots import plot
    except ModuleNotFoundError as error:
        print(f"error: --report draws with {error.name}: pip install -e '.[bench]'", file=sys.stderr)
        return 2
    quick_rows, full_rows, nova_rows = map(read, (QUICK, FULL, NOVA))
    for path, rows in ((QUICK, quick_rows), (FULL, full_rows)):
        builds = Counter(row["versions"] for row in rows)
        if len(builds) > 1:
            said = "; ".join(f"{count} of {build}" for build, count in builds.most_common())
            print(f"error: {path}: rows of several builds, whose times do not compare: {said}", file=sys.stderr)
            return 2
    for file, text in blocks(quick_rows, full_rows, nova_rows).items():
        file.write_text(text, encoding="utf-8")
    plot(full_rows, nova_rows, RESULTS)
    return 0


def compare(now: list[Row], committed: list[Row]) -> int:
    """Print each run whose exact columns differ, and each run that only one of the two lists has."""
    known = {row_key(row): row for row in committed}
    faults = [f"{', '.join(key)}: no longer run" for key in known.keys() - {row_key(row) for row in now}]
    for row in now:
        before = known.get(row_key(row), {})
        changed = [f"{c} {before.get(c, 'missing')} is now {row[c]}" for c in EXACT if before.get(c) != row[c]]
        if changed:
            faults.append(f"{', '.join(row_key(row))}: {'; '.join(changed)}")
    print(*faults, f"{len(now)} runs, {len(faults)} differ from the committed results", sep="\n", file=sys.stderr)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
