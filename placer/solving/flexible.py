"""Flexible guests: first with the fewest vnodes each, then, where other numbers may cost less, with the choice."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from placer.instance.objective_terms import VNODES
from placer.instance.previous import restricted_to
from placer.lowering.costs import traffic_rounding_loss
from placer.lowering.lower import lower
from placer.lowering.lowered import Lowered
from placer.solving.result import Trade
from placer.solving.tradeoff import PURE_ORDERS, compared, default_limit_s, part_of

FIRST = 0.3
"""Share of the time that the fewest vnodes get."""


@dataclass(frozen=True, kw_only=True)
class FlexibleResult:
    """
    What was found.

    Parameters
    ----------
    lowered
        What the answer is read with: the fewest vnodes of each guest, or the choice.
    solution
        ``site_of`` of its items; ``costs`` and ``bounds`` of every tier, that of the vnodes included.
    """

    lowered: Lowered
    solution: Solution


def solve_flexible(
    instance: Instance,
    strategy: Strategy,
    context: SearchContext,
    *,
    allow_unplaced: bool,
    hint: Placement | None,
    keep: Placement | None,
) -> FlexibleResult:
    """
    Place an instance with flexible guests whose ranges are settled.

    With the fewest vnodes of each guest it is an ordinary instance. Where that is proved, and other numbers of vnodes
    cannot cost less in the tiers down to that of the vnodes, it is the answer. So it is for a strategy that does not
    search, without a proof.
    """
    few = instance.with_fewest_vnodes()
    start, kept = (None if each is None else restricted_to(each, few) for each in (hint, keep))
    lowered = lower(few, allow_unplaced=allow_unplaced, hint=start, keep=kept)
    share = FIRST if strategy.searches else 1.0
    first = strategy.run(lowered.problem, replace(context, time_limit_s=context.elapsed_s() + share * context.left_s()))
    tier = [list(terms) for terms in instance.tiers(kept=keep is not None)].index([VNODES])
    fewest = FlexibleResult(lowered=lowered, solution=_counted(first, instance, tier))
    known = fewest.solution.costs[:tier]
    if (
        first.status is Status.OPTIMAL
        and not allow_unplaced
        and known == _lower_bounds(instance, lowered.problem, tier)
    ):
        return fewest
    if not strategy.searches or context.left_s() <= 0:
        return FlexibleResult(lowered=lowered, solution=_unproved(fewest.solution))
    begun = hint if first.site_of is None else lowered.to_placement(first.site_of)
    return _choose(instance, strategy, context, fewest, allow_unplaced=allow_unplaced, hint=begun, keep=keep)


def _choose(
    instance: Instance,
    strategy: Strategy,
    context: SearchContext,
    fewest: FlexibleResult,
    *,
    allow_unplaced: bool,
    hint: Placement | None,
    keep: Placement | None,
) -> FlexibleResult:
    """Solve with every number of vnodes, and keep what is better."""
    context.log("flexible guests: with the choice of their vnodes")
    lowered = lower(instance, allow_unplaced=allow_unplaced, hint=hint, keep=keep)
    found = strategy.run(lowered.problem, context)
    if not lowered.is_exact:
        found = _unproved(found)
    if found.site_of is None:
        if fewest.solution.site_of is None:
            return FlexibleResult(lowered=fewest.lowered, solution=found)
        return _with_bounds(fewest, found.bounds)
    if fewest.solution.site_of is not None and fewest.solution.costs < found.costs:
        return _with_bounds(fewest, found.bounds)
    return FlexibleResult(lowered=lowered, solution=found)


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


def _counted(solution: Solution, instance: Instance, tier: int) -> Solution:
    """Insert the tier of the vnodes, the fewest of each, and add what rounding takes off their traffic."""
    flexible = [guest for guest in instance.guests if guest.flexible]
    cut = [guest.split_into(guest.flexible.least) for guest in flexible if guest.flexible]
    lost = sum(traffic_rounding_loss(guest, instance.host) for guest in cut)
    more = [terms.get("access_distance", 0) * lost for terms in instance.tiers()[:tier]]

    def counted(each: tuple[int, ...]) -> tuple[int, ...]:
        raised = (cost + extra for cost, extra in zip(each, more, strict=False))
        return (*raised, sum(len(guest.vnodes) for guest in cut), *each[tier:]) if each else ()

    return replace(solution, costs=counted(solution.costs), bounds=counted(solution.bounds))


def _unproved(solution: Solution) -> Solution:
    """Take the proof from a solution, which holds for fewer placements than there are."""
    if solution.site_of is not None:
        return replace(solution, bounds=(), status=Status.FEASIBLE)
    tried = "not every number of vnodes was tried"
    return replace(solution, bounds=(), status=Status.UNKNOWN, attempts=solution.attempts or tried)


def _lower_bounds(instance: Instance, problem: Problem, tier: int) -> tuple[int, ...]:
    """
    Bound the tiers before that of the vnodes from below, whatever the numbers of vnodes are.

    Parameters
    ----------
    problem
        With the fewest vnodes. What its other guests cost at least, and all load spread evenly, holds for all numbers.
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
    vcpus = sum(guest.vcpu_count for guest in instance.guests if guest.flexible and guest.memory_kib)
    for t, terms in enumerate(instance.tiers()[:tier]):
        lower_bounds[t] += terms.get("access_distance", 0) * 1000 * vcpus * instance.host.smallest_distance
    return tuple(lower_bounds[:tier].tolist())
