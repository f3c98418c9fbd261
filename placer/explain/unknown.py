"""What was tried where nothing was found and nothing proved, how far that went, and what may settle it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from placer.assignment import Problem, Solution
from placer.assignment.bounds.elementary import floors
from placer.assignment.context import Budget
from placer.assignment.registry import STRATEGIES
from placer.assignment.structure.term_index import Tables

WITH_A_MODEL = ("optimal", "cpsat")


def why_unknown(
    problem: Problem,
    solution: Solution,
    budget: Budget,
    *,
    strategy: str,
    tiers: Sequence[Iterable[str]],
    allow_unplaced: bool,
) -> str:
    """
    Say what was tried in vain, what a placement costs at least, and what to raise.

    Parameters
    ----------
    tiers
        The names of the terms of each tier.
    allow_unplaced
        Whether vnodes may stay without a pnode already.
    """
    lines = [f"tried for {budget.elapsed_s():.2f} s: {solution.tried}"]
    bounds = floors(Tables(problem))
    bounds = tuple(map(max, bounds, solution.bounds or bounds))
    known = [f"{' + '.join(names)} {bound}" for names, bound in zip(tiers, bounds, strict=True) if bound > 0]
    lines.append(f"a placement, if there is one, costs at least: {', '.join(known) or 'no bound above 0 is proved'}")
    lines.append("what may settle it: " + "; ".join(_ways(budget, strategy, allow_unplaced=allow_unplaced)))
    return "\n".join(lines)


def _ways(budget: Budget, strategy: str, *, allow_unplaced: bool) -> list[str]:
    ways = []
    if STRATEGIES[strategy].searches:
        if budget.stop.is_set():
            ways.append("not to interrupt it")
        if budget.deterministic_limit is not None:
            ways.append(f"a higher deterministic limit (now {budget.deterministic_limit:g})")
        if not budget.left_s():
            ways.append(f"a longer --time-limit (now {budget.time_limit_s:g} s)")
    if strategy in WITH_A_MODEL:
        ways.append(f"more --workers (now {budget.workers or 'chosen by size'})")
    else:
        ways.append("--strategy optimal, which goes on where this one ends")
    if not allow_unplaced:
        ways.append("--allow-unplaced, to see how much can be placed")
    return ways
