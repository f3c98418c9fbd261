"""
Moves between the hosts of a fleet: fragments, room for a guest, and the workloads of BtrPlace.

Run ``python -m benchmarks.fleet_moves --corpus FOLDER [--btrplace FOLDER] [--row TEXT]``; it writes
benchmarks/results/fleet_moves.csv and benchmarks/fleet_moves.md. FOLDER has PM_res.csv, VM_data_C1.csv and
VM_data_C2.csv of the data set of Huawei Cloud for placement with topology; that of BtrPlace its workloads
(``wkld-tdsc`` of btrplace/scheduler, as .json.gz). Every plan is judged, with the moves of a stage in shuffled order.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benchmarks.fleet_states import btrplace, churned, filled
from placer.fleet.model.fleet import Fleet
from placer.fleet.moves.goal import FleetGoal, Shape
from placer.fleet.moves.judge import faults
from placer.fleet.moves.planning import plan_moves
from placer.fleet.moves.running import Running
from placer.fleet.moves.single_moves import fits_on, single_moves

FOLDER = Path(__file__).parent
PAGE, RESULTS = FOLDER / "fleet_moves.md", FOLDER / "results" / "fleet_moves.csv"
SHAPE = Shape(vcpus=16, kib=0)
FIELDS = (
    "case",
    "aim",
    "status",
    "now",
    "value",
    "bound",
    "greedy",
    "moves",
    "stages",
    "cpu_s",
    "seconds",
    "judge_s",
    "faults",
)
PROVED = 3
"""Moves up to which room for a guest is to be proved."""
LIMIT_S = 10.0
"""CPU seconds that the aims allow; the limit of a run is in seconds, a multiple where others share the machine."""


def measured(
    case: tuple[str, str], fleet: Fleet, goal: FleetGoal, limit_s: float, greedy: int | None = None
) -> dict[str, Any]:
    """Plan, judge and time."""
    start, used = perf_counter(), process_time()
    plan = plan_moves(fleet, goal, time_limit_s=limit_s)
    cpu_s, seconds = process_time() - used, perf_counter() - start
    judging = process_time()
    wrong = faults(plan, replays=3)
    row = {
        "case": case[0],
        "aim": case[1],
        "status": str(plan.status),
        "now": plan.now,
        "value": plan.value,
        "bound": plan.bound,
    }
    row |= {"greedy": greedy, "moves": plan.moves, "stages": len(plan.stages), "cpu_s": round(cpu_s, 2)}
    return row | {"seconds": round(seconds, 1), "judge_s": round(process_time() - judging, 2), "faults": len(wrong)}


def fragments(corpus: Path, limit_s: float) -> Iterator[tuple[str, Any]]:
    """280 hosts after churn; the most guests of 16 vcpus that fit, after 10 to 100 moves."""
    for moves in (10, 25, 50, 100):
        name = f"fragments, 280 hosts, 2,049 guests, {moves} moves"

        def run(name: str = name, moves: int = moves) -> dict[str, Any]:
            fleet = churned(corpus)
            goal = FleetGoal(fragments=SHAPE, moves=moves)
            running = Running(fleet, goal, "libvirt")
            state, _ = single_moves(running, np.zeros(0, dtype=np.int64), perf_counter() + 600)
            return measured((name, "gap 0.1 %, 10 s"), fleet, goal, limit_s, fits_on(running, state))

        yield name, run


def room(corpus: Path, limit_s: float) -> Iterator[tuple[str, Any]]:
    """100 hosts filled until a request is refused: the fewest moves after which it fits."""
    for case in range(8):
        name = f"room for one guest, 100 nearly full hosts, case {case + 1}"

        def run(name: str = name, case: int = case) -> dict[str, Any]:
            fleet = filled(corpus, case)
            aim = f"proved up to {PROVED} moves, else the gap, 10 s"
            return measured((name, aim), fleet, FleetGoal(make_room=("asked",)), limit_s)

        yield name, run


def servers(folder: Path, limit_s: float) -> Iterator[tuple[str, Any]]:
    """BtrPlace's 5,000 servers: more load (``li``), or guests of servers that are gone, to start elsewhere (``nr``)."""
    for path in sorted(folder.glob("*.json.gz")):
        name = f"BtrPlace {path.name.removesuffix('.json.gz')}, 5,000 servers"

        def run(name: str = name, path: Path = path) -> dict[str, Any]:
            fleet, new = btrplace(path)
            return measured((name, "gap 1 %, 10 s"), fleet, FleetGoal(mend=True, make_room=new), limit_s)

        yield name, run


