"""One run: a contestant on a workload, in a process of its own, with the costs of placer's independent check."""

from __future__ import annotations

import platform
import resource
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from itertools import islice
from math import ceil
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from os import cpu_count
from pathlib import Path
from signal import SIGXCPU
from time import perf_counter, process_time

from benchmarks.contestants import ASSIGNERS, CONTESTANTS, WITHOUT_NUMA, Outcome
from benchmarks.gqap import known_value, read_problem
from benchmarks.hosts import corpus
from benchmarks.shapes import SET
from benchmarks.workloads import GQAP, Workload
from placer.check import check, mean_access_distance
from placer.instance.objective_terms import TIERS

COST_TIER = next(i for i, terms in enumerate(TIERS) if "access_distance" in terms)
PATIENCE = 12
"""Largest wall time of a run, in multiples of its cap: the machine may be busy. Chosen, not tuned."""
SHARE, GQAP_SHARE = 0.5, 0.2
"""Of the cap, for contestants that can be told when to end; speed.md says more of quadratic assignments."""
PACKAGES = ("ortools", "numpy", "networkx", "msgspec")
Row = dict[str, str]
"""A line of the CSV."""

KEY = ("contestant", "host", "shape", "load", "arrival", "seed")
EXACT = (
    *("guests", "placed_guests", "vnodes", "placed_vnodes", "violations", "mean_distance"),
    *("access_distance", "core_sharing", "cost", "status"),
)
"""Columns that come out the same on every machine."""
COLUMNS = (*KEY, *EXACT, "gap", "ratio", "cost_ratio", "time_s", "cpu_s", "peak_mib", "versions", "machine")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a run; benchmarks/README.md explains the columns."""

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


@dataclass(frozen=True, kw_only=True)
class Running:
    """A run that is in progress in a fork of this process."""

    name: str
    workload: Workload
    process: ForkProcess
    receiver: Connection
    started: float
    cap_s: float

    def left_s(self) -> float:
        """Give the wall time in seconds after which the run is ended even below its cap."""
        return max(0.0, self.started + PATIENCE * self.cap_s - perf_counter())

    def ended(self) -> Row:
        """End the run and give its figures: without a placement if it failed or reached the cap."""
        figures: Row = {"status": "CAPPED"}
        if self.receiver.poll():
            try:
                figures = self.receiver.recv()
            except EOFError:
                self.process.join()
                figures = {"status": "CAPPED" if self.process.exitcode == -SIGXCPU else "FAILED"}
        elapsed = perf_counter() - self.started
        self.process.kill()
        self.process.join()
        self.receiver.close()
        known = dict(zip(KEY, (self.name, *self.workload.key()), strict=True))
        return {**dict.fromkeys(COLUMNS, ""), **known, "time_s": f"{elapsed:.3f}", **figures, **surroundings()}


def start(name: str, workload: Workload, cap_s: float) -> Running:
    """Start a contestant in a fork of this process; the cap is CPU time in seconds."""
    fork = get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    process = fork.Process(target=_child, args=(name, workload, sender, cap_s))
    started = perf_counter()
    process.start()
    sender.close()
    return Running(name=name, workload=workload, process=process, receiver=receiver, started=started, cap_s=cap_s)


def run_all(asked: Iterable[tuple[str, Workload]], cap_s: float, jobs: int) -> Iterator[Row]:
    """Run contestants, several at a time, and yield the rows as the runs end."""
    waiting, running = iter(asked), list[Running]()
    while True:
        running += [start(name, workload, cap_s) for name, workload in islice(waiting, jobs - len(running))]
        if not running:
            return
        wait([one.receiver for one in running], min(one.left_s() for one in running))
        for one in list(running):
            if one.receiver.poll() or not one.left_s():
                running.remove(one)
                yield one.ended()


def run(name: str, workload: Workload, cap_s: float) -> Row:
    """Run one contestant."""
    return next(run_all([(name, workload)], cap_s, 1))


def contestants(workload: Workload) -> list[str]:
    """List the contestants of a workload."""
    if workload.shape == SET:
        return list(WITHOUT_NUMA)
    return list(ASSIGNERS if workload.shape == GQAP else CONTESTANTS)


@cache
def surroundings() -> Row:
    """Versions and machine."""
    packages = [f"{package} {version(package)}" for package in PACKAGES]
    return {
        "versions": ", ".join([f"placer {commit()}", f"Python {platform.python_version()}", *packages]),
        "machine": f"{platform.machine()}, {cpu_count()} cpus",
    }


def commit() -> str:
    """Give placer's version, and in a clone its last commit, with a + if files have changed since."""
    folder = Path(__file__).resolve().parent.parent
    said = []
    for asked in (["log", "-1", "--format=%h", "--abbrev=7"], ["status", "--porcelain"]):
        done = subprocess.run(["git", *asked, "--", "placer"], cwd=folder, capture_output=True, text=True, check=False)
        said.append(done.stdout.strip())
    return f"{version('placer')} {said[0]}{'+' if said[1] else ''}".strip()


