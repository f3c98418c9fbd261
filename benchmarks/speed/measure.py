"""One run of the speed table, in a process of its own."""

from __future__ import annotations

import os
import resource
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Event
from time import perf_counter

import numpy as np

import placer
from benchmarks.gqap import known_value
from benchmarks.runs import COST_TIER
from benchmarks.speed.rows import Make, Row, Run, corpus
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
    stop = Event()
    known = None
    if isinstance(asked, Instance):
        watch = Watch(COST_TIER, None, stop)
        answer = placer.solve(asked, time_limit_s=row.limit_s, seed=seed, stop=stop, on_progress=watch)
        costs = tuple(tier.cost for tier in answer.tiers)
        bound = answer.tiers[COST_TIER].bound if answer.tiers else None
        status = answer.status
    else:
        folder = corpus("gqap")
        known = known_value(folder / case) if folder else None
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
            known=known,
            first_s=watch.first(seconds),
            found_s=min(seconds, watch.at.get(costs[: watch.tier + 1], seconds)),
            seconds=seconds,
            peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            load=0.0,
        )
    )
    sender.close()


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
