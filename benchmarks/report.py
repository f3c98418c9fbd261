"""Tables and sentences out of the committed results; every figure in them is computed from the CSV."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, log
from pathlib import Path
from statistics import median, quantiles

from benchmarks.runs import Row, complete

HERE = Path(__file__).resolve().parent
README, OWN_README = HERE.parent / "README.md", HERE / "README.md"
BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
ARRIVALS = {
    "one": "A single guest",
    "batch": "A batch known ahead",
    "storm": "The same guests in order, each without knowledge of the next",
}
PEERS = ("libvirt", "libxl", "xenopsd", "nova", "best-fit")
HEAD = (
    "contestant",
    "guests placed",
    "cost",
    "worst",
    "mean distance",
    "worst",
    "nearer than optimal",
    "proved",
    "time, ms",
    "p95, ms",
)


def loaded_hosts(rows: list[Row]) -> list[Row]:
    """Leave the RFC's vectors out, which are made to trip first-fit."""
    return [row for row in rows if row["shape"] != "vector"]


def geometric_mean(values: Iterable[float]) -> float:
    """
    Average ratios.

    Examples
    --------
    >>> geometric_mean([0.5, 2.0])
    1.0
    """
    logs = [log(value) for value in values]
    return exp(sum(logs) / len(logs))


def ratios(rows: list[Row], column: str) -> list[float]:
    """Ratios to the optimum, of the runs that have one."""
    return [float(row[column]) for row in rows if row[column]]


def tables(rows: list[Row]) -> str:
    """Lay out one table for each arrival."""
    parts = [
        "Costs and mean distances as ratios to placer's optimum with all guests known ahead, geometric mean and worst, "
        "over the runs that place everything; *nearer than optimal* counts the runs with a lower mean distance than "
        "the optimum, which they buy with shared cores. Times are medians of one run of the benchmark.\n"
    ]
    for arrival, title in ARRIVALS.items():
        chosen = [row for row in loaded_hosts(rows) if row["arrival"] == arrival]
        lines = [HEAD, ("---", *("--:",) * (len(HEAD) - 1))]
        lines += [_line(name, [r for r in chosen if r["contestant"] == name]) for name in names(rows)]
        parts.append(f"\n### {title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines))
    return "".join(parts)


def names(rows: list[Row]) -> list[str]:
    """Contestants in the order of the results."""
    return list(dict.fromkeys(row["contestant"] for row in rows))


def _line(name: str, rows: list[Row]) -> tuple[str, ...]:
    cost, distance = ratios(rows, "cost_ratio"), ratios(rows, "ratio")
    times = [1000 * float(row["time_s"]) for row in rows]
    return (
        name,
        placed(rows),
        *((f"{geometric_mean(cost):.2f}", f"{max(cost):.2f}") if cost else ("", "")),
        *((f"{geometric_mean(distance):.2f}", f"{max(distance):.2f}") if distance else ("", "")),
        f"{sum(ratio < 0.9999 for ratio in distance)} of {len(distance)}",
        f"{sum(row['status'] == 'OPTIMAL' for row in rows)} of {len(rows)}",
        f"{median(times):.1f}",
        f"{quantiles(times, n=20)[-1]:.1f}",
    )


def placed(rows: list[Row]) -> str:
    """Count the guests placed, of those asked for."""
    return f"{sum(int(r['placed_guests'] or 0) for r in rows)} of {sum(int(r['guests'] or 0) for r in rows)}"


def three_numbers(rows: list[Row]) -> str:
    """Say what a user gains over first-fit, over each peer, and where placer does not help."""
    known = [row for row in loaded_hosts(rows) if row["arrival"] != "storm"]
    first = [row for row in known if row["contestant"] == "first-fit"]
    vectors = [row for row in rows if row["shape"] == "vector"]
    stuck = {
        name: sum(not complete(r) for r in vectors if r["contestant"] == name) for name in ("first-fit", "optimal")
    }
    count = sum(row["contestant"] == "first-fit" for row in vectors)
    equal = sum(ratio < 1.0001 for ratio in ratios(first, "cost_ratio"))
    nearer = sum(ratio < 0.9999 for ratio in ratios(first, "ratio"))
    peers = "; ".join(f"{name} {_against([r for r in known if r['contestant'] == name])}" for name in PEERS)
    return (
        f"What that is worth, on {len(first)} loads of {len({row['host'] for row in first})} hosts "
        "([benchmarks](benchmarks/README.md)):\n\n"
        f"- **Over first-fit**, the greedy of 2013: {_against(first)}; of {count} small cases made against it "
        f"it leaves a vnode without a pnode in {stuck['first-fit']}, "
        f"and placer in {stuck['optimal']}, proved to be the least.\n"
        f"- **Over those in use**: {peers}.\n"
        f"- **Where placer does not help**: in {equal} of {len(first)} loads first-fit costs no more than the optimum, "
        f"and in {nearer} its memory is nearer, as it packs vcpus on shared cores, which placer counts as a cost.\n"
    )


def _against(rows: list[Row]) -> str:
    """Say how much less the optimum costs, and how many guests are left out."""
    cost = ratios(rows, "cost_ratio")
    left = sum(int(row["guests"] or 0) - int(row["placed_guests"] or 0) for row in rows)
    gain = f"{100 * (1 - 1 / geometric_mean(cost)):.0f} % less cost of access and shared cores"
    out = f", and it leaves {left} of {sum(int(row['guests'] or 0) for row in rows)} guests out" if left else ""
    return gain + out


def replaced(text: str, block: str) -> str:
    """Put a block between the markers."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{block}{END}{rest.partition(END)[2]}"


def blocks(rows: list[Row]) -> dict[Path, str]:
    """Both files that hold generated words, and what they are to say."""
    texts = {README: three_numbers(rows), OWN_README: tables(rows)}
    return {path: replaced(path.read_text(encoding="utf-8"), block) for path, block in texts.items()}
