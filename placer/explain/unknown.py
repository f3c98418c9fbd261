"""Why a search found no placement and no proof: what was tried, how far that went, and how to get an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from placer.assignment import Problem, Solution
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES
from placer.assignment.structure.term_index import TermIndex

WITH_A_MODEL = ("optimal", "cpsat")


def explain_unknown(
    problem: Problem,
    solution: Solution,
    context: SearchContext,
    *,
    strategy: str,
    tiers: Sequence[Iterable[str]],
    allow_unplaced: bool,
) -> str:
    """
    Say what was tried in vain, what a placement costs at least, and which limits to raise.

    Parameters
    ----------
    tiers
        The names of the terms of each tier.
    allow_unplaced
        Whether vnodes may stay without a pnode already.
    """
    lines = [f"tried for {context.elapsed_s():.2f} s: {solution.attempts}"]
    bounds = lower_bounds(TermIndex(problem))
    bounds = tuple(map(max, bounds, solution.bounds or bounds))
    known = [f"{' + '.join(names)} {bound}" for names, bound in zip(tiers, bounds, strict=True) if bound > 0]
    lines.append(f"a placement, if there is one, costs at least: {', '.join(known) or 'no bound above 0 is proved'}")
    lines.append("to get an answer: " + "; ".join(_ways(context, strategy, allow_unplaced=allow_unplaced)))
    return "\n".join(lines)


def _ways(context: SearchContext, strategy: str, *, allow_unplaced: bool) -> list[str]:
    ways = []
    if STRATEGIES[strategy].searches:
        if context.stop.is_set():
            ways.append("let the search finish")
        if context.deterministic_limit is not None:
            ways.append(f"raise the deterministic limit (now {context.deterministic_limit:g})")
        if not context.left_s():
            ways.append(f"raise --time-limit (now {context.time_limit_s:g} s)")
    if strategy in WITH_A_MODEL:
        ways.append(f"raise --workers (now {context.workers or 'chosen by size'})")
    else:
        ways.append("use --strategy optimal, which goes on where this one ends")
    if not allow_unplaced:
        ways.append("use --allow-unplaced to see how much can be placed")
    return ways
