"""Guests that come to a fleet one after the other: what is asked of each, and their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.text.files import Source
from placer.instance import shorten

if TYPE_CHECKING:
    from placer.fleet.arrivals.arrival import Arrival
    from placer.fleet.arrivals.coming import Coming
    from placer.fleet.arrivals.online import OnlineFleet
    from placer.fleet.model.entries import FleetGuest
    from placer.fleet.model.fleet import Fleet


@dataclass(frozen=True, kw_only=True)
class Asked:
    """
    What is asked of each guest that comes.

    Parameters
    ----------
    waiting
        Whether the guests of the fleet that are not placed come too, first.
    like
        A guest, or an entry of guests, whose labels, list of hosts and rules it gets.
    labels
        Labels that its host must have.
    hosts
        Names of hosts or of entries of hosts that it may use; None for all.
    apart, together
        Guests of the fleet that it shares no host with, or shares its host with.
    within
        The kind of group that takes the place of the host in both.
    """

    waiting: bool = False
    like: str | None = None
    labels: tuple[str, ...] = ()
    hosts: tuple[str, ...] | None = None
    apart: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    within: str = "host"


def check_hosts(asked: Asked, fleet: Fleet) -> None:
    """
    Refuse hosts that the fleet does not have.

    Raises
    ------
    InputError
        With the first of them.
    """
    for name in asked.hosts or ():
        if any(host not in fleet.host_entry for host in fleet.hosts_named(name)):
            raise InputError(f'no host "{shorten(name)}" in the fleet', place="hosts")


def read_arrivals(sources: Iterable[Source], fleet: Fleet, asked: Asked) -> tuple[list[Coming], list[str]]:
    """
    Read guests that come.

    Returns
    -------
    coming : list of Coming
        In their order.
    notes : list of str
        What was assumed.

    Raises
    ------
    InputError
        With the place of the fault; or if nobody comes.
    """
    from placer.api.fleet_import import import_guests
    from placer.fleet.arrivals.coming import Coming
    from placer.fleet.model.rules import FleetRule

    given = list(sources)
    tables = [source for source in given if str(source).endswith(".csv")]
    if tables:
        raise InputError(
            "is a table of requests; `placer fleet import` makes them guests of a fleet, which --waiting adds",
            place=str(tables[0]),
        )
    taken = {*fleet.guest_entry, *(entry.name for entry in fleet.guests)}
    guests, _, notes = import_guests(given, fleet.hosts, taken=taken)
    placed = {each.guest for each in fleet.placed}
    waiting = [name for name in fleet.guest_entry if name not in placed] if asked.waiting else []
    if not guests and not waiting:
        what = "every guest of the fleet is placed" if asked.waiting else "expected files of guests, or --waiting"
        raise InputError(f"no guest to add: {what}", place="usage")
    coming = []
    own = [replace(each, labels=asked.labels, hosts=asked.hosts) for each in guests]
    every: list[FleetGuest | str] = [*waiting, *own]
    # of an entry each guest by itself: what its guests are to each other is not asked here
    apart, together = (
        [each for other in named for each in fleet.guests_named(other)] for named in (asked.apart, asked.together)
    )
    for guest in every:
        name = guest if isinstance(guest, str) else guest.each[0]
        rules = [FleetRule(apart=(name, other), within=asked.within) for other in apart]
        rules += [FleetRule(together=(name, other), within=asked.within) for other in together]
        coming.append(Coming(guest=guest, like=asked.like, rules=tuple(rules)))
    return coming, notes


def add_guests(
    online: OnlineFleet,
    coming: Sequence[Coming],
    stop: Event,
    on_done: Callable[[int, int, int], None] = lambda _placed, _unplaced, _all: None,
) -> tuple[Arrival, ...]:
    """
    Add guests one after the other; after ``stop`` is set those that are left have no place.

    Parameters
    ----------
    on_done
        Called after each with the numbers of guests that have a place, of those that have none, and of all.

    Raises
    ------
    InputError
        As :meth:`placer.OnlineFleet.add`.
    """
    from placer.fleet.arrivals.arrival import Arrival

    answers: list[Arrival] = []
    placed = 0
    for each in coming:
        if stop.is_set():
            answers.append(Arrival(guest=each.name, why=("the search was stopped before",)))
            continue
        answers.append(online.add(each.guest, like=each.like, rules=each.rules))
        placed += answers[-1].host is not None
        on_done(placed, len(answers) - placed, len(coming))
    return tuple(answers)


def with_guests(fleet: Fleet, coming: Sequence[Coming], answers: Sequence[Arrival]) -> Fleet:
    """
    Give a fleet with the guests of some answers placed, whatever else was there when they were placed.

    Parameters
    ----------
    coming, answers
        The guests, and the answer of each.
    """
    from placer.fleet.arrivals.online import OnlineFleet

    online = OnlineFleet(fleet)
    for each, answer in zip(coming, answers, strict=True):
        if answer.host is not None:
            online.hold(each.guest, answer.host, answer.pnodes, like=each.like, rules=each.rules)
    return online.fleet
