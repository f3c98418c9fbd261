"""placer's own strategies as contestants: with one worker and a limit on work, so that answers come back each time."""

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
"""By the clock: so long that the limits on work and on the time of all cpus come first."""
POLL_S = 0.02
"""How often the time of all cpus is looked at."""
PATIENCE = 300
"""Moves without gain after which local search ends."""


def by_strategy(name: str, instance: Instance, seed: int, cpu_limit_s: float | None = None) -> Outcome:
    """Solve with one of placer's strategies; what does not fit stays unplaced."""
    answer = solve(
        instance,
        strategy=name,
        time_limit_s=TIME_LIMIT_S,
        workers=1,
        seed=seed,
        deterministic_limit=WORK_LIMIT,
        allow_unplaced=True,
        stop=stop_after(cpu_limit_s),
    )
    placement = answer.placement or _nothing(instance)
    bounds = tuple(tier.bound for tier in answer.tiers)
    return Outcome(instance=instance, placement=placement, status=answer.status.value, bounds=bounds)


def local_search(instance: Instance, seed: int, cpu_limit_s: float | None = None) -> Outcome:
    """Search until some hundred moves have gained nothing."""
    lowered = lower(instance, allow_unplaced=True)
    found = search(lowered.problem, seed, cpu_limit_s)
    placement = _nothing(instance) if found is None else lowered.to_placement(found)
    return Outcome(instance=instance, placement=placement)


def search(problem: Problem, seed: int, cpu_limit_s: float | None) -> IntArray | None:
    """Search from scratch; None where nothing was found."""
    tables = TermIndex(problem)
    context = SearchContext(time_limit_s=TIME_LIMIT_S, seed=seed, stop=stop_after(cpu_limit_s))
    return tabu_search(tables, context, time_limit_s=TIME_LIMIT_S, patience=PATIENCE, bounds=lower_bounds(tables))


def stop_after(cpu_limit_s: float | None) -> Event:
    """Give an event that is set once this process has used so many more seconds of all cpus."""
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
