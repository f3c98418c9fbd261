"""Flexible guests: first with the fewest vnodes each, then, where other numbers may cost less, with the choice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from msgspec.structs import replace as change

from placer.assignment import Problem, Solution, Status
from placer.assignment.bounds.elementary import bound_load, least_rise, pair_floors
from placer.assignment.context import Budget
from placer.assignment.registry import STRATEGIES, Strategy
from placer.assignment.structure.term_index import Tables
from placer.check import check
from placer.instance import Instance, Placement
from placer.instance.objective_terms import VNODES
from placer.instance.previous import fitted
from placer.lowering.costs import rounding
from placer.lowering.lower import all_choices_kept, back, choose, translate
from placer.solving.result import Trade
from placer.solving.tradeoff import LEAST_S, ORDERS, SHARE, compared, part_of

FIRST = 0.3
"""Share of the time that the fewest vnodes get."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """
    What was found.

    Parameters
    ----------
    instance
        With the vnodes that were chosen.
    solution
        ``site_of`` of these; ``costs`` and ``bounds`` of every tier, that of the vnodes included.
    """

    instance: Instance
    solution: Solution


def solve_flexible(
    instance: Instance,
    strategy: Strategy,
    budget: Budget,
    *,
    allow_unplaced: bool,
    hint: Placement | None,
    keep: Placement | None,
) -> Chosen:
    """
    Place an instance with flexible guests whose ranges are settled.

    With the fewest vnodes of each guest it is an ordinary instance. Where that is proved, and other numbers of vnodes
    cannot cost less in the tiers down to that of the vnodes, it is the answer. So it is for a strategy that does not
    search, without a proof.
    """
    few = instance.in_fewest()
    start, kept = (None if each is None else fitted(each, few) for each in (hint, keep))
    problem = translate(few, allow_unplaced=allow_unplaced, hint=start, keep=kept)
    share = FIRST if strategy.searches else 1.0
    first = strategy.run(problem, replace(budget, time_limit_s=budget.elapsed_s() + share * budget.left_s()))
    tier = [list(terms) for terms in instance.tiers(kept=keep is not None)].index([VNODES])
    fewest = Chosen(instance=few, solution=_counted(first, instance, tier))
    known = fewest.solution.costs[:tier]
    if first.status is Status.OPTIMAL and not allow_unplaced and known == _floors(instance, problem, tier):
        return fewest
    if not strategy.searches or budget.left_s() <= 0:
        return Chosen(instance=few, solution=_unproved(fewest.solution))
    begun = hint if first.site_of is None else back(few, first.site_of)
    return _choose(instance, strategy, budget, fewest, allow_unplaced=allow_unplaced, hint=begun, keep=keep)


def _choose(
    instance: Instance,
    strategy: Strategy,
    budget: Budget,
    fewest: Chosen,
    *,
    allow_unplaced: bool,
    hint: Placement | None,
    keep: Placement | None,
) -> Chosen:
    """Solve with every number of vnodes, and keep what is better."""
    budget.log("flexible guests: with the choice of their vnodes")
    found = strategy.run(translate(instance, allow_unplaced=allow_unplaced, hint=hint, keep=keep), budget)
    if not all_choices_kept(instance, allow_unplaced=allow_unplaced):
        found = _unproved(found)
    if found.site_of is None:
        if fewest.solution.site_of is None:
            return Chosen(instance=fewest.instance, solution=found)
        return _with_bounds(fewest, found.bounds)
    if fewest.solution.site_of is not None and fewest.solution.costs < found.costs:
        return _with_bounds(fewest, found.bounds)
    cut, site_of = choose(instance, found.site_of, allow_unplaced=allow_unplaced)
    return Chosen(instance=cut, solution=replace(found, site_of=site_of))


def trade_of(instance: Instance, placement: Placement, budget: Budget, *, allow_unplaced: bool = False) -> Trade | None:
    """
    Look for a trade beside an optimal placement, among all numbers of vnodes.

    Returns
    -------
    Trade or None
        As of :func:`placer.solving.tradeoff.find_trade`.
    """
    limit_s = LEAST_S + SHARE * budget.elapsed_s()
    answer = check(instance, placement, allow_unplaced=allow_unplaced)
    trades = []
    for order in ORDERS:
        asked = change(instance, objective=change(instance.objective, tiers=order))
        part = part_of(budget, limit_s)
        chosen = solve_flexible(
            asked, STRATEGIES["enumerate"], part, allow_unplaced=allow_unplaced, hint=placement, keep=None
        )
        if chosen.solution.site_of is not None:
            other = back(chosen.instance, chosen.solution.site_of)
            trade = compared(instance, order, answer, other, check(instance, other, allow_unplaced=allow_unplaced))
            trades += [trade] if trade else []
    return min(trades, key=lambda trade: check(instance, trade.placement, allow_unplaced=True).costs, default=None)


def _with_bounds(chosen: Chosen, bounds: tuple[int, ...]) -> Chosen:
    solution = chosen.solution
    return replace(chosen, solution=replace(solution, bounds=bounds, status=Solution.of(solution.costs, bounds)))


def _counted(solution: Solution, instance: Instance, tier: int) -> Solution:
    """Insert the tier of the vnodes, the fewest of each, and add what rounding takes off their traffic."""
    flexible = [guest for guest in instance.guests if guest.flexible]
    cut = [guest.cut_into(guest.flexible.least) for guest in flexible if guest.flexible]
    lost = sum(rounding(guest, instance.host) for guest in cut)
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
    return replace(solution, bounds=(), status=Status.UNKNOWN, tried=solution.tried or tried)


def _floors(instance: Instance, problem: Problem, tier: int) -> tuple[int, ...]:
    """
    Bound the tiers before that of the vnodes from below, whatever the numbers of vnodes are.

    Parameters
    ----------
    problem
        With the fewest vnodes. What its other guests cost at least, and all load spread evenly, holds for all numbers.
    """
    tables = Tables(problem)
    groups = zip(instance.guests, problem.groups, strict=True)
    fixed = np.array(list(chain(*(items for guest, items in groups if not guest.flexible))), dtype=np.int64)
    barred = np.iinfo(np.int64).max // (problem.n + 1)
    cheapest = np.where(problem.allowed, tables.linear, barred).min(axis=2)[:, fixed].sum(axis=1)
    floors = cheapest + pair_floors(tables)[:, fixed][:, :, fixed].sum(axis=(1, 2)) // 2
    for t, crowd in tables.crowds:
        load = np.zeros((1, len(crowd.table)), dtype=np.int64)
        more = bound_load(tables, crowd, np.arange(problem.n))
        floors[t] += crowd.table[:, 0].sum() + least_rise(crowd, load, more)[0]
    vcpus = sum(guest.vcpu_count for guest in instance.guests if guest.flexible and guest.memory_kib)
    for t, terms in enumerate(instance.tiers()[:tier]):
        floors[t] += terms.get("access_distance", 0) * 1000 * vcpus * instance.host.smallest_distance
    return tuple(floors[:tier].tolist())
