"""One trade between near memory and cores of one's own: what another weighing of the two would gain, and cost."""

from __future__ import annotations

from dataclasses import replace

from placer.assignment import IntArray, Problem, Term
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.context import SearchContext
from placer.assignment.exact.branch_and_bound import CHUNK, branch_and_bound
from placer.assignment.heuristics.tabu_search import tabu_search
from placer.assignment.structure.term_index import TermIndex
from placer.check import Verdict, check, mean_access_distance
from placer.check.costs import sharing_price
from placer.instance import Instance, Placement
from placer.lowering.lowered import Lowered
from placer.solving.result import PureOrder, Trade

DISTANCE, SHARING = "access_distance", "core_sharing"
PURE_ORDERS: dict[PureOrder, tuple[str, str]] = {"distance": (DISTANCE, SHARING), "cores-first": (SHARING, DISTANCE)}
"""The two pure orders, each with the terms of its two tiers."""

LEAST_S, SHARE = 0.1, 0.5
"""Seconds that each order may take, for it mostly ends before, and how much more for each second of the answer."""
PATIENCE = 40
"""Moves of local search without gain after which it ends."""
ENUMERATED_ITEMS, STATES = 24, 4 * CHUNK
"""Items up to which enumeration follows, and the partial assignments it looks at."""


def find_trade(lowered: Lowered, site_of: IntArray, context: SearchContext) -> Trade | None:
    """
    Look for a trade from an optimal assignment ``[n]``, as long as that is short beside the time it took.

    Parameters
    ----------
    lowered
        What the assignment was found with.

    Returns
    -------
    Trade or None
        Of those found, the one that costs least in the tier of both terms; None where there is none, or no time left.
    """
    limit_s = LEAST_S + SHARE * context.elapsed_s()
    instance, problem = lowered.instance, lowered.problem
    answer = _judged(lowered, site_of)
    trades = []
    for order, names in PURE_ORDERS.items():
        question = _reordered(problem, names, site_of)
        if question is None or context.left_s() <= 0:
            continue
        context.log(f"trade: {order}")
        found = _search(question, names[0], site_of, part_of(context, limit_s))
        if found is not None:
            trades.append((_both(problem, found), order, found))
    for _, order, found in sorted(trades, key=lambda each: each[0]):
        trade = compared(instance, order, answer, lowered.to_placement(found), _judged(lowered, found))
        if trade is not None:
            return trade
    return None


def _reordered(problem: Problem, names: tuple[str, str], site_of: IntArray) -> Problem | None:
    """Give each of two terms a tier of its own, where the first of them stood; None where either prices nothing."""
    apart = tuple(tuple(term for terms in problem.tiers for term in terms if term.name == name) for name in names)
    place = next((t for t, terms in enumerate(problem.tiers) if _named(terms, names)), None)
    if place is None or not all(apart):
        return None
    rest = [tuple(term for term in terms if term.name not in names) for terms in problem.tiers]
    return replace(problem, tiers=(*rest[:place], *apart, *rest[place:]), hint=site_of)


def _named(terms: tuple[Term, ...], names: tuple[str, str]) -> bool:
    return any(term.name in names for term in terms)


def _search(problem: Problem, first: str, site_of: IntArray, context: SearchContext) -> IntArray | None:
    """Look for an assignment that costs less in the tier of the first term; None where none can, or none is found."""
    index = TermIndex(problem)
    least, costs = lower_bounds(index), tuple(problem.evaluate(site_of[None, :])[0].tolist())
    tier = next(t for t, terms in enumerate(problem.tiers) if any(term.name == first for term in terms))
    if costs[tier] <= least[tier]:
        return None
    if problem.n <= ENUMERATED_ITEMS:
        found = branch_and_bound(problem, context, state_limit=STATES).site_of
    else:
        found = tabu_search(
            index, context, time_limit_s=context.left_s(), start=site_of, patience=PATIENCE, bounds=least
        )
    if found is None or problem.evaluate(found[None, :])[0, tier] >= costs[tier]:
        return None
    return found


def part_of(context: SearchContext, limit_s: float) -> SearchContext:
    """Give a part of what is left of a budget."""
    return SearchContext(
        time_limit_s=min(context.time_limit_s, context.elapsed_s() + limit_s),
        seed=context.seed,
        stop=context.stop,
        on_log=context.on_log,
        started=context.started,
    )


def _both(problem: Problem, site_of: IntArray) -> int:
    terms = (term for terms in problem.tiers for term in terms if term.name in (DISTANCE, SHARING))
    return sum(int(term.evaluate(site_of[None, :])[0]) for term in terms)


def _judged(lowered: Lowered, site_of: IntArray) -> Verdict:
    return check(lowered.instance, lowered.to_placement(site_of), allow_unplaced=lowered.allow_unplaced)


def compared(
    instance: Instance, order: PureOrder, answer: Verdict, placement: Placement, other: Verdict
) -> Trade | None:
    """Say what a placement gains and pays beside the answer; None where it breaks a rule or pays nothing."""
    before, after = mean_access_distance(answer), mean_access_distance(other)
    price = 2 * sharing_price(instance)
    rise = _term(other, SHARING) - _term(answer, SHARING)
    pays = rise > 0 if order == "distance" else _term(other, DISTANCE) > _term(answer, DISTANCE)
    if other.violations or before is None or after is None or not price or not pays:
        return None
    return Trade(
        order=order,
        placement=placement,
        mean_access_distance=after,
        current_mean_distance=before,
        more_pairs=rise // price,
    )


def _term(verdict: Verdict, name: str) -> int:
    return sum(terms.get(name, 0) for terms in verdict.terms)