HEAD = """\
# Moves in a fleet

Written by `python -m benchmarks.fleet_moves`. Every plan is replayed by an independent judge, the moves of a stage in
shuffled order with memory at both ends; *faults* counts what it found. CPU seconds are of planning alone, on a machine
of two cores that others used too; the time limit was in seconds.

- **Fragments**: 280 hosts of two pnodes with 60 vcpus and 200 GiB each, after arrivals and departures of the requests
  C1 and C2 of Huawei Cloud (seed 0, 78 % of the vcpus used). Value and bound: guests of 16 vcpus that fit, as VMR2L's
  FR-16 counts fragments. Greedy takes the best single move until none helps.
- **Room**: 100 of that data set's hosts (seed 1), filled by best fit by memory until a request is refused, eight times.
  Value and bound: moves. The bound is that of the end state, whatever the order of moves; where it is missed, the end
  states that meet it swap guests, and more moves are what makes way for an order.
- **BtrPlace**: the published workloads of 5,000 servers and 15,000 or 25,000 guests; `c33` and `c100` with spread
  (apart) and among (together in a group of servers) on a third of the applications and on all, kept during the plan.

"""
SHOWN = ("case", "aim", "status", "now", "value", "bound", "greedy", "moves", "stages", "cpu_s", "faults")


def page(rows: list[dict[str, Any]]) -> str:
    """Write the page of the results."""
    lines = ["| " + " | ".join([*SHOWN, "met"]) + " |", "| --- | --- | --- |" + " --: |" * (len(SHOWN) - 3) + " --- |"]
    for row in rows:
        cells = ["" if row[key] in {None, ""} else str(row[key]) for key in SHOWN]
        lines.append("| " + " | ".join([*cells, _met(row)]) + " |")
    return HEAD + "\n".join(lines) + "\n"


def _met(row: dict[str, Any]) -> str:
    if row["value"] in {None, ""}:
        return "no: no plan"
    value, bound, cpu_s = int(row["value"]), int(row["bound"]), float(row["cpu_s"])
    gap = abs(value - bound) / max(1, value)
    most = 0.001 if "fragments" in row["case"] else 0.01 if "BtrPlace" in row["case"] else 0.0
    if row["case"].startswith("room") and value > PROVED and cpu_s <= LIMIT_S:
        return f"yes: gap {gap:.0%}" if gap else "yes"
    words = [f"gap {gap:.2%}"] if gap > most else []
    words += [f"{cpu_s:.0f} s"] if cpu_s > LIMIT_S else []
    return f"no: {', '.join(words)}" if words else "yes"


def main() -> None:
    """Run the rows that are asked for, and write the results of all rows that were ever run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="the folder of the data set of Huawei Cloud")
    parser.add_argument("--btrplace", type=Path, help="the folder of BtrPlace's workloads")
    parser.add_argument("--row", default="", help="only rows whose name has this text")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each plan")
    given = parser.parse_args()
    rows = {row["case"]: row for row in _known()}
    cases = [*fragments(given.corpus, given.time_limit), *room(given.corpus, given.time_limit)]
    cases += servers(given.btrplace, given.time_limit) if given.btrplace else []
    for name, run in cases:
        if given.row in name:
            rows[name] = run()
            print(", ".join(f"{key} {value}" for key, value in rows[name].items()), file=sys.stderr, flush=True)
            _write(list(rows.values()))


def _known() -> list[dict[str, Any]]:
    if not RESULTS.exists():
        return []
    with RESULTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(rows: list[dict[str, Any]]) -> None:
    ordered = sorted(rows, key=lambda row: (row["case"].split(",")[0].split(" ")[0], len(row["case"]), row["case"]))
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(ordered)
    PAGE.write_text(page(ordered), encoding="utf-8")


if __name__ == "__main__":
    main()
