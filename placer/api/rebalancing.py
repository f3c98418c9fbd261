"""Rebalancing: moves of running guests, within a budget, in a safe order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from math import floor
from threading import Event
from typing import TYPE_CHECKING

import placer.rebalance  # noqa: F401 - importing it later would hide the function of that name in placer
from placer.api.snapshot_parts import MISSING, NO_PAGES
from placer.assignment import Progress
from placer.claims.arguments import MOVES_EXPIRE_S
from placer.errors import InputError, expect, listed
from placer.formats.base import ParsedGuest
from placer.formats.text.files import Source, read_source
from placer.instance import Guest
from placer.instance.units import KIB_PER_GIB

if TYPE_CHECKING:
    from placer.audit.running import Running
    from placer.audit.snapshot import Snapshot
    from placer.claims.claims import Claims
    from placer.rebalance.plan import Plan
    from placer.rebalance.running import RunningHost

MOST_GIB = 1 << 30
"""An exbibyte, more than any host has; nan is no number of GiB either."""


def running_host(running: Running, guests: Iterable[ParsedGuest], numa_dump: Source) -> RunningHost:
    """
    Put together what runs on a host and where its memory lies.

    Parameters
    ----------
    running
        What :func:`read_running` read; with ``vcpu_list``, as it needs the affinity that vcpus have now.
    guests
        What :func:`read_guests` read of what ``xl list -l`` prints.
    numa_dump
        What ``xl dmesg`` prints after ``xl debug-keys u``.

    Raises
    ------
    InputError
        With the place of the fault, or if the parts are not of one host and time.
    """
    from placer.audit.running import Running
    from placer.audit.same_host import check_same_host, check_same_time
    from placer.formats.xl.numa_dump import read_numa_dump
    from placer.rebalance.observed import running_host as observed

    host = expect("running", running, Running).host
    given = tuple(expect("guests", guest, ParsedGuest) for guest in listed("guests", guests))
    text, place = read_source(numa_dump, "replace")
    dump = read_numa_dump(text, place)
    try:
        check_same_host(host, dump)
        check_same_time(host, dump)
    except InputError as error:
        raise InputError(str(error), place=place) from None
    return observed(host, given, dump)


def rebalance(
    host: Snapshot | RunningHost,
    *,
    moves: int | None = None,
    gib: float | None = None,
    restarts: int = 0,
    make_room: Iterable[ParsedGuest | Guest] = (),
    empty: Iterable[int] = (),
    stay: Iterable[str] = (),
    unpin: Iterable[str] = (),
    live: bool = False,
    claims: Claims | None = None,
    expires_s: float = MOVES_EXPIRE_S,
    time_limit_s: float = 10.0,
    workers: int | None = None,
    seed: int = 0,
    stop: Event | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_log: Callable[[str], None] | None = None,
) -> Plan:
    """
    Plan moves of the guests that run on a host.

    Parameters
    ----------
    host
        What :func:`read_snapshot` or :func:`running_host` gave.
    moves, gib, restarts
        The budget: the most guests that move, the most memory that moves, in GiB, and the most guests that are
        restarted. None: any.
    make_room
        Guests that shall fit afterwards, with the fewest moves.
    empty
        Ids of pnodes that shall have no guests afterwards, with the fewest moves.
    stay
        Names of guests that do not move.
    unpin
        Names of guests that may move though their own configuration binds them to pcpus other than all of some pnodes.
    live
        Whether no guest is saved to disk and restored.
    claims
        What guests that are being started will take of the host: moves leave it to them, and the room that moves take
        is claimed too, so that no start takes it between the save and the restore of a guest.
    expires_s
        With ``claims``: seconds that these claims last until a snapshot shows the guest's new domain.
    time_limit_s, workers, seed, stop, on_progress, on_log
        As for :func:`placer.solve`; with ``claims`` for each try, as others may be faster.

    Returns
    -------
    Plan
        ``stages`` has the steps, ``after`` the costs with their bounds, ``curve`` the cost after each number of moves,
        ``claimed`` the guests whose new room is claimed.

    Raises
    ------
    InputError
        If an argument is wrong or names what is not there, or the snapshot does not say where memory lies.
    """
    from placer.assignment.context import SearchContext
    from placer.claims.claims import Claims
    from placer.rebalance.goal import Goal, refuse_running
    from placer.rebalance.planning import plan_rebalance

    running = as_running_host(host)
    expect("live", live, bool)
    new_context = partial(
        SearchContext,
        time_limit_s=time_limit_s,
        workers=workers,
        seed=seed,
        stop=Event() if stop is None else stop,
        on_progress=on_progress,
        on_log=on_log,
    )
    context = new_context()
    asked = listed("make_room", make_room)
    for each in asked:
        if isinstance(each, ParsedGuest) and each.source is not None:
            refuse_running(each.name, running, each.source.place)
    goal = Goal(
        moves=None if moves is None else _whole("moves", moves),
        kib=_kib(gib),
        restarts=_whole("restarts", restarts),
        make_room=tuple(_guest(guest) for guest in asked),
        empty=tuple(_whole("empty", pnode) for pnode in listed("empty", empty)),
        stay=tuple(expect("stay", name, str) for name in listed("stay", stay)),
        unpin=tuple(expect("unpin", name, str) for name in listed("unpin", unpin)),
    )
    if claims is None:
        return plan_rebalance(running, goal, context, live=live)
    uuids = {each.name: each.uuid for each in asked if isinstance(each, ParsedGuest) and each.uuid}
    return expect("claims", claims, Claims).move_with(
        running,
        lambda left: plan_rebalance(left, goal, new_context(), live=live),
        new=goal.make_room,
        uuid_of=uuids,
        expires_s=expires_s,
    )


def as_running_host(host: object) -> RunningHost:
    """
    Give a RunningHost as it is, and make one of a snapshot.

    Raises
    ------
    InputError
        If a snapshot lacks what no plan can do without: where memory lies, the cpupools, or all configurations.
    """
    from placer.audit.snapshot import Snapshot
    from placer.formats.xl.numa_dump import NumaDump
    from placer.rebalance.observed_snapshot import observed_snapshot
    from placer.rebalance.running import RunningHost

    if isinstance(host, RunningHost):
        return host
    snapshot = expect("host", host, Snapshot)
    dump = snapshot.dump
    if dump is None and snapshot.nothing_runs:
        dump = NumaDump(free_kib={}, domains={})
    if not snapshot.guests and not snapshot.nothing_runs:
        why = "; ".join(note for note in snapshot.notes if snapshot.place in note)
        raise InputError(f"has no running guest whose configuration is known{why and f': {why}'}", place=snapshot.place)
    if dump is None:
        raise InputError(_without_pages(snapshot), place=snapshot.place)
    for note in snapshot.notes:
        if note.endswith(MISSING["xl-cpupool-list"]):
            way_out = "a move could take a guest out of its own; take the snapshot again, or give --pools"
            raise InputError(f"{note}: {way_out}")
    return observed_snapshot(snapshot, dump)


def _without_pages(snapshot: Snapshot) -> str:
    """Say why a snapshot does not say where memory lies, and how to get one that does."""
    what = "does not say where memory lies"
    why = "; ".join(note for note in snapshot.notes if NO_PAGES in note)
    if snapshot.toolstack == "libvirt":
        return f"{what}: placer snapshot says it where it runs as root ({why})"
    if why:
        return f"{what} ({why})"
    if not snapshot.whole:
        return f"is cut off, and {what}: take it again, on Xen with --pages"
    return f"{what}: --pages of placer snapshot asks for it"


def _guest(given: object) -> Guest:
    if isinstance(given, Guest):
        return given
    from placer.job.problem_guests import choose_memory, problem_guest

    parsed = choose_memory(expect("make_room", given, ParsedGuest), None)
    return problem_guest(parsed, None, always_vnuma=False, migratable=False)


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"expected a whole number, got {value!r}", place=name)
    return value


def _kib(gib: object) -> int | None:
    if gib is None:
        return None
    if isinstance(gib, bool) or not isinstance(gib, int | float) or not -MOST_GIB <= gib <= MOST_GIB:
        raise InputError(f"expected a number of GiB, got {gib!r}", place="gib")
    return floor(gib * KIB_PER_GIB)
