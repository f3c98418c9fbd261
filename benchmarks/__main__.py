"""
Run the benchmark: every contestant on every workload.

``python -m benchmarks --quick`` runs a set of under two minutes anew; with ``--check`` it writes nothing and fails
where a cost differs from the committed one. Without ``--quick`` the full set runs, and goes on where it was
interrupted. ``--report`` writes tables and plots of the committed results of the quick set.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import placer.strategies.cpsat  # noqa: F401  (imported once, before the runs are forked)
from benchmarks.contestants import CONTESTANTS
from benchmarks.report import blocks
from benchmarks.runs import COLUMNS, EXACT, Row, row_key, run, with_ratios
from benchmarks.workloads import full, quick

RESULTS = Path(__file__).parent / "results"
CAP_S = 10.0
QUICK_CAP_S = 60.0
"""So long that the speed of the machine decides nothing."""


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; exit code 1 where a check fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small set, anew")
    parser.add_argument("--check", action="store_true", help="with --quick: compare with the committed results only")
    parser.add_argument("--report", action="store_true", help="only write tables and plots; needs the extra bench")
    options = parser.parse_args(arguments)
    if options.report:
        return report(read(RESULTS / "quick.csv"))
    path = RESULTS / ("quick.csv" if options.quick else "full.csv")
    if options.check:
        return compare(measure(None, quick_set=True), read(RESULTS / "quick.csv"))
    write(path, with_ratios(measure(path, quick_set=options.quick)))
    return 0


def measure(path: Path | None, *, quick_set: bool) -> list[Row]:
    """Run every contestant on every workload; of the full set only what is not in the file yet."""
    workloads = quick() if quick_set else full()
    asked = [(name, workload) for workload in workloads for name in CONTESTANTS]
    done = {row_key(row): row for row in read(path)} if path and not quick_set and path.exists() else {}
    rows = []
    for i, (name, workload) in enumerate(asked, start=1):
        row = done.get((name, *workload.key()))
        if row is None:
            print(f"{i} of {len(asked)}: {name}, {', '.join(workload.key())}", file=sys.stderr)
            row = run(name, workload, QUICK_CAP_S if quick_set else CAP_S)
            done[row_key(row)] = row
            if path and not quick_set:
                write(path, list(done.values()))
        rows.append(row)
    return rows


def report(rows: list[Row]) -> int:
    """Write the generated words of both READMEs, and the plots."""
    from benchmarks.plots import plot

    for file, text in blocks(rows).items():
        file.write_text(text, encoding="utf-8")
    plot(rows, RESULTS)
    return 0


def compare(now: list[Row], committed: list[Row]) -> int:
    """Name every run whose exact columns differ, and every run that only one of the two has."""
    known = {row_key(row): row for row in committed}
    faults = [f"{', '.join(key)}: no longer run" for key in known.keys() - {row_key(row) for row in now}]
    for row in now:
        before = known.get(row_key(row), {})
        changed = [f"{c} {before.get(c, 'missing')} is now {row[c]}" for c in EXACT if before.get(c) != row[c]]
        if changed:
            faults.append(f"{', '.join(row_key(row))}: {'; '.join(changed)}")
    print(*faults, f"{len(now)} runs, {len(faults)} differ from the committed results", sep="\n", file=sys.stderr)
    return bool(faults)


def read(path: Path) -> list[Row]:
    """Read a CSV of results."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[Row]) -> None:
    """Write it, whole."""
    whole = path.with_suffix(".new")
    with whole.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    whole.replace(path)


if __name__ == "__main__":
    sys.exit(main())
