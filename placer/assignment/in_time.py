"""A solve that ends in time, whatever its steps are doing: with the best that is known by then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import TypeVar

from placer.assignment import Problem, Solution
from placer.assignment.context import SearchContext
from placer.assignment.leaving import Stop, call

T = TypeVar("T")

SMALL = 1024
"""
Items times sites up to which a solver runs as it is: its steps are short there, and a thread takes 0.2 ms.

Whoever leaves the whole solve finds what is known in the same incumbents.
"""
LATE_S = 0.06
"""Seconds after its limit in which a solve may end in order, and hand over a better answer. Chosen, not tuned."""
STOPPED_S = 0.15
"""
The same after its stop event is set.

Chosen, not tuned: more, as no step has been told of it before; Ctrl-C is to end a command within half a second.
"""


def in_time(solver: Callable[[Problem, SearchContext], Solution], problem: Problem, context: SearchContext) -> Solution:
    """
    Solve a Problem; without an end in time, give its best assignment and bounds so far.

    Parameters
    ----------
    solver
        Tells ``context`` of what it finds, by :meth:`~placer.assignment.context.SearchContext.keep` and ``prove``.
    """
    incumbent = context.incumbents.kept_for(problem)
    if problem.n * problem.m <= SMALL:
        return solver(problem, context)
    solution = within(context, lambda limits: solver(problem, limits))
    return incumbent.solution(context.elapsed_s()) if solution is None else solution


def within(context: SearchContext, work: Callable[[SearchContext], T], *, more_s: float = 0.0) -> T | None:
    """
    Run ``work`` within the limits of a context; None where it is left.

    Parameters
    ----------
    work
        Given the same limits, with a stop event of its own.
    more_s
        Seconds on top of :data:`LATE_S` and :data:`STOPPED_S`, for the end of calls within it that are left.
    """
    stop = Stop(context.stop)
    stopped: list[float] = []

    def left_s() -> float:
        now = perf_counter()
        if context.stop.is_set() and not stopped:
            stopped.append(now)
        until_limit = context.time_limit_s + LATE_S + more_s - context.elapsed_s()
        return min(until_limit, stopped[0] + STOPPED_S + more_s - now) if stopped else until_limit

    return call(lambda: work(replace(context, stop=stop)), stop, left_s)
