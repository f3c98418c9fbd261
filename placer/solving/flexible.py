"""Flexible guests: a solve with the fewest vnodes of each, then, if other numbers may cost less, one with all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

import numpy as np
from msgspec.structs import replace as change

from placer.assignment import Problem, Solution, Status
from placer.assignment.bounds.elementary import pair_bounds
from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES, Strategy
from placer.assignment.structure.term_index import TermIndex
from placer.check import check
from placer.instance import Instance, Placement
from placer.instance.previous import restricted_to
from placer.lowering.costs import traffic_rounding_loss
from placer.lowering.lower import lower
from placer.lowering.lowered import Lowered
from placer.solving.flexible_cases import solved, unproved
from placer.solving.flexible_starts import FlexibleResult, cheaper, of_hint, of_width
from placer.solving.result import Trade
from placer.solving.tradeoff import PURE_ORDERS, compared, default_limit_s, part_of

FIRST = 0.3
"""
Share of the time for the solve with the fewest vnodes.

Chosen, not tuned: that solve and the next give the start of the last one, which is larger and needs most of the time.
"""


def solve_flexible(
    instance: Instance,
    strategy: Strategy,
    context: SearchContext,
    *,
    allow_unplaced: bool,
    hint: Placement | None,
    keep: Placement | None,
    tell: Callable[[Lowered, Solution | None], None] = lambda *_: None,
) -> FlexibleResult:
    """
    Place an instance with flexible guests whose ranges are settled.

    With the fewest vnodes of each guest it is an ordinary instance, and its solution is the answer if it is proved and
    no other number of vnodes can cost less in the tiers above that of the vnodes. Else all numbers are searched, except
    by a strategy that does not search: it answers for the fewest, without a proof.

    Parameters
    ----------
    allow_unplaced, hint, keep
        As for :func:`placer.solving.pipeline.solve`.
    tell
        Takes each answer on the way.
    """
    few = instance.with_fewest_vnodes()
    start, kept = (None if each is None else restricted_to(each, few) for each in (hint, keep))
    lowered = lower(few, allow_unplaced=allow_unplaced, hint=start, keep=kept)
    share = FIRST if strategy.searches else 1.0
    first = strategy.run(lowered.problem, context.with_share(share))
    above = instance.tiers_above_vnodes(kept=keep is not None)
    fewest = FlexibleResult(lowered=lowered, solution=_counted(first, instance, above))
    known = fewest.solution.costs[: len(above)]
    if (
        first.status is Status.OPTIMAL
        and not allow_unplaced
        and known == _lower_bounds(instance, lowered.problem, above)
    ):
        return fewest
    fewest = FlexibleResult(lowered=lowered, solution=unproved(fewest.solution))
    tell(lowered, fewest.solution)
    if not strategy.searches:
        return fewest
    second = of_hint(instance, allow_unplaced=allow_unplaced, hint=hint, keep=keep)
    if second is None and context.left_s() > 0:
        second = of_width(instance, strategy, context, allow_unplaced=allow_unplaced, keep=keep)
    best = cheaper(fewest, second)
    tell(best.lowered, best.solution)
    if context.left_s() <= 0:
        return best
    begun = hint if best.solution.site_of is None else best.lowered.to_placement(best.solution.site_of)
    return _choose(instance, strategy, context, best, allow_unplaced=allow_unplaced, hint=begun, keep=keep)


def _choose(
    instance: Instance,
    strategy: Strategy,
    context: SearchContext,
    known: FlexibleResult,
    *,
    allow_unplaced: bool,
    hint: Placement | None,
    keep: Placement | None,
) -> FlexibleResult:
    """Solve with all numbers of vnodes, and give the better of that solution and the known one."""
    context.log("flexible guests: all numbers of vnodes")
    chosen = solved(
        instance,
        lambda case: lower(case, allow_unplaced=allow_unplaced, hint=hint, keep=keep),
        lambda lowered, limits: strategy.run(lowered.problem, limits),
        context,
    )
    found = chosen.solution
    if found.site_of is None:
        if known.solution.site_of is None:
            return FlexibleResult(lowered=known.lowered, solution=found)
        return _with_bounds(known, found.bounds)
    if known.solution.site_of is not None and known.solution.costs < found.costs:
        return _with_bounds(known, found.bounds)
    return chosen


def trade_of(
    instance: Instance, placement: Placement, context: SearchContext, *, allow_unplaced: bool = False
) -> Trade | None:
    """
    Look for a trade beside an optimal placement, among all numbers of vnodes.

    Returns
    -------
    Trade or None
        As of :func:`placer.solving.tradeoff.find_trade`.
    """
    limit_s = default_limit_s(context)
    answer = check(instance, placement, allow_unplaced=allow_unplaced)
    trades = []
    for order in PURE_ORDERS:
        asked = change(instance, objective=change(instance.objective, tiers=order))
        part = part_of(context, limit_s)
        chosen = solve_flexible(
            asked, STRATEGIES["branch-and-bound"], part, allow_unplaced=allow_unplaced, hint=placement, keep=None
        )
        if chosen.solution.site_of is not None:
            other = chosen.lowered.to_placement(chosen.solution.site_of)
            trade = compared(instance, order, answer, other, check(instance, other, allow_unplaced=allow_unplaced))
            trades += [trade] if trade else []
    return min(trades, key=lambda trade: check(instance, trade.placement, allow_unplaced=True).costs, default=None)


def _with_bounds(chosen: FlexibleResult, bounds: tuple[int, ...]) -> FlexibleResult:
    solution = chosen.solution
    return replace(
        chosen, solution=replace(solution, bounds=bounds, status=Solution.status_for(solution.costs, bounds))
    )


def _counted(solution: Solution, instance: Instance, above: tuple[dict[str, int], ...]) -> Solution:
    """Insert the tier of the vnodes into costs and bounds, and add the traffic that rounding loses on each guest."""
    flexible = [guest for guest in instance.guests if guest.flexible]
    cut = [guest.split_into(guest.flexible.least) for guest in flexible if guest.flexible]
    lost = sum(traffic_rounding_loss(guest, instance.host) for guest in cut)
    more = [terms.get("access_distance", 0) * lost for terms in above]

    def counted(each: tuple[int, ...]) -> tuple[int, ...]:
        raised = (cost + extra for cost, extra in zip(each, more, strict=False))
        return (*raised, sum(len(guest.vnodes) for guest in cut), *each[len(above) :]) if each else ()

    return replace(solution, costs=counted(solution.costs), bounds=counted(solution.bounds))


def _lower_bounds(instance: Instance, problem: Problem, above: tuple[dict[str, int], ...]) -> tuple[int, ...]:
    """
    Bound the tiers above that of the vnodes from below, for every number of vnodes.

    Guests that are not flexible cost the same whatever the numbers are: each item its cheapest site, each pair its
    cheapest distance. The load of all vcpus, spread as evenly as possible, does not depend on the numbers either. Each
    online vcpu of a flexible guest has 1000 units of traffic (rounding losses are charged), none below the smallest
    distance.

    Parameters
    ----------
    problem
        With the fewest vnodes.
    above
        The weight of each term of these tiers.
    """
    index = TermIndex(problem)
    groups = zip(instance.guests, problem.groups, strict=True)
    fixed = np.array(list(chain(*(items for guest, items in groups if not guest.flexible))), dtype=np.int64)
    barred = np.iinfo(np.int64).max // (problem.n + 1)
    cheapest = np.where(problem.allowed, index.linear, barred).min(axis=2)[:, fixed].sum(axis=1)
    lower_bounds = cheapest + pair_bounds(index)[:, fixed][:, :, fixed].sum(axis=(1, 2)) // 2
    for t, convex_load in index.convex_loads:
        load = np.zeros((1, len(convex_load.table)), dtype=np.int64)
        more = convex_load.unavoidable_load(problem.allowed, np.arange(problem.n))
        lower_bounds[t] += convex_load.table[:, 0].sum() + convex_load.cheapest_increase(load, more)[0]
    vcpus = sum(len(guest.online) for guest in instance.guests if guest.flexible and guest.memory_kib)
    for t, terms in enumerate(above):
        lower_bounds[t] += terms.get("access_distance", 0) * 1000 * vcpus * instance.host.smallest_distance
    return tuple(lower_bounds[: len(above)].tolist())
