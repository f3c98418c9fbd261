"""Showing: what runs on a host, how good that is, and what would be best."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING

from placer.assignment import Progress
from placer.errors import expect

if TYPE_CHECKING:
    from placer.audit.snapshot import Snapshot
    from placer.rebalance.overview import Overview


def show(
    snapshot: Snapshot,
    *,
    time_limit_s: float = 10.0,
    workers: int | None = None,
    seed: int = 0,
    stop: Event | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_log: Callable[[str], None] | None = None,
) -> Overview:
    """
    Judge what runs on a host.

    Parameters
    ----------
    snapshot
        What :func:`read_snapshot` read. Where it does not say on which pnodes memory lies, memory is taken to lie where
        it was meant to be.
    time_limit_s
        Seconds for the search for what would be best; 0 searches for nothing.
    workers, seed, stop, on_progress, on_log
        As for :func:`placer.solve`.

    Returns
    -------
    Overview
        ``findings`` has where each guest is and was meant to be, ``mean_distance`` and ``shared_pairs`` how good that
        is, ``best`` the least that these guests can cost with its proof, ``moves`` the fewest that reach it.

    Raises
    ------
    InputError
        If an argument is wrong, or the parts of the snapshot contradict each other.
    """
    from placer.assignment.context import SearchContext
    from placer.audit.snapshot import Snapshot
    from placer.rebalance.overview import overview

    context = SearchContext(
        time_limit_s=time_limit_s,
        workers=workers,
        seed=seed,
        stop=Event() if stop is None else stop,
        on_progress=on_progress,
        on_log=on_log,
    )
    return overview(expect("snapshot", snapshot, Snapshot), context)
