"""Markdown tables of results; every figure in them is computed from the CSV."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean, median

from benchmarks.hosts import LOADS
from benchmarks.runs import Row, complete
from benchmarks.shapes import SET
from benchmarks.summaries import (
    better,
    geometric_mean,
    known_ahead,
    loaded_hosts,
    names,
    numbers,
    of,
    p95,
    ratios,
    sharing,
    total,
)
from benchmarks.workloads import GQAP

ARRIVALS = {
    "one": "A single guest",
    "batch": "A batch known ahead",
    "storm": "The same guests in order, each without knowledge of the next",
}
SIX = {
    "xeon-2s": "2 x Xeon E5-2695 v2, 2 pnodes",
    "kunpeng-uneven": "2 x Kunpeng 920, 4 pnodes",
    "power9-sparse": "2 x POWER9 with GPUs, 6 pnodes",
    "epyc-8n": "2 x EPYC 7551, 8 pnodes",
    "opteron-8n": "4 x Opteron 6272, 8 pnodes",
    "hygon-memoryless": "2 x Hygon, 8 pnodes",
}
"""Real hosts of the table about greedy algorithms, with their names."""
NOISE_MIB = 16
"""Differences of memory below this are noise of the runner."""
GREEDY = ("first-fit", "libvirt", "libxl", "xenopsd", "nova", "best-fit")


def table(head: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """
    Lay out a Markdown table with numbers aligned to the right.

    Examples
    --------
    >>> print(table(("name", "n"), [("a", "1")]), end="")
    | name | n |
    | --- | --: |
    | a | 1 |
    """
    head = list(head)
    rule = ["---", *["--:"] * (len(head) - 1)]
    return "".join(f"| {' | '.join(line)} |\n" for line in [head, rule, *lines])


def quality(rows: list[Row]) -> str:
    """Write the placed guests and their costs on hosts under load, a table for each arrival."""
    known = loaded_hosts(rows)
    parts = [
        f"#### {title}\n\n{costs(chosen)}"
        for arrival, title in ARRIVALS.items()
        if (chosen := of(known, arrival=arrival))
    ]
    return "\n".join(parts)


def costs(rows: list[Row]) -> str:
    """Write the placed guests of each contestant and their costs."""
    head = (
        *("contestant", "guests placed", "vnodes placed", "break a rule", "compared", "cost", "median", "worst"),
        *("mean distance", "ratio", "median", "worst", "core sharing"),
    )
    return table(head, [_quality(name, of(rows, contestant=name)) for name in names(rows)])


def _quality(name: str, rows: list[Row]) -> tuple[str, ...]:
    cost, distance = ratios(rows, "cost_ratio"), ratios(rows, "ratio")
    whole = [row for row in rows if row["cost_ratio"]]
    return (
        name,
        f"{total(rows, 'placed_guests')} of {total(rows, 'guests')}",
        f"{total(rows, 'placed_vnodes')} of {total(rows, 'vnodes')}",
        str(sum(row["violations"] not in ("", "0") for row in rows)),
        f"{len(cost)} of {len(rows)}",
        *_spread(cost),
        f"{fmean(numbers(whole, 'mean_distance')):.1f}" if whole else "",
        *_spread(distance),
        f"{fmean(map(sharing, whole)):.2f}" if whole else "",
    )


def _spread(values: list[float]) -> tuple[str, str, str]:
    if not values:
        return "", "", ""
    return f"{geometric_mean(values):.3f}", f"{median(values):.3f}", f"{max(values):.2f}"


def effort(rows: list[Row]) -> str:
    """Write CPU time, memory and proofs of each contestant."""
    known = loaded_hosts(rows)
    head = (
        *("contestant", "proved", "gap where not, mean", "worst", "ended at the cap or failed"),
        *("cpu ms, one guest", "p95", "batch", "p95", "storm", "p95", "MiB, median", "most"),
    )
    return table(head, [_effort(name, of(known, contestant=name)) for name in names(known)])


def _effort(name: str, rows: list[Row]) -> tuple[str, ...]:
    gaps = [float(row["gap"]) for row in rows if row["gap"] and row["status"] != "OPTIMAL"]
    lost = [row for row in rows if row["status"] in ("CAPPED", "FAILED")]
    memory = numbers(rows, "peak_mib")
    times = [[1000 * t for t in numbers(of(rows, arrival=arrival), "cpu_s")] for arrival in ARRIVALS]
    return (
        name,
        f"{len(of(rows, status='OPTIMAL'))} of {len(rows)}",
        *((f"{100 * fmean(gaps):.1f} %", f"{100 * max(gaps):.1f} %") if gaps else ("", "")),
        str(len(lost)),
        *(text for t in times for text in ((f"{median(t):.1f}", f"{p95(t):.1f}") if t else ("", ""))),
        f"{median(memory):.0f}",
        f"{max(memory):.0f}",
    )


def losses(rows: list[Row]) -> str:
    """Count where a contestant beats placer's optimal on some measure."""
    known = loaded_hosts(rows)
    head = (
        *("contestant", "less time", f"less memory, by {NOISE_MIB} MiB", "more guests placed"),
        *("lower mean distance", "less core sharing", "lower cost"),
    )
    return table(head, [_losses(name, known) for name in names(known) if name != "optimal"])


