"""solve(): lower, run a strategy, read its assignment as a placement, and have that checked."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from threading import Event

import msgspec

from placer.assignment import IntArray, Problem, Progress, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES
from placer.check import Verdict, check, mean_access_distance
from placer.errors import Defect, InputError, expect
from placer.instance import Instance, Placement
from placer.instance.previous import moved, restricted_to
from placer.lowering.lower import lower, lower_for_baseline
from placer.lowering.lowered import Lowered
from placer.lowering.overflow import check_weights
from placer.solving.result import Result, Tier, Trade
from placer.solving.vnode_counts import resolve_ranges

logger = logging.getLogger(__name__)


def solve(
    instance: Instance,
    *,
    strategy: str = "optimal",
    time_limit_s: float = 10.0,
    workers: int | None = None,
    seed: int = 0,
    allow_unplaced: bool = False,
    hint: Placement | None = None,
    keep: Placement | None = None,
    trade: bool = False,
    deterministic_limit: float | None = None,
    stop: Event | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_log: Callable[[str], None] | None = None,
    dump_model: Path | str | None = None,
) -> Result:
    """
    Place the guests of an instance.

    Safe to call from several threads at once; nothing global is kept.

    Parameters
    ----------
    strategy
        One of :data:`placer.assignment.registry.STRATEGIES`.
    time_limit_s
        Seconds after which the best so far is the answer.
    workers
        Threads of the solver; None chooses by size. With one worker, a seed and ``deterministic_limit`` the same
        placement comes back each time; with more, the same costs where OPTIMAL, perhaps another placement.
    allow_unplaced
        Whether vnodes may stay without a pnode, at the price of the first two tiers.
    hint
        A placement to start from. It may break rules, lack guests and have others; whatever searches finds nothing
        that costs more, as far as it can be used.
    keep
        The same, and of placements that cost the same in all tiers before shape the one that moves the fewest vnodes
        away from it is the best.
    trade
        Whether to look for a trade beside an answer that is OPTIMAL: a share of the time it took, where some is left.
    deterministic_limit
        Limit on the solver's own measure of work for each tier, independent of the machine.
    stop
        Set it to end the search with the best so far.
    on_progress
        Called now and then, from any thread.
    on_log
        Called with each line of a log: the steps with their times, and what CP-SAT says; from any thread. None: the
        lines go to :mod:`logging` at level DEBUG, as ``placer.solving.pipeline``, where that level is on.
    dump_model
        A file to write the CP-SAT model to, whatever the strategy
        (:func:`placer.assignment.cpsat.export.write_model`); it takes time of its own.

    Raises
    ------
    InputError
        If there is no such strategy, an argument is out of range, or an instance built in code has values that an
        instance file could not have.
    Defect
        If an answer fails the independent check; never seen, please report it.
    """
    _check(instance)
    _check_options(strategy, stop, on_progress, on_log, dump_model)
    instance = resolve_ranges(instance)
    keep = _earlier(instance, "keep", keep)
    hint = keep if hint is None else _earlier(instance, "hint", hint)
    if dump_model is not None:
        from placer.assignment.cpsat.export import write_model  # brings ortools along

        write_model(lower(instance, allow_unplaced=allow_unplaced, keep=keep).problem, Path(dump_model))
    context = SearchContext(
        time_limit_s=time_limit_s,
        workers=workers,
        seed=seed,
        deterministic_limit=deterministic_limit,
        stop=stop or Event(),
        on_progress=on_progress,
        on_log=on_log or (logger.debug if logger.isEnabledFor(logging.DEBUG) else None),
    )
    lowered, solution = _searched(instance, strategy, context, allow_unplaced=allow_unplaced, hint=hint, keep=keep)
    if solution.site_of is None:
        reason = _reason(instance, lowered, solution, context, strategy=strategy, kept=keep is not None)
        result = Result(
            status=solution.status,
            strategy=strategy,
            reason=reason,
            wall_time_s=context.elapsed_s(),
            decisions=solution.decisions,
        )
    else:
        result = _placed(instance, lowered, solution, solution.site_of, context, strategy=strategy, keep=keep)
        if trade and result.status is Status.OPTIMAL and result.placement is not None and context.left_s() > 0:
            offer = _trade(instance, lowered, solution.site_of, result.placement, context)
            result = dataclasses.replace(result, trade=offer)
    logger.info("%s: %s in %.3f s", strategy, result.status, result.wall_time_s)
    return result


def _placed(
    instance: Instance,
    lowered: Lowered,
    solution: Solution,
    site_of: IntArray,
    context: SearchContext,
    *,
    strategy: str,
    keep: Placement | None,
) -> Result:
    """Read the assignment as a placement, and hold it against the independent check."""
    placement = lowered.to_placement(site_of)
    baseline = STRATEGIES[strategy].baseline
    verdict = check(instance, placement, allow_unplaced=lowered.allow_unplaced and not baseline, keep=keep)
    status = _confirmed(solution, verdict, baseline=baseline)
    return Result(
        status=status,
        strategy=strategy,
        instance=lowered.chosen(site_of),
        placement=placement,
        tiers=_tiers(solution, verdict),
        mean_access_distance=mean_access_distance(verdict),
        guest_access_distance={name: access.mean_distance for name, access in verdict.access.items()},
        violations=verdict.violations,
        moved=None if keep is None else moved(keep, placement),
        reason=None if status is not Status.UNKNOWN else "the greedy leaves it unplaced or breaks the rules listed",
        wall_time_s=context.elapsed_s(),
        decisions=solution.decisions,
    )


def _searched(
    instance: Instance,
    strategy: str,
    context: SearchContext,
    *,
    allow_unplaced: bool,
    hint: Placement | None,
    keep: Placement | None,
) -> tuple[Lowered, Solution]:
    """Lower the instance as the strategy wants it, and run that."""
    chosen = STRATEGIES[strategy]
    if chosen.baseline:
        lowered = lower_for_baseline(instance.with_fewest_vnodes())
    elif instance.flexible:
        from placer.solving.flexible import solve_flexible  # brings the strategies along

        found = solve_flexible(instance, chosen, context, allow_unplaced=allow_unplaced, hint=hint, keep=keep)
        if found.solution.site_of is not None:
            return found.lowered, found.solution
        # What is proved of all numbers of vnodes is not proved of the fewest.
        return found.lowered, dataclasses.replace(found.solution, bounds=())
    else:
        lowered = lower(instance, allow_unplaced=allow_unplaced, hint=hint, keep=keep)
    return lowered, _logged(strategy, lowered.problem, context)


def _tiers(solution: Solution, verdict: Verdict) -> tuple[Tier, ...]:
    bounds = solution.bounds or (None,) * len(verdict.terms)
    return tuple(
        Tier(cost=cost, bound=bound, terms=terms)
        for cost, terms, bound in zip(verdict.costs, verdict.terms, bounds, strict=True)
    )


def _check(instance: Instance) -> None:
    if not isinstance(instance, Instance):
        raise InputError(f"expected a placer.Instance, got {type(instance).__name__}")
    try:
        msgspec.convert(msgspec.to_builtins(instance), Instance)
    except (msgspec.ValidationError, TypeError) as error:  # TypeError: of a type that no instance file could give
        raise InputError(f"no valid instance: {error}") from error
    check_weights(instance)


def _check_options(strategy: object, stop: object, on_progress: object, on_log: object, dump_model: object) -> None:
    if expect("strategy", strategy, str) not in STRATEGIES:
        raise InputError(f'no strategy "{strategy}", expected one of {", ".join(STRATEGIES)}')
    expect("stop", stop, Event, type(None))
    expect("dump_model", dump_model, str, PathLike, type(None))
    for name, call in (("on_progress", on_progress), ("on_log", on_log)):
        if call is not None and not callable(call):
            raise InputError(f"expected a function, got {type(call).__name__}", place=name)


def _earlier(instance: Instance, name: str, placement: Placement | None) -> Placement | None:
    """Check an earlier placement and fit it to the instance."""
    if placement is None:
        return None
    if not isinstance(placement, Placement):
        raise InputError(f"{name}: expected a placer.Placement, got {type(placement).__name__}")
    try:
        return restricted_to(msgspec.convert(msgspec.to_builtins(placement), Placement), instance)
    except msgspec.ValidationError as error:
        raise InputError(f"{name}: no valid placement: {error}") from error


def _confirmed(solution: Solution, verdict: Verdict, *, baseline: bool) -> Status:
    """Hold the answer against the independent check."""
    if baseline:
        return Status.UNKNOWN if verdict.violations else Status.FEASIBLE
    if verdict.violations:
        raise Defect("the placement breaks rules: " + "; ".join(v.message for v in verdict.violations))
    if verdict.costs != solution.costs:
        raise Defect(f"the strategy says the placement costs {solution.costs}, the check says {verdict.costs}")
    if any(bound > cost for bound, cost in zip(solution.bounds, verdict.costs, strict=False)):
        raise Defect(f"bounds {solution.bounds} pass the known costs {verdict.costs}")
    return solution.status


def _logged(strategy: str, problem: Problem, context: SearchContext) -> Solution:
    context.log(f"{strategy}: {problem.n} items on {problem.m} sites, {len(problem.tiers)} tiers")
    solution = STRATEGIES[strategy].run(problem, context)
    context.log(f"{strategy}: {solution.status}, costs {solution.costs or None}, bounds {solution.bounds or None}")
    return solution


def _reason(
    instance: Instance, lowered: Lowered, solution: Solution, context: SearchContext, *, strategy: str, kept: bool
) -> str:
    """Say why there is no placement, or what was tried in vain."""
    # Only here, where it is needed: explanations bring every strategy along.
    from placer.explain import explain_infeasible, explain_unknown

    few = instance.with_fewest_vnodes()
    if solution.status is not Status.INFEASIBLE:
        return explain_unknown(
            lowered.problem,
            solution,
            context,
            strategy=strategy,
            tiers=few.tiers(kept=kept),
            allow_unplaced=lowered.allow_unplaced,
        )
    ranges = {guest.name: guest.flexible.counts for guest in instance.guests if guest.flexible}
    several = any(len(counts) > 1 for counts in ranges.values())
    reason = explain_infeasible(few, stop=context.stop, one_of_many_cuts=several)
    if not several:
        return reason
    names = ", ".join(f'guest "{name}" {counts[0]} to {counts[-1]}' for name, counts in ranges.items())
    return f"no number of vnodes fits ({names}); with the fewest:\n{reason}"


def _trade(
    instance: Instance, lowered: Lowered, site_of: IntArray, placement: Placement, context: SearchContext
) -> Trade | None:
    from placer.solving.flexible import trade_of
    from placer.solving.tradeoff import find_trade

    if instance.flexible:
        return trade_of(instance, placement, context, allow_unplaced=lowered.allow_unplaced)
    return find_trade(lowered, site_of, context)
