"""solve(): lower, run a strategy, read its assignment as a placement, and have that checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from threading import Event

import msgspec

from placer.assignment import IntArray, Progress, Status
from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES
from placer.errors import InputError, expect
from placer.instance import Instance, Placement
from placer.instance.previous import restricted_to
from placer.lowering.lower import lower
from placer.lowering.lowered import Lowered
from placer.lowering.overflow import check_weights
from placer.solving.logs import DEBUG, INFO, log_line, log_to
from placer.solving.reason import no_placement_reason
from placer.solving.result import Result, Trade
from placer.solving.searching import searched
from placer.solving.verified import verified_result
from placer.solving.vnode_counts import resolve_ranges


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
        ``optimal``, ``cpsat``, ``branch-and-bound``, ``local-search``, ``first-fit-decreasing``, or the greedy of the
        2013 RFC, ``first-fit`` and ``first-fit-2013-12``, whose placements may break rules.
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
        The same, and of placements that cost the same in all tiers before device_pnodes and shape the one that moves
        the fewest vnodes away from it is the best.
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
    _check_options(strategy, allow_unplaced=allow_unplaced, trade=trade)
    expect("dump_model", dump_model, str, PathLike, type(None))
    context = SearchContext(
        time_limit_s=time_limit_s,
        workers=workers,
        seed=seed,
        deterministic_limit=deterministic_limit,
        stop=Event() if stop is None else stop,
        on_progress=on_progress,
        on_log=on_log or log_to(DEBUG, __name__),
    )
    instance = resolve_ranges(instance)
    keep = _earlier(instance, "keep", keep)
    hint = keep if hint is None else _earlier(instance, "hint", hint)
    if dump_model is not None:
        from placer.assignment.cpsat.export import write_model  # brings ortools along

        write_model(lower(instance, allow_unplaced=allow_unplaced, keep=keep).problem, Path(dump_model))
    instance, lowered, solution = searched(
        instance, strategy, context, allow_unplaced=allow_unplaced, hint=hint, keep=keep
    )
    if solution.site_of is None:
        reason = no_placement_reason(instance, lowered, solution, context, strategy=strategy, kept=keep is not None)
        result = Result(
            status=solution.status,
            strategy=strategy,
            reason=reason,
            wall_time_s=context.elapsed_s(),
            decisions=solution.decisions,
        )
    else:
        result = verified_result(
            instance, lowered, solution, strategy=strategy, keep=keep, wall_time_s=context.elapsed_s()
        )
        if trade and result.status is Status.OPTIMAL and result.placement is not None and context.left_s() > 0:
            offer = _trade(instance, lowered, solution.site_of, result.placement, context)
            result = dataclasses.replace(result, trade=offer)
    log_line(INFO, __name__, f"{strategy}: {result.status} in {result.wall_time_s:.3f} s")
    return result


def _check(instance: Instance) -> None:
    if not isinstance(instance, Instance):
        raise InputError(f"expected a placer.Instance, got {type(instance).__name__}")
    try:
        msgspec.convert(msgspec.to_builtins(instance), Instance)
    except (msgspec.ValidationError, TypeError) as error:  # TypeError: of a type that no instance file could give
        raise InputError(f"no valid instance: {error}") from error
    check_weights(instance)


def _check_options(strategy: str, **switches: object) -> None:
    for name, value in switches.items():
        expect(name, value, bool)
    if expect("strategy", strategy, str) not in STRATEGIES:
        raise InputError(f'no strategy "{strategy}", expected one of {", ".join(STRATEGIES)}')


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


def _trade(
    instance: Instance, lowered: Lowered, site_of: IntArray, placement: Placement, context: SearchContext
) -> Trade | None:
    from placer.solving.flexible import trade_of
    from placer.solving.tradeoff import find_trade

    if instance.flexible:
        return trade_of(instance, placement, context, allow_unplaced=lowered.allow_unplaced)
    return find_trade(lowered, site_of, context)
