"""
Start guests on one host by many processes at once, and kill processes amid their claims.

Run ``python -m benchmarks.claims``; it writes benchmarks/results/claims.csv and benchmarks/claims.md. Plans made
while others plan, and judged anew under the lock, take turns with plans made under the lock, in rounds of one
run. The host is a file (benchmarks/claim_host.py) that builds domains half by half and refuses what does not fit.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from benchmarks.claim_kills import KINDS, Kills, kill_many
from benchmarks.claim_starts import Outcome, Trial, run
from benchmarks.result_rows import Row, read, write
from benchmarks.tables import table
from placer.claims.planning import TRIES

FOLDER = Path(__file__).parent
RESULTS, PAGE = FOLDER / "results" / "claims.csv", FOLDER / "claims.md"
FIELDS = ("trial", "processes", "starts", "built", "refused", "failed", "plans", "tries", "p50_ms", "p99_ms", "left")
KILL_FIELDS = ("trial", "kills", "killed", "ended", *(f"statements {kind}" for kind in KINDS), "faults")
COLUMNS = ("part", *dict.fromkeys((*FIELDS, *KILL_FIELDS)))
OURS, LOCKED = "judged anew under the lock", "planned under the lock"
AT_ONCE = 8
"""Series of kills that run at once, each in a file of its own."""
MEMORY = Path("/dev/shm")
"""Where these files lie: a killed process loses nothing that it wrote, on a disk or in memory, and memory is faster."""

TEXT = """\
# Claims under load

Made by `python -m benchmarks.claims` ([figures](results/claims.csv));
[Many starts at once](../docs/guides/many-starts.md) says what claims are. {machine}, which did other work too: compare
rows of one run.

## Starts

16 processes start and stop guests on one host, each on a snapshot of its own. A build takes two steps, so that others
see domains half built. Equal guests are as many as the host has room for: each fits, whatever the others do; those of
several sizes may be refused. `failed` are builds for which a pnode had no memory left. A plan from a snapshot that is
older than the end of another guest may find no room, and is made again on a new one: `plans` counts all. Times are of a
plan with its claim.

{starts}
## Kills

Processes that claim, confirm and release are killed with SIGKILL: before a statement, amid its steps, behind it, or at
any time; each file goes through all of them. `statements` are the different ones at which processes died, counted from
their first. A fault would be a claim that was said to be there and is not, one that is there in part, a pnode that is
over, or what `PRAGMA integrity_check` finds.

{kills}"""


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.claims", description=__doc__)
    parser.add_argument("--starts", type=int, default=100, help="guests that each of 16 processes starts")
    parser.add_argument("--rounds", type=int, default=4, help="rounds into which they are divided")
    parser.add_argument("--kills", type=int, default=2000, help="processes that are killed")
    parser.add_argument("--only", choices=["starts", "kills"], help="measure one part, and keep the other's rows")
    given = parser.parse_args()
    rows = read(RESULTS)
    if given.only != "kills":
        rows = [row for row in rows if row["part"] != "starts"]
        rows += [{"part": "starts"} | row for row in _starts(given.starts, given.rounds)]
        write(RESULTS, COLUMNS, rows)
    if given.only != "starts":
        rows = [row for row in read(RESULTS) if row["part"] != "kills"]
        rows += [{"part": "kills"} | row for row in _kills(given.kills)]
        write(RESULTS, COLUMNS, rows)
    PAGE.write_text(_page(rows), encoding="utf-8")
    return 0


def _starts(starts: int, rounds: int) -> Iterator[Row]:
    """Run each contestant in turn, on equal guests that always fit; then ours on guests of several sizes."""
    found: dict[str, list[Outcome]] = {OURS: [], LOCKED: []}
    for number in range(rounds):
        for name, tries in ((OURS, TRIES), (LOCKED, 0)):
            found[name].append(_run(name, tries=tries, starts=starts // rounds, seed=1 + number))
    for name, outcomes in found.items():
        yield _row(f"equal guests, {name}", starts, outcomes)
    mixed = _run("guests of several sizes", tries=TRIES, starts=starts // rounds, equal=False, seed=1)
    yield _row(f"guests of several sizes, {OURS}", starts // rounds, [mixed])


def _run(name: str, *, tries: int, starts: int, seed: int, equal: bool = True) -> Outcome:
    with TemporaryDirectory() as folder:
        outcome = run(Trial(folder=Path(folder), tries=tries, starts=starts, seed=seed, equal=equal))
    print(f"{name}, seed {seed}: {outcome.started} built, {outcome.failed} failed", file=sys.stderr, flush=True)
    return outcome


def _row(name: str, starts: int, outcomes: list[Outcome]) -> Row:
    whole = Outcome(
        started=sum(each.started for each in outcomes),
        refused=sum(each.refused for each in outcomes),
        failed=sum(each.failed for each in outcomes),
        seconds=[second for each in outcomes for second in each.seconds],
        tries=[tried for each in outcomes for tried in each.tries],
        left=sum(each.left for each in outcomes),
    )
    return {
        "trial": name,
        "processes": "16",
        "starts": str(starts),
        "built": str(whole.started),
        "refused": str(whole.refused),
        "failed": str(whole.failed),
        "plans": str(len(whole.seconds)),
        "tries": f"{mean(whole.tries):.3f}",
        "p50_ms": f"{whole.percentile_ms(50):.1f}",
        "p99_ms": f"{whole.percentile_ms(99):.1f}",
        "left": str(whole.left),
    }


def _kills(kills: int) -> Iterator[Row]:
    with multiprocessing.get_context("fork").Pool(AT_ONCE) as pool:
        for seed, told in enumerate(
            pool.imap(_series, [(kills // AT_ONCE, seed) for seed in range(1, AT_ONCE + 1)]), 1
        ):
            print(f"kills, seed {seed}: {told.killed} killed, {len(told.faults)} faults", file=sys.stderr, flush=True)
            yield {
                "trial": f"seed {seed}",
                "kills": str(kills // AT_ONCE),
                "killed": str(told.killed),
                "ended": str(told.ended),
                **{f"statements {kind}": str(len(told.where[kind])) for kind in KINDS},
                "faults": str(len(told.faults)),
            }


def _series(given: tuple[int, int]) -> Kills:
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return kill_many(Path(folder), *given)


def _page(rows: list[Row]) -> str:
    machine = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores"
    return TEXT.format(machine=machine, starts=_table(FIELDS, rows, "starts"), kills=_table(KILL_FIELDS, rows, "kills"))


def _table(fields: tuple[str, ...], rows: list[Row], part: str) -> str:
    lines = [[row[name] for name in fields] for row in rows if row["part"] == part]
    return table([name.replace("_", " ") for name in fields], lines)


if __name__ == "__main__":
    sys.exit(main())
