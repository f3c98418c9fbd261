"""
Flexible guests that leave others less room in one choice: one case for the whole guest, one for its parts.

The Problem of all numbers of vnodes closes a pnode that has less memory than all overheads that may lie there, and
keeps a GiB of each pnode free where Xen asks for whole GiB for some choice. In a case that is settled: overhead is with
the vnode, or in parts on the pnodes, and the guest is whole or is not. In the last cases nothing is closed or kept in
vain, so that together they have every placement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from msgspec.structs import replace as change

from placer.assignment import Solution, Status
from placer.assignment.context import SearchContext
from placer.instance import Instance
from placer.lowering.lowered import Lowered
from placer.lowering.variants import VariantIndex
from placer.solving.flexible_starts import FlexibleResult, cheaper

Solve = Callable[[Lowered, SearchContext], Solution]
"""Runs a strategy on a lowered instance within limits."""


def unproved(solution: Solution) -> Solution:
    """Remove bounds and status OPTIMAL from a solution, because they hold only for some of the numbers of vnodes."""
    if solution.site_of is not None:
        return replace(solution, bounds=(), status=Status.FEASIBLE)
    tried = "not every number of vnodes was tried"
    return replace(solution, bounds=(), status=Status.UNKNOWN, attempts=solution.attempts or tried)


def solved(
    instance: Instance, lowering: Callable[[Instance], Lowered], run: Solve, context: SearchContext
) -> FlexibleResult:
    """
    Solve an instance with all numbers of vnodes, in cases where its Problem leaves placements out.

    Returns
    -------
    FlexibleResult
        Proved if every case is; else the best of all, without a proof.
    """
    lowered = lowering(instance)
    if lowered.is_exact:
        return FlexibleResult(lowered=lowered, solution=run(lowered, context))
    best = FlexibleResult(lowered=lowered, solution=unproved(run(lowered, context.with_share(1 / 2))))
    proved = True
    for case in cases(instance):
        context.log("flexible guests: a case of its own, for room that depends on the choice")
        found = solved(case, lowering, run, context)
        proved &= found.solution.status.proved
        best = cheaper(best, found) if found.solution.site_of is not None else best
    if not proved:
        return replace(best, solution=unproved(best.solution))
    if best.solution.site_of is None:
        return replace(best, solution=Solution(status=Status.INFEASIBLE))
    return replace(best, solution=replace(best.solution, status=Status.OPTIMAL, bounds=best.solution.costs))


def cases(instance: Instance) -> Iterator[Instance]:
    """Give an instance with the first guest on whose choice room depends as one vnode, and as several."""
    g = VariantIndex(instance).unsettled()[0]
    guest = instance.guests[g]
    assert guest.flexible is not None
    for least, most in ((1, 1), (2, guest.flexible.most)):
        narrowed = change(guest, flexible=change(guest.flexible, least=least, most=most))
        yield change(instance, guests=(*instance.guests[:g], narrowed, *instance.guests[g + 1 :]))
