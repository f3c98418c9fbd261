"""placer's own strategies as contestants: with one worker and a limit on work, so that answers come back each time."""

from __future__ import annotations

from benchmarks.contestants.outcome import Outcome
from placer.budget import Budget
from placer.instance import Instance, Placement
from placer.problem import IntArray, Problem
from placer.solving import solve
from placer.strategies.bounds import floors
from placer.strategies.local_search import improve
from placer.strategies.tables import Tables
from placer.translate import back, translate

WORK_LIMIT = 1.0
"""CP-SAT's deterministic time for each tier; about as many seconds."""
TIME_LIMIT_S = 60.0
"""For whoever sets none; so long that the limit on work comes first."""
PATIENCE = 300
"""Moves without gain after which local search ends."""


def by_strategy(name: str, instance: Instance, seed: int, time_limit_s: float = TIME_LIMIT_S) -> Outcome:
    """Solve with one of placer's strategies; what does not fit stays unplaced."""
    answer = solve(
        instance,
        strategy=name,
        time_limit_s=time_limit_s,
        workers=1,
        seed=seed,
        deterministic_limit=WORK_LIMIT,
        allow_unplaced=True,
    )
    placement = answer.placement or _nothing(instance)
    bounds = tuple(tier.bound for tier in answer.tiers)
    return Outcome(instance=instance, placement=placement, status=answer.status.value, bounds=bounds)


def local_search(instance: Instance, seed: int, time_limit_s: float = TIME_LIMIT_S) -> Outcome:
    """Search until some hundred moves have gained nothing."""
    found = search(translate(instance, allow_unplaced=True), seed, time_limit_s)
    placement = _nothing(instance) if found is None else back(instance, found)
    return Outcome(instance=instance, placement=placement)


def search(problem: Problem, seed: int, time_limit_s: float) -> IntArray | None:
    """Search from scratch; None where nothing was found."""
    tables = Tables(problem)
    budget = Budget(time_limit_s=time_limit_s, seed=seed)
    return improve(tables, budget, time_limit_s=time_limit_s, patience=PATIENCE, floor=floors(tables))


def _nothing(instance: Instance) -> Placement:
    return Placement(pnode_of={guest.name: (None,) * len(guest.vnodes) for guest in instance.guests})