def _child(name: str, workload: Workload, sender: Connection, cap_s: float) -> None:
    used = ceil(process_time() + cap_s)
    resource.setrlimit(resource.RLIMIT_CPU, (used, used + 10))
    place = _assign if workload.shape == GQAP else _place
    sender.send(place(name, workload, cap_s))
    sender.close()


def _place(name: str, workload: Workload, cap_s: float) -> Row:
    instance = workload.instance()
    storm = workload.arrival == "storm"
    contestant = CONTESTANTS[name].within(SHARE * cap_s / (len(instance.guests) if storm else 1))
    watch = Watch()
    outcome = (contestant.storm if storm else contestant.place)(instance, workload.seed)
    measured = watch.read()
    return {**{column: str(value) for column, value in asdict(judge(outcome)).items()}, **measured}


def _assign(name: str, workload: Workload, cap_s: float) -> Row:
    """Solve a quadratic assignment; the ratio is relative to the best known value."""
    path = Path(corpus() or ".") / GQAP / workload.host
    problem, known = read_problem(path), known_value(path)
    watch = Watch()
    found = ASSIGNERS[name](problem, workload.seed, GQAP_SHARE * cap_s)
    measured = watch.read()
    row = {"vnodes": str(problem.n), "status": found.status, **measured}
    if found.site_of is None:
        return {**row, "placed_vnodes": "0"}
    cost = int(problem.evaluate(found.site_of[None, :])[0, 0])
    gap = "" if found.bound is None else f"{(cost - found.bound) / cost if cost else 0:.4f}"
    ratio = f"{cost / known:.4f}" if known else ""
    return {**row, "placed_vnodes": str(problem.n), "cost": str(cost), "gap": gap, "cost_ratio": ratio}


class Watch:
    """Measures time since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = perf_counter(), process_time()

    def read(self) -> Row:
        """Give wall time and CPU time in seconds, and the peak memory of this process."""
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {
            "time_s": f"{perf_counter() - self._wall:.4f}",
            "cpu_s": f"{process_time() - self._cpu:.4f}",
            "peak_mib": str(peak_kib // 1024),
        }


def judge(outcome: Outcome) -> Figures:
    """Compute the figures of an outcome; a guest counts as placed if all of its vnodes are."""
    verdict = check(outcome.instance, outcome.placement, allow_unplaced=True)
    placed = [[pnode is not None for pnode in pnodes] for pnodes in outcome.placement.pnode_of.values()]
    mean = mean_access_distance(verdict)
    terms = verdict.terms[COST_TIER]
    cost = sum(terms.values())
    bound = outcome.bounds[COST_TIER] if outcome.bounds else None
    return Figures(
        guests=len(placed),
        placed_guests=sum(bool(parts) and all(parts) for parts in placed),
        vnodes=sum(map(len, placed)),
        placed_vnodes=sum(map(sum, placed)),
        violations=len(verdict.violations),
        mean_distance="" if mean is None else f"{mean:.4f}",
        access_distance=terms["access_distance"],
        core_sharing=terms["core_sharing"],
        cost=cost,
        status=outcome.status,
        gap="" if bound is None else f"{max(0, cost - bound) / cost if cost else 0:.4f}",  # bounds make up for rounding
    )


def with_ratios(rows: list[Row]) -> list[Row]:
    """Add ratios to each run that places all guests: relative to placer's optimum of the same workload, known ahead."""
    best = {row_key(row)[1:]: row for row in rows if row["contestant"] == "optimal" and row["arrival"] != "storm"}
    result = []
    for row in rows:
        if row["shape"] == GQAP:
            result.append(row)
            continue
        _, host, shape, load, arrival, seed = row_key(row)
        other = best.get((host, shape, load, "batch" if arrival == "storm" else arrival, seed))
        ratios = {"ratio": "", "cost_ratio": ""}
        if other is not None and complete(row) and complete(other):
            ratios = {"ratio": _ratio(row, other, "mean_distance"), "cost_ratio": _ratio(row, other, "cost")}
        result.append({**row, **ratios})
    return result


def row_key(row: Row) -> tuple[str, ...]:
    """Give the columns that identify the run of a row."""
    return tuple(row[column] for column in KEY)


def complete(row: Row) -> bool:
    """Tell whether all vnodes were placed."""
    return bool(row["guests"]) and row["guests"] == row["placed_guests"]


def _ratio(row: Row, other: Row, column: str) -> str:
    return f"{float(row[column]) / float(other[column]):.4f}" if float(other[column] or 0) else ""
