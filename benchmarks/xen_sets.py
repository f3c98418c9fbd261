"""
Writes xen_sets.md: where a real Xen puts the memory of a guest without vnuma that has a set of pnodes.

    python tests/xen/xen_packages.py
    python -m benchmarks.xen_sets

Xen and its tools are Debian's; the hosts are emulated by QEMU, two at a time. ``--quick`` boots two of them; rows of
the others stay as they are in results/xen_sets.csv, and so do those of boots that ``--batch NAME`` does not name.
``--report`` writes the page alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.result_rows import Row, read, write
from benchmarks.set_batches import FULL, QUICK
from benchmarks.set_page import make_page
from benchmarks.set_trials import Batch, run_batch
from tests.xen.xen_images import images

HERE = Path(__file__).resolve().parent
PAGE = HERE / "xen_sets.md"
RESULTS = HERE / "results" / "xen_sets.csv"


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for and write the page; exit code 1 where a boot failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.xen_sets", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two boots only")
    parser.add_argument("--batch", action="append", metavar="NAME", help="this boot only; repeatable")
    parser.add_argument("--report", action="store_true", help="only write the page")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="boots at a time")
    options = parser.parse_args(arguments)
    wanted = [batch for batch in (QUICK if options.quick else FULL) if not options.batch or batch.name in options.batch]
    rows = read(RESULTS)
    failures = [] if options.report else _run(wanted, rows, options.jobs)
    PAGE.write_text(make_page(rows), encoding="utf-8")
    print(*failures, f"{PAGE} is written", sep="\n", file=sys.stderr)
    return bool(failures)


def _run(wanted: list[Batch], rows: list[Row], jobs: int) -> list[str]:
    """Run the boots, and put each one's rows in the place of its old ones; gives what failed."""
    failures = []
    images()  # before two boots would make them at once
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(jobs) as pool:
        futures = {batch.name: pool.submit(lambda each: [*run_batch(each, Path(scratch))], batch) for batch in wanted}
        for name, future in futures.items():
            try:
                fresh = future.result()
            except RuntimeError as error:
                failures.append(f"{name}: {error}")
                continue
            rows[:] = [row for row in rows if row["batch"] != name] + fresh
            _write(rows)
            print(f"{name}: {len(fresh)} guests", file=sys.stderr)
    return failures


def _write(rows: list[Row]) -> None:
    names = [batch.name for batch in FULL]
    rows.sort(key=lambda row: names.index(row["batch"]))
    write(RESULTS, list(rows[0]), rows)


if __name__ == "__main__":
    sys.exit(main())
