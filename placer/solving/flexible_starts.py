"""Answers with some numbers of vnodes, from which the search over all numbers starts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from placer.assignment import IntArray, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.registry import Strategy
from placer.check import check
from placer.instance import Instance, Placement
from placer.instance.previous import restricted_to
from placer.lowering.lower import lower
from placer.lowering.lowered import Lowered

SHARE = 0.2
"""Share of the time that is left for the solve with as many vnodes as the vcpus need. Chosen, not tuned."""


@dataclass(frozen=True, kw_only=True)
class FlexibleResult:
    """
    The solution of an instance with flexible guests, and the lowering to read it with.

    Parameters
    ----------
    lowered
        With the fewest vnodes of each guest, or with all numbers.
    solution
        ``site_of`` for the items of ``lowered``; ``costs`` and ``bounds`` of every tier, the tier of the vnodes
        included.
    """

    lowered: Lowered
    solution: Solution


def of_width(
    instance: Instance, strategy: Strategy, context: SearchContext, *, allow_unplaced: bool, keep: Placement | None
) -> FlexibleResult | None:
    """
    Place each flexible guest in so many vnodes that one of them has no more vcpus than the widest pnode has pcpus.

    The fewest vnodes are those whose memory fits, and share cores where a guest is wide.

    Returns
    -------
    FlexibleResult or None
        None where these are the fewest, no pnode has pcpus, or no placement is found.
    """
    widest = max(len(pnode.pcpus) for pnode in instance.host.pnodes)
    if not widest:
        return None
    fewest = {guest.name: guest.flexible.counts for guest in instance.guests if guest.flexible}
    widths = {guest.name: -(-len(guest.online) // widest) for guest in instance.guests}
    counts = {name: min(max(each[0], widths[name]), each[-1]) for name, each in fewest.items()}
    if all(counts[name] == each[0] for name, each in fewest.items()):
        return None
    split = instance.split_into(counts)
    kept = None if keep is None else restricted_to(keep, split)
    lowered = lower(split, allow_unplaced=allow_unplaced, keep=kept)
    limit_s = context.elapsed_s() + SHARE * context.left_s()
    site_of = strategy.run(lowered.problem, replace(context, time_limit_s=limit_s)).site_of
    return None if site_of is None else _checked(instance, lowered, site_of, allow_unplaced=allow_unplaced, keep=keep)


def _checked(
    instance: Instance, lowered: Lowered, site_of: IntArray, *, allow_unplaced: bool, keep: Placement | None
) -> FlexibleResult:
    """Give an assignment as an answer, with the costs that the check computes of it."""
    costs = check(instance, lowered.to_placement(site_of), allow_unplaced=allow_unplaced, keep=keep).costs
    return FlexibleResult(lowered=lowered, solution=Solution(status=Status.FEASIBLE, site_of=site_of, costs=costs))


def of_hint(
    instance: Instance, *, allow_unplaced: bool, hint: Placement | None, keep: Placement | None
) -> FlexibleResult | None:
    """Read the hint as an answer, with the numbers of vnodes that it has; None if it breaks a rule."""
    if hint is None:
        return None
    fewest = {guest.name: guest.flexible.least for guest in instance.guests if guest.flexible}
    split = instance.split_into(fewest | {name: k for name, k in hint.counts().items() if k})
    kept = None if keep is None else restricted_to(keep, split)
    lowered = lower(split, allow_unplaced=allow_unplaced, keep=kept)
    site_of = lowered.to_sites(restricted_to(hint, split))
    if (site_of < 0).any() or not lowered.problem.feasible(site_of[None, :])[0]:
        return None
    return _checked(instance, lowered, site_of, allow_unplaced=allow_unplaced, keep=keep)


def cheaper(first: FlexibleResult, second: FlexibleResult | None) -> FlexibleResult:
    """Give the one of two answers that costs less; the first if neither does."""
    if second is None or (first.solution.site_of is not None and first.solution.costs <= second.solution.costs):
        return first
    return second
