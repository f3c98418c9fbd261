"""Plots of the committed results, with a white background, so that they are readable on light and dark pages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

from benchmarks.hosts import LOADS
from benchmarks.ranking import PRICES, SHARING, on_common_loads, ratios_at
from benchmarks.runs import Row
from benchmarks.summaries import geometric_mean, known_ahead, loaded_hosts, of, ratios, total
from benchmarks.tables import GREEDY, SIX, batches, size

STYLES = {
    "random": ("#999999", ":", "x"),
    "libvirt": ("#E69F00", "-", "s"),
    "libxl": ("#56B4E9", "-", "D"),
    "xenopsd": ("#CC79A7", "-", "^"),
    "nova": ("#D55E00", "-", "v"),
    "nova itself": ("#D55E00", "--", "1"),
    "first-fit": ("#000000", "-", "o"),
    "first-fit-decreasing": ("#000000", ":", "P"),
    "best-fit": ("#7A6A00", "--", "*"),
    "local-search": ("#009E73", "--", "<"),
    "cpsat": ("#0072B2", "--", ">"),
    "optimal": ("#0072B2", "-", "h"),
}
"""Of lines: Okabe and Ito's palette, told apart by the colour-blind; lines and markers differ too."""
CAP_S = 10.0
Nova = list[dict[str, str]]
"""Rows of what nova itself answered."""


