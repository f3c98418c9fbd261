"""What if: the same guests on a host that is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

from placer.assignment import Progress
from placer.errors import expect, listed
from placer.instance import Instance

if TYPE_CHECKING:
    from placer.job.request import Request
    from placer.whatif.change import Change
    from placer.whatif.rows import WhatIf


def what_if(
    asked: Request | Instance,
    changes: Iterable[Change],
    *,
    time_limit_s: float = 30.0,
    workers: int | None = None,
    seed: int = 0,
    allow_unplaced: bool = False,
    stop: Event | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_log: Callable[[str], None] | None = None,
) -> WhatIf:
    """
    Place the same guests on a host as it is, and under each of some changes.

    Parameters
    ----------
    asked
        What :func:`placer.assemble` returned, or an instance.
    changes
        Each is answered by itself, and compared with the host as it is.
    time_limit_s
        Seconds for all rows together: each gets an equal share of what is left.
    workers, seed, allow_unplaced, on_progress, on_log
        As for :func:`placer.solve`; the step of a progress begins with the name of its row.
    stop
        Set it to end the search: the row that is searched has the best so far, and later ones are UNKNOWN.

    Returns
    -------
    WhatIf
        ``rows``, first that of the host as it is. ``answer`` has the status, placement, costs and bounds of a row,
        ``moves`` the guests that lie elsewhere than in the first row.

    Raises
    ------
    InputError
        If a change names a pnode that the host does not have, leaves no pnode with memory or none with pcpus, or has a
        size that is none; nothing is solved then.

    Examples
    --------
    >>> import placer
    >>> pnodes = [placer.Pnode(id=i, memory_kib=8 << 20, pcpus=(2 * i, 2 * i + 1)) for i in (0, 1)]
    >>> db = placer.Guest(name="db", vnodes=(placer.Vnode(memory_kib=6 << 20, vcpus=(0, 1)),))
    >>> asked = placer.Instance(host=placer.Host(pnodes=pnodes), guests=(db,))
    >>> found = placer.what_if(asked, [placer.Change(without=(0,)), placer.Change(reserve="3GiB")])
    >>> [(row.name, str(row.answer.status), row.moves) for row in found.rows[1:]]
    [('without pnode 0', 'OPTIMAL', {'db': ((0,), (1,))}), ('reserve 3GiB', 'INFEASIBLE', None)]
    """
    from placer.assignment.context import SearchContext
    from placer.whatif.change import Change, changed
    from placer.whatif.rows import answers

    request = _request("asked", asked)
    under = [_checked(expect("changes", change, Change), c) for c, change in enumerate(listed("changes", changes))]
    context = SearchContext(
        time_limit_s=time_limit_s,
        workers=workers,
        seed=seed,
        stop=Event() if stop is None else stop,
        on_progress=on_progress,
        on_log=on_log,
    )
    expect("allow_unplaced", allow_unplaced, bool)
    both = [(change, changed(request, change, place=f"changes[{c}].")) for c, change in enumerate(under)]
    return answers(request, both, context, allow_unplaced=allow_unplaced)


def _request(name: str, given: Request | Instance) -> Request:
    """Give a request whose guests are settled."""
    from placer.job.request import Request, from_instance
    from placer.job.settled import settled

    expect(name, given, Request, Instance)
    request = from_instance(given, place=name) if isinstance(given, Instance) else given
    return settled(request) if request.as_read is None else request


def _checked(change: Change, number: int) -> Change:
    """Check the types of a change that was built in code."""
    place = f"changes[{number}]"
    expect(f"{place}.name", change.name, str)
    for field in ("free", "reserve"):
        expect(f"{place}.{field}", getattr(change, field), str, type(None))
    ids = (expect(f"{place}.without", id, int) for id in listed(f"{place}.without", change.without))
    if change.instead is not None:
        _request(f"{place}.instead", change.instead)
    return replace(change, without=tuple(ids))
