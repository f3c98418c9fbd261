"""The page benchmarks/arrivals.md: tables of guests placed against cost, and of guests refused under churn."""

from __future__ import annotations

from collections import defaultdict
from math import inf
from pathlib import Path

from benchmarks.result_rows import Row
from benchmarks.shapes import SET
from benchmarks.summaries import geometric_mean, of, total
from benchmarks.tables import table
from benchmarks.workloads import FLEET
from placer.expected.worth import PRICE

PAGE = Path(__file__).parent / "arrivals.md"
COLUMNS = (
    *("set", "contestant", "host", "shape", "load", "seed"),
    *("guests", "placed", "cost", "refused", "asked_gib", "refused_gib"),
)
LEFT_OUT = (FLEET, SET)
"""Guests of the full set that do not come here."""
TEXT = """\
# Arrivals one after the other

Each guest is placed without knowledge of the next, and of placer's own runs each learns the shapes of the guests that
came so far (`placer.learnt`), those that found no place included. `optimal 0` is placer without the term
`future_capacity`, the other numbers are prices of the room for a guest, in units of mean distance for each of its
vcpus; `room-first` is the objective of that name, with the term in a tier of its own above the cost. Cost (access
distance and core sharing) is the geometric mean of the ratios to `optimal 0` over the loads that both place whole.
Written by `python -m benchmarks.arrivals`; placer {commit}; results in [results/arrivals.csv](results/arrivals.csv).

## The full set, by which the price was chosen

The arrivals of the [full set](README.md#the-full-set) without the fleet and without guests on sets of pnodes, seeds 1
and 2. Known ahead, {ahead:,} guests can be placed.

{chosen}
{verdict}

## Other seeds

The same hosts, loads and kinds of guests with seeds 3 and 4, of which nothing was chosen.

{others}
## Guests that come and go

Shapes that people buy, small ones more often, come at random and stay for exponential times; the load is the memory
that they ask for at a time as a part of what is free on an empty host. 120 guests each, the first 30 uncounted, six
seeds.

{churn}"""


def page(rows: list[Row], full: list[Row], commit: str) -> str:
    """Lay out the page from its own results and those of the full set."""
    known = [row for row in rows if row["set"] == "chosen on"]
    placed = {name: sum(int(row["placed"]) for row in each) for name, each in _by_contestant(_shared(known)).items()}
    return TEXT.format(
        commit=commit,
        ahead=total(
            [row for row in of(full, contestant="optimal", arrival="batch") if row["shape"] not in LEFT_OUT],
            "placed_guests",
        ),
        verdict=verdict(placed),
        chosen=front(known),
        others=front([row for row in rows if row["set"] == "other seeds"]),
        churn=refusals([row for row in rows if row["set"] == "churn"]),
    )


def verdict(placed: dict[str, int]) -> str:
    """Say which price was chosen, and how it compares with the contestants that know no price."""
    others = max((placed[name] for name in ("best-fit", "first-fit") if name in placed), default=0)
    mine = placed.get(f"optimal {PRICE}", 0)
    than = "no fewer guests than" if mine >= others else f"{others - mine} guests fewer than"
    return f"The price chosen is {PRICE}: there placer places {than} best-fit and first-fit."


def front(rows: list[Row]) -> str:
    """Tabulate guests placed against cost."""
    by_name = _by_contestant(_shared(rows))
    today = {_load(row): row for row in by_name.get("optimal 0", [])}
    lines = []
    for name, each in by_name.items():
        whole = [row for row in each if row["guests"] == row["placed"]]
        both = [
            (int(row["cost"]), int(today[_load(row)]["cost"]))
            for row in whole
            if _load(row) in today and today[_load(row)]["guests"] == today[_load(row)]["placed"]
        ]
        ratios = [cost / before for cost, before in both if cost and before]
        placed, total = (sum(int(row[column]) for row in each) for column in ("placed", "guests"))
        fewer = sum(int(row["placed"]) < int(today[_load(row)]["placed"]) for row in each if _load(row) in today)
        mean = f"{geometric_mean(ratios):.3f}" if ratios else ""
        lines.append((name, f"{placed} of {total}", f"{len(whole)} of {len(each)}", mean, f"{fewer}"))
    return table(
        ("contestant", "guests placed", "loads placed whole", "cost", "loads with fewer than optimal 0"), lines
    )


def refusals(rows: list[Row]) -> str:
    """Tabulate refused guests and memory by load, and in total."""
    rows = _shared(rows)
    names = list(_by_contestant(rows))
    loads = list(dict.fromkeys((row["host"], row["load"]) for row in rows))
    lines = []
    for load in (*loads, None):
        cells = []
        for name in names:
            here = [
                row
                for row in rows
                if row["contestant"] == name and (load is None or (row["host"], row["load"]) == load)
            ]
            refused, gib = (sum(int(row[column]) for row in here) for column in ("refused", "refused_gib"))
            cells.append(f"{refused}, {gib:,} GiB")
        lines.append((*(load or ("all", "")), *cells))
    return table(("host", "load", *names), lines) + least(rows, names)


def least(rows: list[Row], names: list[str]) -> str:
    """Say who refused the least memory and the fewest guests in all, with the part of what was asked for."""
    if not rows:
        return ""
    totals = {
        column: {name: total(of(rows, contestant=name), column) for name in names}
        for column in ("refused_gib", "refused", "asked_gib", "guests")
    }
    said = []
    for column, of_all, words in (
        ("refused_gib", "asked_gib", "the least memory"),
        ("refused", "guests", "the fewest guests"),
    ):
        name = min(names, key=lambda each: totals[column][each])
        part = totals[column][name] / totals[of_all][name]
        said.append(f"{name} refuses {words} ({part:.1%} of what is asked for)")
    return f"\nIn all {said[0]}, {said[1]}.\n"


def _shared(rows: list[Row]) -> list[Row]:
    """Keep the loads that every contestant was run on, should a run have been broken off."""
    names = {row["contestant"] for row in rows}
    done: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in rows:
        done[_load(row)].add(row["contestant"])
    return [row for row in rows if done[_load(row)] == names]


def _by_contestant(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["contestant"]].append(row)
    return dict(sorted(found.items(), key=lambda each: _rank(each[0])))


def _rank(contestant: str) -> tuple[str, float]:
    """Sort by name and by price, what comes before the cost last."""
    name, _, price = contestant.partition(" ")
    return name, float(price or 0) if price.replace(".", "").isdigit() or not price else inf


def _load(row: Row) -> tuple[str, ...]:
    return (row["host"], row["shape"], row["load"], row["seed"])
