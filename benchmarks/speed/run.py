"""A row of the speed table, and the figures of one of its runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from placer.assignment import Problem
from placer.instance import Instance

SEEDS = (1, 2, 3, 4, 5)
Make = Callable[[], Instance | Problem | list[Instance]]
"""Makes what a run solves: one thing, or a list that is solved in one process, one after the other."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """
    The figures of a run; times are seconds since its start.

    Parameters
    ----------
    gap, lower_gap
        Of the tier of access and shared cores (of a Problem: its only tier) the share of the cost above the floor that
        is not proved; of the tiers below it the largest share of a cost that is not proved. None: there is none.
    known
        The best known cost; None: nobody knows one.
    first_s, found_s, seconds
        When the first placement, and the final cost, were found, and when the run ended. Where one process solves a
        list: the median, the 99th percentile, and the sum of the times of all.
    build
        The build of placer.
    """

    case: str
    seed: int
    status: str
    cost: int | None
    gap: float | None
    lower_gap: float | None = None
    known: int | None
    first_s: float
    found_s: float
    seconds: float
    peak_mib: int
    load: float
    build: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    A row of the speed table.

    Parameters
    ----------
    key, title, aim
        The name of the row, its description and its aim, in words.
    limit_s
        Time limit of a run.
    cases
        Gives for a seed the instances to solve, by name; none if their data is not available.
    misses
        Gives for a list of runs the parts of the aim that they miss, in words.
    until_known
        Whether a run ends when it finds the known value.
    seeds
        The seeds of its runs.
    tried
        Where the aim is missed: what was tried, in words.
    """

    key: str
    title: str
    aim: str
    limit_s: float
    cases: Callable[[int], dict[str, Make]]
    misses: Callable[[list[Run]], list[str]]
    until_known: bool = False
    seeds: tuple[int, ...] = SEEDS
    tried: str = ""
