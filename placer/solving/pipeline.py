"""solve(): lower, run a strategy, read its assignment as a placement, and have that checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from threading import Event
from time import perf_counter

import msgspec

from placer.assignment import Progress, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.in_time import within
from placer.assignment.registry import STRATEGIES
from placer.errors import InputError, expect
from placer.instance import Instance, Placement
from placer.instance.previous import restricted_to
from placer.lowering.lower import lower
from placer.lowering.lowered import Lowered
from placer.solving.logs import DEBUG, INFO, log_line, log_to
from placer.solving.reason import no_placement_reason
from placer.solving.result import Result, Trade
from placer.solving.searching import Found, SoFar, searched
from placer.solving.valid import check_valid
from placer.solving.verified import verified_result
from placer.solving.vnode_counts import resolve_ranges

SMALL, SMALL_LIMIT_S = 64, 1.0
"""
Vnodes times pnodes of small instances, and seconds that no search of one takes: the worst of 560 in benchmarks/speed.md
takes 0.05 s. Chosen for one guest of up to eight vnodes on eight pnodes.
"""
HANDOVER_S = 0.03
"""Seconds in which a search may hand over what a strategy that was left had found. Chosen, not tuned."""


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
    started: float | None = None,
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
    started
        From when ``time_limit_s`` counts, as of ``time.perf_counter()``; None: from this call.

    Raises
    ------
    InputError
        If there is no such strategy, an argument is out of range, or an instance built in code has values that an
        instance file could not have.
    Defect
        If an answer fails the independent check; never seen, please report it.
    """
    began = perf_counter()
    check_valid(instance)
    _check_options(strategy, allow_unplaced=allow_unplaced, trade=trade)
    expect("dump_model", dump_model, str, PathLike, type(None))
    expect("started", started, float, int, type(None))
    context = SearchContext(
        time_limit_s=time_limit_s,
        workers=workers,
        seed=seed,
        deterministic_limit=deterministic_limit,
        stop=Event() if stop is None else stop,
        on_progress=on_progress,
        on_log=on_log or log_to(DEBUG, __name__),
        started=began,
    )
    context.time_limit_s = max(0.0, time_limit_s - (0.0 if started is None else began - started))
    if dump_model is not None:
        _write_model(instance, Path(dump_model), allow_unplaced=allow_unplaced, keep=keep)
    so_far = SoFar()

    def search(limits: SearchContext) -> Found:
        whole, start, so_far.keep = _prepared(instance, hint, keep)
        return searched(
            whole, strategy, limits, allow_unplaced=allow_unplaced, hint=start, keep=so_far.keep, so_far=so_far
        )

    if _is_small(instance, strategy, context.time_limit_s):
        so_far.found = search(context)
    else:
        so_far.found = within(context, search, more_s=HANDOVER_S) or so_far.left(context)
    result = _result(so_far, strategy, context, time_limit_s=time_limit_s, trade=trade)
    log_line(INFO, __name__, f"{strategy}: {result.status} in {result.wall_time_s:.3f} s")
    return result


def _is_small(instance: Instance, strategy: str, time_limit_s: float) -> bool:
    """Whether a search ends long before its limit, and needs no thread to be left in, which takes 0.2 ms."""
    vnodes = sum(len(guest.vnodes) for guest in instance.guests)
    cells = vnodes * len(instance.host.pnodes)
    return not instance.flexible and strategy == "optimal" and cells <= SMALL and time_limit_s >= SMALL_LIMIT_S


def _prepared(
    instance: Instance, hint: Placement | None, keep: Placement | None
) -> tuple[Instance, Placement | None, Placement | None]:
    """Settle the ranges of vnodes, and check the earlier placements: each search fits them to its own guests."""
    kept = _earlier("keep", keep)
    return resolve_ranges(instance), kept if hint is None else _earlier("hint", hint), kept


def _write_model(instance: Instance, path: Path, *, allow_unplaced: bool, keep: Placement | None) -> None:
    from placer.assignment.cpsat.export import write_model  # brings ortools along

    instance, _, kept = _prepared(instance, None, keep)
    kept = None if kept is None else restricted_to(kept, instance)
    write_model(lower(instance, allow_unplaced=allow_unplaced, keep=kept).problem, path)


def _result(so_far: SoFar, strategy: str, context: SearchContext, *, time_limit_s: float, trade: bool) -> Result:
    """Confirm what was found, or say why nothing was."""
    if so_far.found is None:
        late = f"the time was up before the search had begun; raise the time limit (now {time_limit_s:g} s)"
        return Result(status=Status.UNKNOWN, strategy=strategy, reason=late, wall_time_s=context.elapsed_s())
    instance, lowered, solution = so_far.found
    keep, kept = so_far.keep, so_far.keep is not None
    if solution.site_of is None:
        reason = within(
            context,
            lambda limits: no_placement_reason(
                instance, lowered, solution, limits, strategy=strategy, kept=kept, time_limit_s=time_limit_s
            ),
            more_s=HANDOVER_S,
        )
        return Result(
            status=solution.status,
            strategy=strategy,
            reason=reason or _short_reason(solution, context, time_limit_s),
            wall_time_s=context.elapsed_s(),
            decisions=solution.decisions,
        )
    result = verified_result(instance, lowered, solution, strategy=strategy, keep=keep, wall_time_s=context.elapsed_s())
    if not trade or result.status is not Status.OPTIMAL or context.left_s() <= 0:
        return result
    # a result and nothing are told apart in a tuple: None is a call that was left
    offer = within(context, lambda limits: (_trade(instance, lowered, solution, result, limits),))
    return dataclasses.replace(result, trade=offer[0] if offer else None)


def _check_options(strategy: str, **switches: object) -> None:
    for name, value in switches.items():
        expect(name, value, bool)
    if expect("strategy", strategy, str) not in STRATEGIES:
        raise InputError(f'no strategy "{strategy}", expected one of {", ".join(STRATEGIES)}')


def _earlier(name: str, placement: Placement | None) -> Placement | None:
    """Check an earlier placement."""
    if placement is None:
        return None
    if not isinstance(placement, Placement):
        raise InputError(f"{name}: expected a placer.Placement, got {type(placement).__name__}")
    try:
        return msgspec.convert(msgspec.to_builtins(placement), Placement)
    except msgspec.ValidationError as error:
        raise InputError(f"{name}: no valid placement: {error}") from error


def _short_reason(solution: Solution, context: SearchContext, time_limit_s: float) -> str:
    """Say what is known where the time was up before a whole reason was found."""
    if solution.status is Status.INFEASIBLE:
        return "the time was up before a reason was found"
    tried = f"tried for {context.elapsed_s():.2f} s: {solution.attempts}"
    return f"{tried}\nto get an answer: raise --time-limit (now {time_limit_s:g} s)"


def _trade(
    instance: Instance, lowered: Lowered, solution: Solution, result: Result, context: SearchContext
) -> Trade | None:
    from placer.solving.flexible import trade_of
    from placer.solving.tradeoff import find_trade

    assert solution.site_of is not None
    assert result.placement is not None
    if instance.flexible:
        return trade_of(instance, result.placement, context, allow_unplaced=lowered.allow_unplaced)
    return find_trade(lowered, solution.site_of, context)
