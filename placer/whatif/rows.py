"""An answer for each change of a host, and what moves under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

from placer.assignment import Progress, Status
from placer.assignment.context import SearchContext
from placer.instance import Placement
from placer.job.request import Request, with_chosen_vnodes
from placer.solving.pipeline import solve
from placer.solving.result import Result
from placer.whatif.change import Change

AS_IT_IS = "as it is"
NOT_TRIED = "the search was ended before this change was tried"
Pnodes = tuple[int | None, ...]
OnRow = Callable[[str, Request], None]


@dataclass(frozen=True, kw_only=True)
class WhatIfRow:
    """
    The answer under one change.

    Parameters
    ----------
    name
        What is changed, in words.
    request
        As it was solved, with the vnodes that were chosen; ``request.instance.host`` is the host under the change.
    answer
        The answer, confirmed by the independent check. Of a row on the first row's host ``keep`` is the placement of
        the first row: of placements that cost the same, the one that moves the fewest vnodes.
    moves
        Name of a guest -> the pnodes of its vnodes in the first row, and in this one; of the guests for which they
        differ. None in the first row, on another host, and where one of the two rows has no placement.
    """

    name: str
    request: Request
    answer: Result
    moves: dict[str, tuple[Pnodes, Pnodes]] | None = None


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """
    The answers of :func:`placer.what_if`.

    Parameters
    ----------
    rows
        First that of the host as it is, then one for each change.
    """

    rows: tuple[WhatIfRow, ...]


def answers(
    asked: Request,
    changes: Sequence[tuple[Change, Request]],
    context: SearchContext,
    *,
    allow_unplaced: bool = False,
    on_row: OnRow | None = None,
) -> WhatIf:
    """
    Solve a request as it is, and under each change.

    A row gets what is left of the time, divided by the rows that are left; one that ends early leaves its rest to the
    others. Once ``context.stop`` is set, no further row is tried.

    Parameters
    ----------
    asked
        With its guests settled.
    changes
        Each with the request under it, as :func:`.change.changed` gives it.
    context
        Limits of all rows together.
    on_row
        Called before a row is solved, with its name and its request.
    """
    solved = partial(_row, context=context, allow_unplaced=allow_unplaced, on_row=on_row)
    first = solved(AS_IT_IS, asked, share_s=context.left_s() / (len(changes) + 1), keep=None)
    rows = [first]
    for number, (change, request) in enumerate(changes):
        if context.stop.is_set():
            answer = Result(status=Status.UNKNOWN, strategy="optimal", reason=NOT_TRIED)
            rows.append(WhatIfRow(name=change.title, request=request, answer=answer))
            continue
        share_s = max(0.0, context.left_s()) / (len(changes) - number)
        keep = first.answer.placement if change.instead is None else None
        rows.append(solved(change.title, request, share_s=share_s, keep=keep))
    return WhatIf(rows=tuple(rows))


def _row(
    name: str,
    request: Request,
    *,
    share_s: float,
    keep: Placement | None,
    context: SearchContext,
    allow_unplaced: bool,
    on_row: OnRow | None,
) -> WhatIfRow:
    if on_row is not None:
        on_row(name, request)
    answer = solve(
        request.instance,
        time_limit_s=context.time_limit_s,  # reasons name it
        started=perf_counter() - (context.time_limit_s - share_s),
        workers=context.workers,
        seed=context.seed,
        allow_unplaced=allow_unplaced,
        keep=keep,
        stop=context.stop,
        on_progress=context.on_progress and partial(_named, name, context.on_progress),
        on_log=context.on_log,
    )
    moves = None if keep is None or answer.placement is None else _moves(keep, answer.placement)
    if answer.instance is not None:
        request = with_chosen_vnodes(request, answer.instance, optimal=answer.status is Status.OPTIMAL)
    return WhatIfRow(name=name, request=request, answer=answer, moves=moves)


def _named(name: str, on_progress: Callable[[Progress], None], progress: Progress) -> None:
    """Report progress with the name of its row."""
    on_progress(replace(progress, step=f"{name}: {progress.step}"))


def _moves(before: Placement, after: Placement) -> dict[str, tuple[Pnodes, Pnodes]]:
    """Give the guests with vnodes on other pnodes, or with another number of vnodes."""
    both = {name: (before.pnode_of[name], pnodes) for name, pnodes in after.pnode_of.items()}
    return {name: (old, new) for name, (old, new) in both.items() if old != new}
