"""The contestants that can solve a quadratic assignment problem: they place items on sites, without NUMA."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.contestants.placers import search, stop_after
from benchmarks.contestants.simple import put_best, put_random
from placer import solve_problem
from placer.assignment import IntArray, Problem


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """
    An assignment.

    Parameters
    ----------
    site_of
        The site of every item; None if an item has no site.
    status
        OPTIMAL if the contestant proved it, else FEASIBLE.
    bound
        A lower bound of the cost, if the contestant proved one.
    """

    site_of: IntArray | None
    status: str = "FEASIBLE"
    bound: int | None = None


Assign = Callable[[Problem, int, float], Assigned]
"""Called with a problem, a seed and the CPU time to use, in seconds."""
CLOCK = 1.5
"""Wall time for each second of CPU time: the machine may be busy. Chosen, not measured."""


def _by_strategy(name: str, problem: Problem, seed: int, limit_s: float) -> Assigned:
    stop = stop_after(limit_s)
    found = solve_problem(problem, strategy=name, time_limit_s=CLOCK * limit_s, workers=1, seed=seed, stop=stop)
    bound = found.bounds[0] if found.bounds else None
    return Assigned(site_of=found.site_of, status=found.status.value, bound=bound)


def _local_search(problem: Problem, seed: int, limit_s: float) -> Assigned:
    return Assigned(site_of=search(problem, seed, limit_s))


def _complete(site_of: IntArray) -> Assigned:
    return Assigned(site_of=None if np.any(site_of < 0) else site_of)


def _random(problem: Problem, seed: int, limit_s: float) -> Assigned:
    return _complete(put_random(problem, problem.m, seed))


def _best_fit(problem: Problem, seed: int, limit_s: float) -> Assigned:
    return _complete(put_best(problem, problem.m))


ASSIGNERS: dict[str, Assign] = {
    "random": _random,
    "first-fit-decreasing": partial(_by_strategy, "first-fit-decreasing"),
    "best-fit": _best_fit,
    "local-search": _local_search,
    "cpsat": partial(_by_strategy, "cpsat"),
    "optimal": partial(_by_strategy, "optimal"),
}
