"""The page and the plot of guests that come to a fleet one by one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from benchmarks.result_rows import Row

FOLDER = Path(__file__).parent
PAGE = FOLDER / "fleet_time.md"
RESULTS, PLOT = FOLDER / "results" / "fleet_time.csv", FOLDER / "results" / "fleet_time.svg"
COLUMNS = ("kind", "case", "policy", "held", "refused", "asked", "median_ms", "mean_ms", "curve")
OURS = "placer"
LEAST = {"C1,C2,C1": 0.994, "C2,C1,C2": 0.97}
"""The part of the bound that is aimed at; for the mean of the shuffles ``LEAST_SHUFFLED``."""
LEAST_SHUFFLED, MOST_MS, MOST_REFUSED = 0.99, 5.0, 0.25
SAMPLES = 100
"""Guests between two points of a plot."""
CURVE = "C1,C2,C1"
"""The sequence whose filling is plotted."""
STYLES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")


def policies(rows: Sequence[Row]) -> list[str]:
    """Give the policies, placer first."""
    return [name for name in dict.fromkeys(row["policy"] for row in rows) if name != "bound"]


def cases(rows: Sequence[Row], kind: str) -> list[str]:
    """Give the cases of a kind."""
    return list(dict.fromkeys(row["case"] for row in rows if row["kind"] == kind))


def of(rows: Sequence[Row], kind: str, case: str, policy: str) -> Row:
    """Give one row."""
    return next(row for row in rows if (row["kind"], row["case"], row["policy"]) == (kind, case, policy))


def share(rows: Sequence[Row], case: str, policy: str) -> float:
    """Give the part of the bound that a policy holds until the first request is refused."""
    return int(of(rows, "filling", case, policy)["held"]) / int(of(rows, "filling", case, "bound")["held"])


def refused(rows: Sequence[Row], case: str, policy: str) -> float:
    """Give the part of the vcpus asked for that is refused."""
    row = of(rows, "churn", case, policy)
    return int(row["refused"]) / int(row["asked"])


def best_peer(rows: Sequence[Row], case: str) -> float:
    """Give the part that the best peer refuses."""
    return min(refused(rows, case, policy) for policy in policies(rows) if policy != OURS)


def misses(rows: Sequence[Row]) -> list[str]:
    """Name every aim that is missed, with its figures."""
    missed = []
    for case, least in LEAST.items():
        part = share(rows, case, OURS)
        if part < least:
            missed.append(f"{case}: {100 * part:.2f} % of the bound, aimed at {100 * least:.1f} %")
    shuffles = [case for case in cases(rows, "filling") if case.startswith("shuffle")]
    mean = sum(share(rows, case, OURS) for case in shuffles) / len(shuffles)
    if mean < LEAST_SHUFFLED:
        missed.append(f"shuffles: {100 * mean:.2f} % of the bound in the mean, aimed at {100 * LEAST_SHUFFLED:.0f} %")
    for case in cases(rows, "churn"):
        most, own = MOST_REFUSED * best_peer(rows, case), refused(rows, case, OURS)
        if own > most:
            missed.append(f"churn, {case}: {100 * own:.2f} % refused, aimed at {100 * most:.2f} %")
    for row in rows:
        slow = row["policy"] == OURS and row["median_ms"] and float(row["median_ms"]) > MOST_MS
        if slow:
            missed.append(f"{row['case']}: {row['median_ms']} ms a guest in the median, aimed at {MOST_MS:g}")
    return missed


def render(rows: Sequence[Row]) -> str:
    """Write the page from the rows."""
    about = (
        "Made by `python -m benchmarks.fleet_time` from the data set of `python -m benchmarks.fleet`. Guests come one "
        "after the other, and each gets host and pnodes before the next one comes. Peers are restated in "
        "benchmarks/fleet_peers.py, and get the same guests. placer begins without knowing what will come; it has one "
        "set of parameters, chosen on the sequences and on seeds 1 and 2 of churn. Milliseconds are of the cpu, with "
        "the placement on the host, its check, and the linear programs, on a machine that did other work."
    )
    names = policies(rows)
    head = f"| | {' | '.join(names)} |\n| --- |{' --: |' * len(names)}\n"
    lines = [f"# A fleet in time\n\n{fill(about, 120)}\n\n## Requests until the first is refused\n"]
    lines.append(
        "\n1,710 hosts; in percent of the bound: the most that anybody holds who knows what comes and moves guests.\n\n"
    )
    lines.append(head.replace("| |", "| requests, bound |", 1))
    for case in cases(rows, "filling"):
        most = int(of(rows, "filling", case, "bound")["held"])
        parts = [
            f"{int(of(rows, 'filling', case, name)['held']):,} ({100 * share(rows, case, name):.1f})" for name in names
        ]
        lines.append(f"| {case}, {most:,} | {' | '.join(parts)} |\n")
    lines.append(_mean_line(rows, names))
    lines.append(
        "\n## Guests that come and leave\n\nPercent of the vcpus asked for that are refused, on 200 hosts, after a "
        "third of 7,000 guests.\nLifetimes are exponential.\n\n"
    )
    lines.append(head.replace("| |", "| vcpus asked for |", 1))
    for case in cases(rows, "churn"):
        parts = [f"{100 * refused(rows, case, name):.2f}" for name in names]
        lines.append(f"| {case} | {' | '.join(parts)} |\n")
    missed = misses(rows)
    said = "Missed: " + "; ".join(missed) + "." if missed else "Every aim is met."
    picture = "![Held vcpus against guests that came](results/fleet_time.svg)"
    return "".join(lines) + f"\n{picture}\n\n{_times(rows)}\n\n{fill(said, 120)}\n"


def _mean_line(rows: Sequence[Row], names: Sequence[str]) -> str:
    shuffles = [case for case in cases(rows, "filling") if case.startswith("shuffle")]
    means = [sum(share(rows, case, name) for case in shuffles) / len(shuffles) for name in names]
    return f"| mean of the shuffles | {' | '.join(f'{100 * mean:.2f} %' for mean in means)} |\n"


def _times(rows: Sequence[Row]) -> str:
    own = [row for row in rows if row["policy"] == OURS and row["median_ms"]]
    worst = max(float(row["median_ms"]) for row in own)
    mean = max(float(row["mean_ms"]) for row in own)
    return fill(
        f"placer takes at most {worst:.1f} ms a guest in the median of a case, and {mean:.1f} ms in the mean.", 120
    )


def plot(rows: Sequence[Row], path: Path) -> None:
    """Plot the vcpus that are held against the guests that came, for all policies: filling, and churn at both loads."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "placer", "font.size": 9, "axes.grid": True, "grid.alpha": 0.3})
    from matplotlib import pyplot as plt

    churn = [case for case in cases(rows, "churn") if case.endswith("seed 3")]
    panels = [("curve", CURVE), *(("churn", case) for case in churn)]
    figure, axes = plt.subplots(1, len(panels), figsize=(4.2 * len(panels), 4.0), layout="constrained", squeeze=False)
    for axis, (kind, case) in zip(axes.flat, panels, strict=True):
        for colour, name in zip(STYLES, policies(rows), strict=False):
            held = [100 * float(each) for each in of(rows, kind, case, name)["curve"].split()]
            axis.plot([i * SAMPLES for i in range(len(held))], held, color=colour, label=name, linewidth=1)
        axis.set(xlabel="guests that came", ylabel="percent of pcpus held", title=case)
    axes.flat[0].legend(fontsize=7)
    figure.savefig(path, facecolor="white", metadata={"Date": None})
    plt.close(figure)
