"""The results of the speed table, and the best known costs, as CSV."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from benchmarks.speed.run import Run

FOLDER = Path(__file__).resolve().parent.parent / "results"
RESULTS, KNOWN = FOLDER / "speed.csv", FOLDER / "speed_known.csv"
Results = dict[str, list[Run]]
COLUMNS = ("row", *(one.name for one in fields(Run)))
KNOWN_COLUMNS = ("row", "case", "seed", "cost")


@dataclass(frozen=True, kw_only=True)
class Known:
    """
    The lowest cost that any run ever found.

    Parameters
    ----------
    costs
        Row, case and seed -> cost.
    """

    costs: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def note(self, row: str, run: Run) -> None:
        """Remember the cost of a run if it is lower than all before."""
        if run.cost is not None:
            key = (row, run.case, run.seed)
            self.costs[key] = min(run.cost, self.costs.get(key, run.cost))

    def of(self, row: str, run: Run) -> Run:
        """Give the run with the best known cost; that of the literature stays."""
        return run if run.known is not None else replace(run, known=self.costs.get((row, run.case, run.seed)))


def read_known() -> Known:
    """Read the best known costs; none if there is no file."""
    if not KNOWN.exists():
        return Known()
    with KNOWN.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    return Known(costs={(line["row"], line["case"], int(line["seed"])): int(line["cost"]) for line in lines})


def write_known(known: Known) -> None:
    """Write the best known costs."""
    _write(KNOWN, KNOWN_COLUMNS, [[*key, cost] for key, cost in sorted(known.costs.items())])


def read() -> Results:
    """Read the results, each with the best known cost; none if there is no file."""
    results: Results = {}
    known = read_known()
    if RESULTS.exists():
        with RESULTS.open(newline="", encoding="utf-8") as file:
            for line in csv.DictReader(file):
                results.setdefault(line["row"], []).append(known.of(line["row"], _run(line)))
    return results


def write(results: Results) -> None:
    """Write all results."""
    _write(RESULTS, COLUMNS, [[key, *asdict(one).values()] for key, runs in results.items() for one in runs])


def _run(line: dict[str, str]) -> Run:
    def number(name: str) -> float | None:
        return float(line[name]) if line[name] else None

    return Run(
        case=line["case"],
        seed=int(line["seed"]),
        status=line["status"],
        cost=int(line["cost"]) if line["cost"] else None,
        gap=number("gap"),
        lower_gap=number("lower_gap"),
        known=int(line["known"]) if line["known"] else None,
        first_s=float(line["first_s"]),
        found_s=float(line["found_s"]),
        seconds=float(line["seconds"]),
        peak_mib=int(line["peak_mib"]),
        load=float(line["load"]),
        build=line["build"],
    )


def _write(path: Path, columns: tuple[str, ...], rows: list[list[object]]) -> None:
    whole = path.with_suffix(".new")
    with whole.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_word(value) for value in row] for row in rows)
    whole.replace(path)


def _word(value: object) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
