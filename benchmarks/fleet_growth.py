"""
How time and memory of fleets grow: with hosts, with guests, and the check of a certificate with types of hosts.

Run ``python -m benchmarks.fleet_growth --corpus FOLDER``, with the folder of ``python -m benchmarks.fleet``; it writes
benchmarks/results/fleet_growth.csv, a plot beside it, and benchmarks/fleet_growth.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import fill
from time import process_time
from typing import Any

from benchmarks.fleet import _mib, _table, different_hosts, drawn_hosts
from placer.fleet.bound.verdict import check_certificate
from placer.fleet.files.requests_table import guests_of_requests
from placer.fleet.model.fleet import Fleet
from placer.fleet.plan.solving import solve
from placer.fleet.problem.problem import lower_fleet

FOLDER = Path(__file__).parent
PAGE = FOLDER / "fleet_growth.md"
RESULTS, PLOT = FOLDER / "results" / "fleet_growth.csv", FOLDER / "results" / "fleet_growth.svg"
FIELDS = ("series", "hosts", "guests", "types", "value", "bound", "cpu_s", "mib", "certificate_bytes", "check_cpu_s")
REPEATED, DIFFERENT, GUESTS = "hosts of the data set, drawn", "hosts that all differ", "guests on 17,387 hosts"
POINTS: dict[str, list[tuple[int, int]]] = {
    REPEATED: [(hosts, 3 * hosts) for hosts in (300, 1_000, 3_000, 10_000, 30_000, 100_000)],
    DIFFERENT: [(hosts, 3 * hosts) for hosts in (30, 100, 300, 1_000, 3_000)],
    GUESTS: [(17_387, guests) for guests in (500, 1_500, 5_000, 15_000, 50_000)],
}
"""Numbers of hosts and guests of each series."""
LIMIT_S = 60.0
"""Seconds for each fleet; half of them at most for fillings."""
STYLES = {REPEATED: ("#0072B2", "o"), DIFFERENT: ("#D55E00", "s"), GUESTS: ("#009E73", "^")}


def fleet_of(series: str, hosts: int, guests: int, corpus: Path) -> Fleet:
    """Give the fleet of a point."""
    entries, _, _ = guests_of_requests(_table(corpus, "C1", guests))
    made = different_hosts(hosts) if series == DIFFERENT else drawn_hosts(corpus, hosts)
    return Fleet(hosts=made, guests=entries)


def measure(series: str, hosts: int, guests: int, corpus: Path) -> dict[str, Any]:
    """Solve a fleet in this process, and check its certificate."""
    fleet = fleet_of(series, hosts, guests, corpus)
    begin = process_time()
    plan = solve(fleet, time_limit_s=LIMIT_S, workers=1)
    cpu_s, mib = process_time() - begin, _mib()
    begin = process_time()
    assert all(proof.holds for proof in check_certificate(fleet, plan.certificate))
    check_cpu_s = process_time() - begin
    from msgspec import json as written

    tier = plan.tiers[-1]
    return {
        "series": series,
        "hosts": hosts,
        "guests": guests,
        "types": len(lower_fleet(fleet).types),
        "value": tier.value,
        "bound": tier.bound,
        "cpu_s": round(cpu_s, 3),
        "mib": mib,
        "certificate_bytes": len(written.encode(plan.certificate)),
        "check_cpu_s": round(check_cpu_s, 4),
    }


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Plot time and memory against hosts and guests, and the check against types, all on logarithmic axes."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "placer", "font.size": 9, "axes.grid": True, "grid.alpha": 0.3})
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 3, figsize=(10.5, 6.0), layout="constrained")
    panels = [
        ("hosts", "cpu_s", "cpu seconds", (REPEATED, DIFFERENT)),
        ("guests", "cpu_s", "cpu seconds", (GUESTS,)),
        ("types", "check_cpu_s", "cpu seconds of the check", (REPEATED, DIFFERENT)),
        ("hosts", "mib", "MiB", (REPEATED, DIFFERENT)),
        ("guests", "mib", "MiB", (GUESTS,)),
        ("types", "certificate_bytes", "bytes of the certificate", (REPEATED, DIFFERENT)),
    ]
    for axis, (x, y, label, names) in zip(axes.flat, panels, strict=True):
        for name in names:
            here = [row for row in rows if row["series"] == name]
            colour, marker = STYLES[name]
            points = ([float(row[x]) for row in here], [float(row[y]) for row in here])
            axis.plot(*points, color=colour, marker=marker, label=name)
        axis.set(xscale="log", yscale="log", xlabel="types of hosts" if x == "types" else x, ylabel=label)
        axis.margins(y=0.4)  # room for the legend
        axis.legend(loc="upper left")
    figure.savefig(path, facecolor="white", metadata={"Date": None})
    plt.close(figure)


def render(rows: list[dict[str, Any]]) -> str:
    """Write the page from the rows."""
    about = (
        "Made by `python -m benchmarks.fleet_growth` from the data set of `python -m benchmarks.fleet`. Each row is a "
        "process of its own that solves a fleet for the fewest hosts, with the placement of every distinct host, and "
        f"checks the certificate; a time limit of {LIMIT_S:.0f} s ends the search where "
        "the bound is not met. "
        "Hosts that are drawn from the data set have at most a few hundred types, so that more hosts cost no more than "
        "the names of their guests; of hosts that all differ each is a type, and each in use is placed for itself. A "
        "certificate has a price for each class of guests; its check looks at every type."
    )
    head = "| series | hosts | guests | types | found | bound | cpu s | MiB | certificate, bytes | check, cpu s |\n"
    head += f"| --- |{' --: |' * 9}\n"
    lines = [
        f"| {row['series']} | {int(row['hosts']):,} | {int(row['guests']):,} | {int(row['types']):,} "
        f"| {int(row['value']):,} | {int(row['bound']):,} | {float(row['cpu_s']):.2f} | {row['mib']} "
        f"| {row['certificate_bytes']} | {float(row['check_cpu_s']):.3f} |\n"
        for row in rows
    ]
    picture = "![Time and memory against hosts and guests, the check against types](results/fleet_growth.svg)"
    return f"# How fleets grow\n\n{fill(about, 120)}\n\n{picture}\n\n{head}{''.join(lines)}"


def main(arguments: list[str] | None = None) -> int:
    """Measure each point in a process of its own, and write table, plot and page."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fleet_growth", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, help="the folder of the data set")
    parser.add_argument("--report", action="store_true", help="only plot and write the page from the results")
    parser.add_argument("--one", nargs=3, metavar=("SERIES", "HOSTS", "GUESTS"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if not given.report:
        known = Path(os.environ["PLACER_CORPUS"]) / "fleet" if "PLACER_CORPUS" in os.environ else None
        corpus = given.corpus or known
        if corpus is None:
            parser.error("--corpus is missing, and PLACER_CORPUS is not set")
        if given.one is not None:
            series, hosts, guests = given.one
            print(json.dumps(measure(series, int(hosts), int(guests), corpus)))
            return 0
        _measure_all(corpus)
    with RESULTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    plot(rows, PLOT)
    PAGE.write_text(render(rows), encoding="utf-8")
    return 0


def _measure_all(corpus: Path) -> None:
    rows = []
    for series, points in POINTS.items():
        for hosts, guests in points:
            print(f"{series}: {hosts} hosts, {guests} guests", file=sys.stderr, flush=True)
            command = [sys.executable, "-m", "benchmarks.fleet_growth", "--corpus", str(corpus)]
            command += ["--one", series, str(hosts), str(guests)]
            ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            rows.append(json.loads(ran.stdout))
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
