"""Assembling: one Request of a host and guests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace as replace_data
from typing import TYPE_CHECKING

from msgspec.structs import replace

from placer.errors import InputError, expect, listed
from placer.formats.base import ParsedGuest, ParsedHost
from placer.instance import Host, Objective, Rule

if TYPE_CHECKING:
    from placer.job.problem_guests import MemoryChoice, VnodesChoice
    from placer.job.request import Request


def assemble(
    host: Host | ParsedHost,
    guests: Iterable[ParsedGuest],
    *,
    memory: MemoryChoice | None = None,
    vnodes: VnodesChoice = None,
    always_vnuma: bool = False,
    migratable: bool = False,
    rules: Iterable[Rule] = (),
    objective: Objective | None = None,
) -> Request:
    """
    Put a host and guests together.

    Parameters
    ----------
    memory
        For guests whose memory is below their maxmem, which of the two is placed and written as both: ``"memory"``
        or ``"maxmem"``. None: a guest without vnuma is placed with its memory and keeps both; with vnuma maxmem is
        placed, and the Xen formats refuse to write it.
    vnodes
        For guests whose files state no vnodes: ``(least, most)``, or ``"fewest"``, as few as fit the host alone. None:
        one, without vnuma, where that fits, else any number.
    always_vnuma
        Whether guests of one vnode are written with vnuma too.
    migratable
        Whether guests whose files state no vnodes shall get no vnuma, with which Xen can neither save nor migrate: one
        larger than a pnode is spread over a set of pnodes instead. pv and pvh guests are in any case.
    rules
        Rules between these guests.
    objective
        What is least; None for the default.

    Returns
    -------
    Request
        ``instance`` for :func:`solve`, ``notes`` on what was assumed; :func:`emit` takes it whole.

    Raises
    ------
    InputError
        If two guests have one name, or a choice does not fit a guest.
    """
    from placer.job.request import assemble as put_together
    from placer.job.settled import settled

    parsed = host if isinstance(host, ParsedHost) else ParsedHost(host=expect("host", host, Host))
    given = tuple(expect("guests", guest, ParsedGuest) for guest in listed("guests", guests))
    between = tuple(expect("rules", rule, Rule) for rule in listed("rules", rules))
    expect("objective", objective, Objective, type(None))
    if memory not in (None, "memory", "maxmem"):
        raise InputError(f'expected "memory", "maxmem" or None, got {memory!r}', place="memory")
    _check_vnodes(vnodes)
    expect("always_vnuma", always_vnuma, bool)
    expect("migratable", migratable, bool)
    request = put_together(
        parsed, given, memory=memory, always_vnuma=always_vnuma, migratable=migratable, vnodes=vnodes
    )
    try:
        instance = replace(request.instance, rules=between, objective=objective or request.instance.objective)
    except ValueError as error:
        raise InputError(str(error)) from error
    return settled(replace_data(request, instance=instance))


def _check_vnodes(vnodes: object) -> None:
    pair = isinstance(vnodes, tuple) and len(vnodes) == 2 and all(type(count) is int for count in vnodes)
    if not pair and vnodes not in (None, "fewest"):
        raise InputError(f'expected (least, most), "fewest" or None, got {vnodes!r}', place="vnodes")
