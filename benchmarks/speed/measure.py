"""One run of the speed table, in a process of its own."""

from __future__ import annotations

import os
import resource
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import median, quantiles
from threading import Event
from time import perf_counter

import numpy as np

import placer
from benchmarks.gqap import known_value
from benchmarks.runs import COST_TIER
from benchmarks.speed.cases import corpus
from benchmarks.speed.run import Make, Row, Run
from placer.assignment import ConvexLoad, Flow, Linear, Problem, Progress
from placer.instance import Instance
from placer.lowering.lower import lower


def run(row: Row, case: str, seed: int, make: Make) -> Run:
    """Run a case in a fork of this process, which is killed if it runs far beyond its limit."""
    load = os.getloadavg()[0]
    fork = get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    child = fork.Process(target=_child, args=(row, case, seed, make, sender))
    child.start()
    sender.close()
    ended = receiver.poll(3 * row.limit_s + 30)
    if not ended:
        child.kill()
    try:
        result: Run = receiver.recv() if ended else _nothing(case, seed, "CAPPED", load)
    except EOFError:
        result = _nothing(case, seed, "FAILED", load)
    child.join()
    return replace(result, load=load)


def _nothing(case: str, seed: int, status: str, load: float) -> Run:
    never = float("inf")
    return Run(
        case=case, seed=seed, status=status, cost=None, gap=None, known=None,
        first_s=never, found_s=never, seconds=never, peak_mib=0, load=load,
    )  # fmt: skip


class Watch:
    """Records when the first costs appeared, and when each cost of a tier appeared after the same higher costs."""

    def __init__(self, tier: int, goal: int | None, stop: Event) -> None:
        self.tier, self.goal, self.stop = tier, goal, stop
        self.started = perf_counter()
        self.at: dict[tuple[int, ...], float] = {}

    def __call__(self, progress: Progress) -> None:
        """Record the time of new costs."""
        if progress.costs:
            self.at.setdefault(progress.costs[: self.tier + 1], perf_counter() - self.started)
            if self.goal is not None and progress.costs[self.tier] <= self.goal:
                self.stop.set()

    def first(self, otherwise: float) -> float:
        """When the first costs appeared."""
        return min(self.at.values(), default=otherwise)


def _child(row: Row, case: str, seed: int, make: Make, sender: Connection) -> None:
    asked = make()
    if isinstance(asked, list):
        sender.send(one_after_the_other(asked, row, case, seed))
        sender.close()
        return
    stop = Event()
    known = lower = None
    if isinstance(asked, Instance):
        watch = Watch(COST_TIER, None, stop)
        answer = placer.solve(asked, time_limit_s=row.limit_s, seed=seed, stop=stop, on_progress=watch)
        costs = tuple(tier.cost for tier in answer.tiers)
        bound = answer.tiers[COST_TIER].bound if answer.tiers else None
        status = answer.status
        lower = max((share(t.cost, t.bound or 0) for t in answer.tiers[COST_TIER + 1 :]), default=None)
    else:
        known = _known(case)
        watch = Watch(0, known if row.until_known else None, stop)
        solution = placer.solve_problem(asked, time_limit_s=row.limit_s, seed=seed, stop=stop, on_progress=watch)
        costs, bound, status = solution.costs, solution.bounds[0] if solution.bounds else None, solution.status
    seconds = perf_counter() - watch.started
    cost = costs[watch.tier] if costs else None
    sender.send(
        Run(
            case=case,
            seed=seed,
            status=status.value,
            cost=cost,
            gap=None if cost is None or bound is None else gap(cost, bound, floor(asked)),
            lower_gap=lower,
            known=known,
            first_s=watch.first(seconds),
            found_s=min(seconds, watch.at.get(costs[: watch.tier + 1], seconds)),
            seconds=seconds,
            peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            load=0.0,
        )
    )
    sender.close()


def one_after_the_other(instances: list[Instance], row: Row, case: str, seed: int) -> Run:
    """Solve them in this process, after as many as a tenth of them that are not timed."""
    for instance in instances[: len(instances) // 10]:
        placer.solve(instance, time_limit_s=row.limit_s, seed=seed)
    times, proved = [], 0
    for instance in instances:
        began = perf_counter()
        answer = placer.solve(instance, time_limit_s=row.limit_s, seed=seed)
        times.append(perf_counter() - began)
        proved += answer.status.proved
    return Run(
        case=case,
        seed=seed,
        status="OPTIMAL" if proved == len(instances) else "FEASIBLE",
        cost=None,
        gap=None,
        known=None,
        first_s=median(times),
        found_s=quantiles(times, n=100)[98],
        seconds=sum(times),
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        load=0.0,
    )


def share(cost: int, bound: int) -> float:
    """
    Give the share of a cost that is not proved.

    Examples
    --------
    >>> share(120, 90), share(0, 0)
    (0.25, 0.0)
    """
    return (cost - bound) / abs(cost) if cost != bound else 0.0


def _known(case: str) -> int | None:
    """Look up the best value that the literature knows."""
    folder = corpus("qaplib" if case.endswith(".dat") else "gqap")
    return known_value(folder / case) if folder else None


def gap(cost: int, bound: int, least: int) -> float:
    """
    Give the share of the cost above the floor that is not proved.

    Examples
    --------
    >>> gap(120, 115, 100), gap(100, 100, 100)
    (0.25, 0.0)
    """
    return 0.0 if cost == bound else (cost - bound) / (cost - least)


def floor(asked: Instance | Problem) -> int:
    """Compute the cost of the tier with every access local and vcpus perfectly spread, feasible or not."""
    problem = lower(asked).problem if isinstance(asked, Instance) else asked
    total = 0
    for term in problem.tiers[COST_TIER if isinstance(asked, Instance) else 0]:
        match term:
            case Flow():
                total += int(term.flow.sum() * term.distance.diagonal().min())
            case Linear():
                total += int(term.cost.min(axis=1).sum())
            case ConvexLoad():
                idle = np.zeros((1, len(term.table)), dtype=np.int64)
                total += int(term.table[:, 0].sum() + term.cheapest_increase(idle, int(term.weight.sum()))[0])
    return total