def _losses(name: str, known: list[Row]) -> tuple[str, ...]:
    return (
        name,
        better(known, name, lambda row: float(row["cpu_s"])),
        better(known, name, lambda row: float(row["peak_mib"]), margin=NOISE_MIB),
        better(known, name, lambda row: -float(row["placed_guests"])),
        better(known, name, lambda row: float(row["mean_distance"]), placed=True),
        better(known, name, lambda row: float(row["core_sharing"]), placed=True),
        better(known, name, lambda row: float(row["cost"]), placed=True),
    )


def by_load(rows: list[Row]) -> str:
    """Write the cost of batches above the optimum, and the guests left out, for each load."""
    known = batches(rows)
    lines = [(name, *(_left(of(known, contestant=name, load=load)) for load in LOADS)) for name in names(known)]
    return table(("contestant", *LOADS), lines)


def batches(rows: list[Row]) -> list[Row]:
    """Keep the batches on hosts that were tried under every load, so that loads can be compared."""
    known = of(loaded_hosts(rows), arrival="batch")
    loads = {host: {row["load"] for row in of(known, host=host)} for host in {row["host"] for row in known}}
    return [row for row in known if loads[row["host"]] == set(LOADS)]


def six(rows: list[Row]) -> str:
    """Write the cost of greedy algorithms on six hosts."""
    known = known_ahead(loaded_hosts(rows))
    return _by_host(known, {host: f"{title} ({host})" for host, title in SIX.items() if of(known, host=host)}, GREEDY)


def without_numa(rows: list[Row]) -> str:
    """Write the placed guests that see no NUMA and their costs: of each contestant, and on each host."""
    known = of(rows, shape=SET)
    ahead = known_ahead(known)
    peers = [name for name in names(known) if name != "optimal"]
    return f"{costs(known)}\n{_by_host(ahead, {row['host']: row['host'] for row in ahead}, peers)}"


def _by_host(rows: list[Row], titles: dict[str, str], peers: Iterable[str]) -> str:
    lines = [
        (title, *(_left(of(rows, contestant=name, host=host)) for name in peers)) for host, title in titles.items()
    ]
    return table(("host", *peers), lines)


def _left(rows: list[Row]) -> str:
    """Write by how much the cost is above the optimum, and the guests left out."""
    cost = ratios(rows, "cost_ratio")
    left = total(rows, "guests") - total(rows, "placed_guests")
    gain = f"{100 * (geometric_mean(cost) - 1):.0f} %" if cost else "-"
    return f"{gain}, {left} out" if left else gain


def growth(rows: list[Row]) -> str:
    """Write the largest number of vnodes that each contestant places within the cap."""
    known = [row for row in rows if row["shape"].startswith("tight-")]
    head = ("contestant", "as many vnodes as pnodes", "4 vnodes, pnodes", "64 pnodes, vnodes", "places the guest")
    lines = []
    for name in names(known):
        own = of(known, contestant=name)
        series = (
            [row for row in own if size(row)[0] == size(row)[1]],
            [row for row in own if size(row)[0] == 4],
            [row for row in own if size(row)[1] == 64],
        )
        tops = (_top(series[0], 0), _top(series[1], 1), _top(series[2], 0))
        lines.append((name, *tops, f"{sum(map(complete, own))} of {len(own)}"))
    return table(head, lines)


def size(row: Row) -> tuple[int, int]:
    """Read vnodes and pnodes of a run of the scaling series."""
    return int(row["shape"].removeprefix("tight-")), int(row["host"].removeprefix("tree-"))


def _top(rows: list[Row], which: int) -> str:
    """Give the largest size up to which every run ended, and the first at which one did not."""
    failed = [size(row)[which] for row in rows if row["status"] in ("CAPPED", "FAILED")]
    ended = [size(row)[which] for row in rows if not failed or size(row)[which] < min(failed)]
    return (f"{max(ended)}" if ended else "none") + (f" ({min(failed)} capped)" if failed else "")


def assignments(rows: list[Row]) -> str:
    """Write the ratios of each contestant to the best known values of the quadratic assignments."""
    known = of(rows, shape=GQAP)
    head = ("contestant", "assigned", "best known value", "value", "worst", "proved", "cpu s, median", "p95")
    return table(head, [_assigned(name, of(known, contestant=name)) for name in names(known)])


def _assigned(name: str, rows: list[Row]) -> tuple[str, ...]:
    cost, times = ratios(rows, "cost_ratio"), numbers(rows, "cpu_s")
    return (
        name,
        f"{len(numbers(rows, 'cost'))} of {len(rows)}",
        f"{sum(ratio < 1 + EQUAL_VALUE for ratio in cost)} of {len(rows)}",
        *((f"{geometric_mean(cost):.3f}", f"{max(cost):.2f}") if cost else ("", "")),
        f"{len(of(rows, status='OPTIMAL'))} of {len(rows)}",
        *((f"{median(times):.2f}", f"{p95(times):.2f}") if times else ("", "")),
    )


EQUAL_VALUE = 0.00005
