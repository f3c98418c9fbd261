"""One run: a contestant on a workload, in a process of its own, priced by placer's independent check."""

from __future__ import annotations

import platform
import resource
from dataclasses import asdict, dataclass
from importlib.metadata import version
from multiprocessing import get_context
from multiprocessing.connection import Connection
from os import cpu_count
from time import perf_counter

from benchmarks.contestants import CONTESTANTS, Outcome
from benchmarks.workloads import Workload
from placer.check import check, mean_access_distance
from placer.instance.terms import TIERS

COST_TIER = next(i for i, terms in enumerate(TIERS) if "access_distance" in terms)
PACKAGES = ("ortools", "numpy", "networkx", "msgspec")
Row = dict[str, str]
"""A line of the CSV."""

KEY = ("contestant", "host", "shape", "load", "arrival", "seed")
EXACT = (
    *("guests", "placed_guests", "vnodes", "placed_vnodes", "violations", "mean_distance"),
    *("access_distance", "core_sharing", "cost", "status"),
)
"""Columns that come out the same on every machine."""
COLUMNS = (*KEY, *EXACT, "gap", "ratio", "cost_ratio", "time_s", "peak_mib", "versions", "machine")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a run shows; see benchmarks/README.md for the columns."""

    guests: int
    placed_guests: int
    vnodes: int
    placed_vnodes: int
    violations: int
    mean_distance: str
    access_distance: int
    core_sharing: int
    cost: int
    status: str
    gap: str


def run(name: str, workload: Workload, cap_s: float) -> Row:
    """Run a contestant in a fork of this process, and end it at the cap."""
    fork = get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    child = fork.Process(target=_child, args=(name, workload, sender))
    started = perf_counter()
    child.start()
    sender.close()
    figures: Row = {}
    status = "CAPPED"
    if receiver.poll(cap_s):
        try:
            figures = receiver.recv()
        except EOFError:
            status = "FAILED"
    else:
        child.kill()
    child.join()
    known = dict(zip(KEY, (name, *workload.key()), strict=True))
    return {
        **dict.fromkeys(COLUMNS, ""),
        **known,
        "status": status,
        "time_s": f"{perf_counter() - started:.3f}",
        **figures,
        "versions": f"Python {platform.python_version()}, "
        + ", ".join(f"{package} {version(package)}" for package in PACKAGES),
        "machine": f"{platform.machine()}, {cpu_count()} cpus",
    }


def _child(name: str, workload: Workload, sender: Connection) -> None:
    instance = workload.instance()
    contestant = CONTESTANTS[name]
    started = perf_counter()
    outcome = (contestant.storm if workload.arrival == "storm" else contestant.place)(instance, workload.seed)
    elapsed = perf_counter() - started
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    row = {column: str(value) for column, value in asdict(judge(outcome)).items()}
    sender.send({**row, "time_s": f"{elapsed:.4f}", "peak_mib": str(peak_kib // 1024)})
    sender.close()


def judge(outcome: Outcome) -> Figures:
    """Price an outcome; a guest counts as placed where every vnode is."""
    verdict = check(outcome.instance, outcome.placement, allow_unplaced=True)
    placed = [[pnode is not None for pnode in pnodes] for pnodes in outcome.placement.pnode_of.values()]
    mean = mean_access_distance(verdict)
    terms = verdict.terms[COST_TIER]
    cost = sum(terms.values())
    bound = outcome.bounds[COST_TIER] if outcome.bounds else None
    return Figures(
        guests=len(placed),
        placed_guests=sum(map(all, placed)),
        vnodes=sum(map(len, placed)),
        placed_vnodes=sum(map(sum, placed)),
        violations=len(verdict.violations),
        mean_distance="" if mean is None else f"{mean:.4f}",
        access_distance=terms["access_distance"],
        core_sharing=terms["core_sharing"],
        cost=cost,
        status=outcome.status,
        gap="" if bound is None else f"{(cost - bound) / cost if cost else 0:.4f}",
    )


def with_ratios(rows: list[Row]) -> list[Row]:
    """Compare every run that places all with placer's optimum of the same workload, known ahead."""
    best = {row_key(row)[1:]: row for row in rows if row["contestant"] == "optimal" and row["arrival"] != "storm"}
    result = []
    for row in rows:
        _, host, shape, load, arrival, seed = row_key(row)
        other = best.get((host, shape, load, "batch" if arrival == "storm" else arrival, seed))
        ratios = {"ratio": "", "cost_ratio": ""}
        if other is not None and complete(row) and complete(other):
            ratios = {"ratio": _ratio(row, other, "mean_distance"), "cost_ratio": _ratio(row, other, "cost")}
        result.append({**row, **ratios})
    return result


def row_key(row: Row) -> tuple[str, ...]:
    """Say which run a row is of."""
    return tuple(row[column] for column in KEY)


def complete(row: Row) -> bool:
    """Whether everything was placed."""
    return bool(row["guests"]) and row["guests"] == row["placed_guests"]


def _ratio(row: Row, other: Row, column: str) -> str:
    return f"{float(row[column]) / float(other[column]):.4f}" if float(other[column] or 0) else ""
