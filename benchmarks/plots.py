"""Plots of the committed results; on a white ground of their own, readable on light and dark pages."""

from __future__ import annotations

from pathlib import Path
from statistics import median, quantiles
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

from benchmarks.report import geometric_mean, loaded_hosts, names, ratios
from benchmarks.runs import Row

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
"""Okabe and Ito's palette, told apart by the colour-blind; markers differ too."""
MARKERS = "osD^vP"


def plot(rows: list[Row], folder: Path) -> None:
    """Write quality against load, and time."""
    mpl.rcParams.update({"svg.hashsalt": "placer", "font.size": 10, "axes.grid": True, "grid.alpha": 0.3})
    quality(rows, folder / "quality.svg")
    time(rows, folder / "time.svg")


def quality(rows: list[Row], path: Path) -> None:
    """Plot each contestant's cost against the optimum's, by load."""
    known = [row for row in loaded_hosts(rows) if row["arrival"] == "batch"]
    axes, contestants = _axes(rows)
    for i, load in enumerate(dict.fromkeys(row["load"] for row in known)):
        here = [row for row in known if row["load"] == load]
        points = [
            (geometric_mean(found), y)
            for y, name in enumerate(contestants)
            if (found := ratios([row for row in here if row["contestant"] == name], "cost_ratio"))
        ]
        x, y = zip(*points, strict=True)
        axes.plot(x, y, MARKERS[i], color=COLOURS[i], label=load, alpha=0.85)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("cost of access and shared cores, ratio to the optimum (geometric mean)")
    axes.set_title("Batches known ahead, by load of the host; runs that place every guest", fontsize=10)
    _save(axes, path, "load")


def time(rows: list[Row], path: Path) -> None:
    """Plot how long each contestant takes."""
    axes, contestants = _axes(rows)
    times = {
        name: [1000 * float(row["time_s"]) for row in loaded_hosts(rows) if row["contestant"] == name]
        for name in contestants
    }
    axes.plot([median(t) for t in times.values()], range(len(times)), "o", color=COLOURS[0], label="median")
    p95 = [quantiles(t, n=20)[-1] for t in times.values()]
    axes.plot(p95, range(len(times)), "D", color=COLOURS[3], label="95th percentile")
    axes.set_xscale("log")
    axes.set_xlabel("time of a run in ms, one worker")
    _save(axes, path, None)


def _axes(rows: list[Row]) -> tuple[Any, list[str]]:
    axes = plt.subplots(figsize=(7.5, 4.2), facecolor="white", layout="constrained")[1]
    contestants = names(rows)
    axes.set_yticks(range(len(contestants)), contestants)
    axes.invert_yaxis()
    return axes, contestants


def _save(axes: Any, path: Path, title: str | None) -> None:
    axes.legend(title=title)
    axes.figure.savefig(path, metadata={"Date": None})
    plt.close(axes.figure)
