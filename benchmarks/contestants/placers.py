"""placer's strategies as contestants, with one worker and a limit on work, so that answers are reproducible."""

from __future__ import annotations

from threading import Event, Thread
from time import process_time, sleep

from benchmarks.contestants.outcome import Outcome
from placer.assignment import IntArray, Problem
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.context import SearchContext
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Instance, Placement
from placer.lowering.lower import lower
from placer.solving.pipeline import solve

WORK_LIMIT = 1.0
"""CP-SAT's deterministic time for each tier; about as many seconds."""
TIME_LIMIT_S = 600.0
"""
Wall time; so long that the limits on work and CPU time are reached first. Where placer chooses numbers of vnodes, it
divides the wall time between searches, so that the limit on CPU time is that on wall time too.
"""
POLL_S = 0.02
"""Interval at which the CPU time is read. Chosen, not tuned."""
PATIENCE = 300
"""Moves without gain after which local search ends. Chosen, not tuned."""


def by_strategy(name: str, instance: Instance, seed: int, cpu_limit_s: float | None = None) -> Outcome:
    """Solve with one of placer's strategies; guests that do not fit stay unplaced."""
    answer = solve(
        instance,
        strategy=name,
        time_limit_s=TIME_LIMIT_S if cpu_limit_s is None or not instance.flexible else cpu_limit_s,
        workers=1,
        seed=seed,
        deterministic_limit=WORK_LIMIT,
        allow_unplaced=True,
        stop=stop_after(cpu_limit_s),
    )
    placed = answer.instance or instance
    placement = answer.placement or _nothing(placed)
    bounds = tuple(tier.bound for tier in answer.tiers)
    return Outcome(instance=placed, placement=placement, status=answer.status.value, bounds=bounds)


def local_search(instance: Instance, seed: int, cpu_limit_s: float | None = None) -> Outcome:
    """Search until PATIENCE moves in a row bring no gain."""
    lowered = lower(instance, allow_unplaced=True)
    found = search(lowered.problem, seed, cpu_limit_s)
    placement = _nothing(instance) if found is None else lowered.to_placement(found)
    return Outcome(instance=instance, placement=placement)


def search(problem: Problem, seed: int, cpu_limit_s: float | None) -> IntArray | None:
    """Search without a start; None if no placement was found."""
    tables = TermIndex(problem)
    context = SearchContext(time_limit_s=TIME_LIMIT_S, seed=seed, stop=stop_after(cpu_limit_s))
    return tabu_search(tables, context, time_limit_s=TIME_LIMIT_S, patience=PATIENCE, bounds=lower_bounds(tables))


def stop_after(cpu_limit_s: float | None) -> Event:
    """Give an event that is set when this process has used that much more CPU time, in seconds."""
    stop = Event()
    if cpu_limit_s is not None:
        Thread(target=_watch, args=(stop, process_time() + cpu_limit_s), daemon=True).start()
    return stop


def _watch(stop: Event, end_s: float) -> None:
    while process_time() < end_s:
        sleep(POLL_S)
    stop.set()


def _nothing(instance: Instance) -> Placement:
    return Placement(pnode_of={guest.name: (None,) * len(guest.vnodes) for guest in instance.guests})
