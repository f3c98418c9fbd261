"""Selections of rows of results, and averages over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import exp, log
from statistics import quantiles

from benchmarks.runs import Row, complete, row_key
from benchmarks.shapes import SET
from benchmarks.workloads import FLEET, GQAP

EQUAL = 0.0001
"""Ratios that differ by less count as equal."""
OWN = ("local-search", "cpsat", "optimal")
"""Contestants that are searches of placer, and no reimplementations."""


def loaded_hosts(rows: list[Row]) -> list[Row]:
    """Leave out vectors of 2013, guests without NUMA, quadratic assignments, a cloud's fleet and the scaling series."""
    others = ("vector", SET, GQAP, FLEET)
    return [row for row in rows if row["shape"] not in others and not row["shape"].startswith("tight-")]


def known_ahead(rows: Iterable[Row]) -> list[Row]:
    """Leave out storms, whose guests come one after the other."""
    return [row for row in rows if row["arrival"] != "storm"]


def names(rows: list[Row]) -> list[str]:
    """List the contestants in the order of the results."""
    return list(dict.fromkeys(row["contestant"] for row in rows))


def of(rows: Iterable[Row], **wanted: str) -> list[Row]:
    """Select rows by values of columns."""
    return [row for row in rows if all(row[column] == value for column, value in wanted.items())]


def geometric_mean(values: Iterable[float]) -> float:
    """
    Give the geometric mean of ratios.

    Examples
    --------
    >>> geometric_mean([0.5, 2.0])
    1.0
    """
    logs = [log(value) for value in values]
    return exp(sum(logs) / len(logs))


def p95(values: list[float]) -> float:
    """
    Give the 95th percentile.

    Examples
    --------
    >>> p95([3.0])
    3.0
    """
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def ratios(rows: Iterable[Row], column: str) -> list[float]:
    """List the ratios to the optimum of all runs that have one."""
    return [float(row[column]) for row in rows if row[column]]


def numbers(rows: Iterable[Row], column: str) -> list[float]:
    """List the numbers in a column, of all runs that ended."""
    return [float(row[column]) for row in rows if row[column]]


def total(rows: Iterable[Row], column: str) -> int:
    """Add up a column."""
    return sum(int(row[column] or 0) for row in rows)


def sharing(row: Row) -> float:
    """Give the cost of shared cores for each vcpu, in units of its mean distance."""
    traffic = float(row["access_distance"]) / float(row["mean_distance"])
    return float(row["core_sharing"]) / traffic


def beside(rows: list[Row], name: str) -> Iterator[tuple[Row, Row]]:
    """Pair the runs of a contestant with runs of optimal on the same workload, if both ended."""
    best = {row_key(row)[1:]: row for row in of(rows, contestant="optimal")}
    for row in of(rows, contestant=name):
        other = best.get(row_key(row)[1:])
        if other is not None and row["guests"] and other["guests"]:
            yield row, other


def better(
    rows: list[Row], name: str, value: Callable[[Row], float], *, placed: bool = False, margin: float = 0.0
) -> str:
    """Count the runs in which a contestant's value is below optimal's; optionally only runs that place everything."""
    pairs = [(a, b) for a, b in beside(rows, name) if not placed or (complete(a) and complete(b))]
    return f"{sum(value(a) < value(b) - EQUAL * (1 + abs(value(b))) - margin for a, b in pairs)} of {len(pairs)}"
