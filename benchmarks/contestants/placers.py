"""placer's own strategies as contestants: with one worker and a limit on work, so that answers come back each time."""

from __future__ import annotations

from benchmarks.contestants.outcome import Outcome
from placer.budget import Budget
from placer.instance import Instance, Placement
from placer.solving import solve
from placer.strategies.bounds import floors
from placer.strategies.local_search import improve
from placer.strategies.tables import Tables
from placer.translate import back, translate

WORK_LIMIT = 1.0
"""CP-SAT's deterministic time for each tier; about as many seconds."""
TIME_LIMIT_S = 60.0
"""No run is to reach it: whoever measures ends a run before."""
PATIENCE = 300
"""Moves without gain after which local search ends."""


def by_strategy(name: str, instance: Instance, seed: int) -> Outcome:
    """Solve with one of placer's strategies; what does not fit stays unplaced."""
    answer = solve(
        instance,
        strategy=name,
        time_limit_s=TIME_LIMIT_S,
        workers=1,
        seed=seed,
        deterministic_limit=WORK_LIMIT,
        allow_unplaced=True,
    )
    placement = answer.placement or _nothing(instance)
    bounds = tuple(tier.bound for tier in answer.tiers)
    return Outcome(instance=instance, placement=placement, status=answer.status.value, bounds=bounds)


def local_search(instance: Instance, seed: int) -> Outcome:
    """Search until some hundred moves have gained nothing."""
    problem = translate(instance, allow_unplaced=True)
    tables = Tables(problem)
    budget = Budget(time_limit_s=TIME_LIMIT_S, seed=seed)
    found = improve(tables, budget, time_limit_s=TIME_LIMIT_S, patience=PATIENCE, floor=floors(tables))
    placement = _nothing(instance) if found is None else back(instance, found)
    return Outcome(instance=instance, placement=placement)


def _nothing(instance: Instance) -> Placement:
    return Placement(pnode_of={guest.name: (None,) * len(guest.vnodes) for guest in instance.guests})
