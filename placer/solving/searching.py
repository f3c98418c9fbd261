"""The searches of a solve: as asked first, then with what is given up only where no placement exists."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from time import perf_counter

from msgspec.structs import replace

from placer.assignment import Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES
from placer.instance import Instance, Placement
from placer.instance.previous import restricted_to
from placer.lowering.lower import lower, lower_for_baseline
from placer.lowering.lowered import Lowered

Found = tuple[Instance, Lowered, Solution]
"""What was searched, as it was lowered, and what was found."""
Tell = Callable[[Lowered, Solution | None], None]
"""Takes what was found on the way, or what is going to be searched and None."""


class SoFar:
    """
    The best that was found on the way, for an answer should the search have to be left.

    Attributes
    ----------
    found
        None before the first placement.
    searched
        What is searched now, as it was lowered; None before, and with flexible guests.
    keep
        The placement to be kept, with the vnodes that flexible guests may have.
    """

    def __init__(self) -> None:
        self.found: Found | None = None
        self.searched: tuple[Instance, Lowered] | None = None
        self.keep: Placement | None = None

    def left(self, context: SearchContext) -> Found | None:
        """Give the best that is known of a search that was left."""
        if self.found is None and self.searched is not None:
            instance, lowered = self.searched
            return instance, lowered, context.incumbents.kept_for(lowered.problem).solution(context.elapsed_s())
        return self.found

    def of(self, instance: Instance) -> Tell:
        """Take what is found of an instance; it proves nothing of other searches that may follow."""

        def offer(lowered: Lowered, solution: Solution | None) -> None:
            if solution is None:
                self.searched = instance, lowered
            if solution is None or solution.site_of is None:
                return
            if self.found is None or solution.costs < self.found[2].costs:
                self.found = instance, lowered, dataclasses.replace(solution, status=Status.FEASIBLE, bounds=())

        return offer


def searched(
    instance: Instance,
    strategy: str,
    context: SearchContext,
    *,
    allow_unplaced: bool,
    hint: Placement | None,
    keep: Placement | None,
    so_far: SoFar,
) -> Found:
    """
    Search; where pnodes with both memory and pcpus do not take all, search again with guests taken apart.

    Only guests that find no place are taken apart, if that is enough, else all that may be.

    Returns
    -------
    instance : Instance
        With the guests that were taken apart; without a placement as they were taken apart first, for the reason.
    lowered, solution
        As of :func:`_searched`. Its status claims no proof that a search with guests taken apart left open.
    """

    def search(one: Instance, *, unplaced: bool = allow_unplaced) -> Found:
        start, kept = (None if each is None else restricted_to(each, one) for each in (hint, keep))
        tell = so_far.of(one)
        return _with_room_to_spare(one, strategy, context, tell, allow_unplaced=unplaced, hint=start, keep=kept)

    found = search(instance)
    if not found[2].status.proved or not _is_missing(found) or not any(guest.memory_apart for guest in instance.guests):
        return found
    from placer.solving.apart import loosened, only  # only here: it asks which guests fit alone

    left_out: Found | None = found if allow_unplaced else None
    others: list[Found] = []
    for apart in loosened(instance, misfits=not allow_unplaced):
        context.log("no place on pnodes with both memory and pcpus: once more with guests taken apart")
        left_out = left_out or search(instance, unplaced=True)
        names = _left_out(left_out)
        for one in dict.fromkeys((only(instance, apart, names), apart)):
            if one != instance:
                others.append(search(one))
            if others and not _is_missing(others[-1]):
                return others[-1]
    return _best(found, others)


def _is_missing(found: Found) -> bool:
    """Whether a search leaves a guest without a place."""
    return found[2].site_of is None or bool(found[1].allow_unplaced and found[2].costs[0] > 0)


def _best(found: Found, others: list[Found]) -> Found:
    """
    Give the search that leaves least unplaced, the earliest of several; without a placement the first taken apart.

    A search that ended without a proof leaves the others none either.
    """
    open_ones = [other for other in others if not other[2].status.proved]
    if found[2].site_of is None:
        return (open_ones or others or [found])[0]
    placed = [each for each in (found, *others) if each[2].site_of is not None]
    instance, lowered, solution = min(placed, key=lambda each: each[2].costs[:2])
    if open_ones and solution.status is Status.OPTIMAL:
        solution = dataclasses.replace(solution, status=Status.FEASIBLE, bounds=())
    return instance, lowered, solution


def _left_out(found: Found) -> set[str]:
    """Give the names of the guests that a search with unplaced guests left out."""
    _, lowered, solution = found
    if solution.site_of is None:
        return set()
    placement = lowered.to_placement(solution.site_of)
    return {name for name, pnodes in placement.pnode_of.items() if None in pnodes}


def _with_room_to_spare(
    instance: Instance,
    strategy: str,
    context: SearchContext,
    tell: Tell,
    *,
    allow_unplaced: bool,
    hint: Placement | None,
    keep: Placement | None,
) -> Found:
    """
    Search; where guests without vnuma find no room to spare, search again without it.

    Returns
    -------
    instance : Instance
        It says whether sets may stray.
    lowered, solution
        As of :func:`_searched`.
    """
    lowered, solution = _searched(
        instance, strategy, context, tell, allow_unplaced=allow_unplaced, hint=hint, keep=keep
    )
    found = instance, lowered, solution
    concerned = instance.keeps_set_room and any(g.has_own_affinity or g.flexible for g in instance.guests)
    if not concerned or not _is_missing(found) or not solution.status.proved:  # not proved: out of time
        return found
    context.log("guests without vnuma: no room to spare, once more without it")
    loose = replace(instance, sets_may_stray=True)
    without, other = _searched(
        loose, strategy, context, lambda *_: None, allow_unplaced=allow_unplaced, hint=hint, keep=keep
    )
    better = other.site_of is not None and (solution.site_of is None or other.costs[:2] < solution.costs[:2])
    if better or solution.site_of is None:
        return loose, without, other
    return found


def _searched(
    instance: Instance,
    strategy: str,
    context: SearchContext,
    tell: Tell,
    *,
    allow_unplaced: bool,
    hint: Placement | None,
    keep: Placement | None,
) -> tuple[Lowered, Solution]:
    """Lower the instance as the strategy wants it, and run that."""
    chosen, began = STRATEGIES[strategy], perf_counter()
    if chosen.baseline:
        lowered = lower_for_baseline(instance.with_fewest_vnodes())
    elif instance.flexible:
        from placer.solving.flexible import solve_flexible  # brings the strategies along

        found = solve_flexible(
            instance, chosen, context, allow_unplaced=allow_unplaced, hint=hint, keep=keep, tell=tell
        )
        if found.solution.site_of is not None:
            return found.lowered, found.solution
        # What is proved of all numbers of vnodes is not proved of the fewest.
        return found.lowered, dataclasses.replace(found.solution, bounds=())
    else:
        lowered = lower(instance, allow_unplaced=allow_unplaced, hint=hint, keep=keep)
    # the check of the answer looks at the whole instance once more, and takes about as long as lowering it
    tell(lowered, None)
    solution = _logged(strategy, lowered.problem, context.ending_sooner(perf_counter() - began))
    tell(lowered, solution)
    return lowered, solution


def _logged(strategy: str, problem: Problem, context: SearchContext) -> Solution:
    context.log(f"{strategy}: {problem.n} items on {problem.m} sites, {len(problem.tiers)} tiers")
    solution = STRATEGIES[strategy].run(problem, context)
    context.log(f"{strategy}: {solution.status}, costs {solution.costs or None}, bounds {solution.bounds or None}")
    return solution
