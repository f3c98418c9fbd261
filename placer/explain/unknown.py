"""Why a search found neither a placement nor a proof: what it tried, which bounds it has, how to get an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from placer.assignment import Problem, Solution
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES
from placer.assignment.structure.term_index import TermIndex

WITH_A_MODEL = ("optimal", "cpsat")
"""Strategies with a CP-SAT model, in which ``--workers`` counts."""


def explain_unknown(
    problem: Problem,
    solution: Solution,
    context: SearchContext,
    *,
    strategy: str,
    time_limit_s: float,
    tiers: Sequence[Iterable[str]],
    allow_unplaced: bool,
) -> str:
    """
    Say what the search tried, what a placement costs at least, and which limits to raise.

    Parameters
    ----------
    problem
        The Problem that was searched.
    solution
        Its solution, without an assignment.
    context
        The limits of the search.
    strategy
        Name of the strategy.
    time_limit_s
        As it was asked for; the search had less where its time counts from before its start.
    tiers
        The names of the terms of each tier.
    allow_unplaced
        Whether vnodes were allowed to stay without a pnode.
    """
    lines = [f"tried for {context.elapsed_s():.2f} s: {solution.attempts}"]
    bounds = lower_bounds(TermIndex(problem))
    bounds = tuple(map(max, bounds, solution.bounds or bounds))
    known = [f"{' + '.join(names)} {bound}" for names, bound in zip(tiers, bounds, strict=True) if bound > 0]
    lines.append(f"a placement, if there is one, costs at least: {', '.join(known) or 'no bound above 0 is proved'}")
    lines.append(
        "to get an answer: " + "; ".join(_advice(context, strategy, time_limit_s, allow_unplaced=allow_unplaced))
    )
    return "\n".join(lines)


def _advice(context: SearchContext, strategy: str, time_limit_s: float, *, allow_unplaced: bool) -> list[str]:
    advice = []
    if STRATEGIES[strategy].searches:
        if context.stop.is_set():
            advice.append("let the search finish")
        if context.deterministic_limit is not None:
            advice.append(f"raise the deterministic limit (now {context.deterministic_limit:g})")
        if not context.left_s():
            advice.append(f"raise --time-limit (now {time_limit_s:g} s)")
    if strategy in WITH_A_MODEL:
        advice.append(f"raise --workers (now {context.workers or 'chosen by size'})")
    else:
        advice.append("use --strategy optimal, which searches further than this one")
    if not allow_unplaced:
        advice.append("use --allow-unplaced to see how much can be placed")
    return advice