def plot(full: list[Row], nova: Nova, folder: Path) -> None:
    """Write four plots: quality against load, greedy algorithms on six hosts, prices of a core, time against size."""
    style = {"svg.hashsalt": "placer", "font.size": 9, "axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True}
    mpl.rcParams.update(style)
    quality(full, folder / "quality.svg")
    greedy(full, folder / "greedy.svg")
    prices(full, folder / "prices.svg")
    time(full, nova, folder / "time.svg")


def quality(rows: list[Row], path: Path) -> None:
    """Plot each contestant's cost against the optimum's and the guests it leaves out, by load, for batches."""
    known = batches(rows)
    figure, (cost, left) = _figure(2, (9.5, 4.4))
    for name in [name for name in STYLES if name not in ("cpsat", "nova itself", "first-fit-decreasing")]:
        here = [of(known, contestant=name, load=load) for load in LOADS]
        means = [geometric_mean(found) if (found := ratios(part, "cost_ratio")) else None for part in here]
        _line(cost, name, list(LOADS), means)
        out = [100 * (1 - total(part, "placed_guests") / max(1, total(part, "guests"))) for part in here]
        _line(left, name, list(LOADS), out)
    ticks = [load.replace("fragmented", "frag-\nmented") for load in LOADS]
    cost.set_ylabel("cost, ratio to the optimum\n(geometric mean of runs that place all)")
    left.set_ylabel("guests left without a place, %")
    for axes in (cost, left):
        axes.set_xticks(range(len(ticks)), ticks)
        axes.set_xlabel("memory and cpus in use before, mean of the host's pnodes")
    _save(figure, cost, "Batches of guests known ahead, by load of the host", path)


def greedy(rows: list[Row], path: Path) -> None:
    """Plot the cost of each greedy algorithm above the optimum on six real hosts."""
    known = known_ahead(loaded_hosts(rows))
    hosts = [host for host in SIX if of(known, host=host)]
    figure, (axes,) = _figure(1, (8.5, 4.6))
    for i, name in enumerate(GREEDY):
        colour, _, marker = STYLES[name]
        means = [ratios(of(known, host=host, contestant=name), "cost_ratio") for host in hosts]
        x = [100 * (geometric_mean(found) - 1) if found else None for found in means]
        y = [h + (i - 2.5) / 8 for h in range(len(hosts))]
        axes.hlines(y, 0, x, color=colour, linewidth=1.2, alpha=0.6)
        axes.plot(x, y, marker, color=colour, label=name, markersize=6)
    axes.set_yticks(range(len(hosts)), [SIX[host] for host in hosts])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("cost of access and shared cores above the optimum, % (geometric mean of runs that place all)")
    _save(figure, axes, "What greedy costs you on six real hosts", path)


def prices(rows: list[Row], path: Path) -> None:
    """Plot how the contestants rank at each price of a shared core, and by core sharing alone."""
    known = on_common_loads(rows)
    at = [ratios_at(known, price) for price in (*PRICES, SHARING)]
    figure, (axes,) = _figure(1, (8.5, 4.6))
    for name in [name for name in STYLES if name in at[0] and name not in ("cpsat", "local-search")]:
        _line(axes, name, [*map(str, PRICES), SHARING], [found[name] for found in at])
    axes.set_xlabel("price of a shared core for each vcpu in it, in units of mean distance (placer's own: 15)")
    axes.set_ylabel("cost, ratio to placer's placements\n(geometric mean)")
    _save(figure, axes, "The loads that every contestant places whole", path)


def time(rows: list[Row], nova: Nova, path: Path) -> None:
    """Plot time against the number of vnodes and pnodes."""
    known = [row for row in rows if row["shape"].startswith("tight-")]
    figure, panels = _figure(3, (11, 4.4), sharey=True)
    titles = ("as many vnodes as pnodes", "4 vnodes on more pnodes", "more vnodes on 64 pnodes")
    labels = ("vnodes and pnodes", "pnodes", "vnodes of the guest")
    for i, axes in enumerate(panels):
        for name in STYLES:
            points = _own_points(nova, i) if name == "nova itself" else _points(of(known, contestant=name), i)
            sizes = sorted({x for x, _ in points})
            _line(axes, name, sizes, [max(t for x, t in points if x == s) for s in sizes])
        axes.axhline(CAP_S, color="black", linewidth=0.8)
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xticks([2, 4, 8, 16, 32, 64], ["2", "4", "8", "16", "32", "64"])
        axes.set_title(titles[i], fontsize=9)
        axes.set_xlabel(labels[i])
    panels[0].set_ylabel("cpu time of a run in s, one worker; line: cap of 10 s")
    _save(figure, panels[0], "Time to place one guest that just fits a fragmented host", path)


def _points(rows: list[Row], panel: int) -> list[tuple[int, float]]:
    return [
        (x, max(1e-5, float(row["cpu_s"] or CAP_S))) for row in rows if (x := _position(*size(row), panel)) is not None
    ]


def _own_points(nova: Nova, panel: int) -> list[tuple[int, float]]:
    """Do the same for nova itself."""
    found = [(float(row["seconds"]), *map(int, row["cells"].split())) for row in nova if row["kind"] == "scaling"]
    places = [(_position(int(n), int(m), panel), seconds) for seconds, n, m in found]
    return [(x, seconds) for x, seconds in places if x is not None]


def _position(vnodes: int, pnodes: int, panel: int) -> int | None:
    """Give the position of a size in a panel; None if the panel does not show it."""
    inside = (vnodes == pnodes, vnodes == 4, pnodes == 64)[panel]
    return (vnodes, pnodes, vnodes)[panel] if inside else None


def _line(axes: Any, name: str, x: Iterable[Any], y: Iterable[float | None]) -> None:
    colour, dash, marker = STYLES[name]
    axes.plot(list(x), list(y), dash, marker=marker, color=colour, label=name, linewidth=1.3, markersize=5)


def _figure(count: int, inches: tuple[float, float], *, sharey: bool = False) -> tuple[Any, Any]:
    how: dict[str, Any] = {"facecolor": "white", "layout": "constrained"}
    figure, axes = plt.subplots(1, count, figsize=inches, squeeze=False, sharey=sharey, **how)
    return figure, axes[0]


def _save(figure: Any, axes: Any, title: str, path: Path) -> None:
    figure.suptitle(title, fontsize=10)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center", frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
