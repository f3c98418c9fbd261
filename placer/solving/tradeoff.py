"""A trade between access distance and core sharing: another placement, better in one of them and worse in the other."""

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
"""The two pure orders, each with the terms of its two tiers, highest first."""

LEAST_S, SHARE = 0.1, 0.5
"""
Seconds for the search in each order, and further seconds for each second that the answer took.

The two searches together at most double the time of a long solve. Measured on the shipped instances (two busy cores):
0.25 s or less for both, 0.9 s with flexible guests, beside answers of 0.001 to 7 s.
"""
PATIENCE = 40
"""
Moves of local search without gain after which it ends.

Chosen, not tuned: it starts at an optimal placement, and a trade that is missed costs a line of the report, no answer.
"""
ENUMERATED_ITEMS, STATES = 24, 4 * CHUNK
"""
Items up to which branch and bound searches, and the partial assignments that it may look at; above, local search does.

The items are those of :data:`placer.assignment.portfolio.ENUMERATED_ITEMS`; the states are four of the arrays of branch
and bound. Chosen, not tuned: more states find more trades, and take longer.
"""


def find_trade(
    lowered: Lowered, site_of: IntArray, context: SearchContext, *, limit_s: float | None = None
) -> Trade | None:
    """
    Look for a trade beside an optimal assignment, for a time that is short beside the time the assignment took.

    Parameters
    ----------
    lowered
        The lowering that the assignment was found with.
    site_of
        The assignment, ``[n]``.
    context
        The limits of the whole solve, of which the search for a trade takes a part.
    limit_s
        Seconds for each of the two pure orders; None for :func:`default_limit_s`.

    Returns
    -------
    Trade or None
        Of the trades found, the one that costs least in the tier of both terms; None where there is none, or no time
        left.
    """
    limit_s = default_limit_s(context) if limit_s is None else limit_s
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
    """Put two terms into tiers of their own, at the place of the first of them; None where either term is absent."""
    apart = tuple(tuple(term for terms in problem.tiers for term in terms if term.name == name) for name in names)
    place = next((t for t, terms in enumerate(problem.tiers) if _named(terms, names)), None)
    if place is None or not all(apart):
        return None
    rest = [tuple(term for term in terms if term.name not in names) for terms in problem.tiers]
    return replace(problem, tiers=(*rest[:place], *apart, *rest[place:]), hint=site_of)


def _named(terms: tuple[Term, ...], names: tuple[str, str]) -> bool:
    return any(term.name in names for term in terms)


def _search(problem: Problem, first: str, site_of: IntArray, context: SearchContext) -> IntArray | None:
    """Search for an assignment that costs less in the tier of the first term; None where there is or is found none."""
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


def default_limit_s(context: SearchContext) -> float:
    """Give the seconds that the search of one order may take once the answer is there."""
    return LEAST_S + SHARE * context.elapsed_s()


def part_of(context: SearchContext, limit_s: float) -> SearchContext:
    """Give a context that ends within ``limit_s`` seconds, and no later than the given one."""
    return SearchContext(
        time_limit_s=min(context.time_limit_s, context.elapsed_s() + limit_s),
        seed=context.seed,
        stop=context.stop,
        on_log=context.on_log,
        started=context.started,
    )


def _both(problem: Problem, site_of: IntArray) -> int:
    """Give the sum of access distance and core sharing, which are in the same unit."""
    terms = (term for terms in problem.tiers for term in terms if term.name in (DISTANCE, SHARING))
    return sum(int(term.evaluate(site_of[None, :])[0]) for term in terms)


def _judged(lowered: Lowered, site_of: IntArray) -> Verdict:
    return check(lowered.instance, lowered.to_placement(site_of), allow_unplaced=lowered.allow_unplaced)


def compared(
    instance: Instance, order: PureOrder, answer: Verdict, placement: Placement, other: Verdict
) -> Trade | None:
    """
    Compare a placement with the answer; None where it breaks a rule, or is worse in nothing and so no trade.

    Parameters
    ----------
    answer, other
        The verdicts on the answer and on the other placement.
    """
    before, after = mean_access_distance(answer), mean_access_distance(other)
    price = 2 * sharing_price(instance)
    increase = _term(other, SHARING) - _term(answer, SHARING)
    worse = increase > 0 if order == "distance" else _term(other, DISTANCE) > _term(answer, DISTANCE)
    if other.violations or before is None or after is None or not price or not worse:
        return None
    return Trade(
        order=order,
        placement=placement,
        mean_access_distance=after,
        current_mean_distance=before,
        more_pairs=increase // price,
    )


def _term(verdict: Verdict, name: str) -> int:
    return sum(terms.get(name, 0) for terms in verdict.terms)
