"""Assigns hosts and guests by name to the fillings that the bound was attained with, and keeps rules on the way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from placer.fleet.bound.bundles import Bundle
from placer.fleet.bound.filling import Filling
from placer.fleet.model.fleet import Fleet
from placer.fleet.model.rules import HOST
from placer.fleet.plan.rulebook import Rulebook
from placer.fleet.problem.problem import FleetProblem

OFTEN = 64
"""Places handed out before empty hosts are dropped, and half as many again as there are hosts. Chosen, not tuned."""


@dataclass
class Assignment:
    """
    Which guests are on which host.

    Parameters
    ----------
    guests_on
        Host -> its guests, those that run there included.
    rulebook
        What the rules make of it.
    loose
        Guests that no filling has a place for, or none that keeps their rules.
    """

    guests_on: dict[str, list[str]]
    rulebook: Rulebook
    loose: list[str] = field(default_factory=list)

    def put(self, guest: str, host: str) -> None:
        """Put a guest on a host."""
        self.guests_on.setdefault(host, []).append(guest)
        self.rulebook.put(guest, host)

    def remove(self, guest: str, host: str) -> None:
        """Take a guest from its host."""
        self.guests_on[host].remove(guest)
        self.rulebook.remove(guest, host)
        if not self.guests_on[host]:
            del self.guests_on[host]


def assign(fleet: Fleet, problem: FleetProblem, filling: Filling) -> Assignment:
    """
    Give every guest a place of its class.

    Guests with rules choose first, those that stay together before all others. Guests of a class are interchangeable
    but for their rules, and so are their places.
    """
    assignment = Assignment({}, Rulebook(fleet))
    for placed in fleet.placed:
        assignment.put(placed.guest, placed.host)
    settled = {placed.guest for placed in fleet.placed if placed.pnodes is not None}
    fixed = {placed.guest: placed.host for placed in fleet.placed if placed.pnodes is None}
    filled = _filled(fleet, problem, filling)
    places = _places(problem, filling, filled)
    class_of = {guest: k for k, each in enumerate(problem.classes) for guest in each.guests if guest not in settled}
    for guest, host in fixed.items():  # on its host already; its place there is taken
        _take(places[class_of[guest]], host)
        del class_of[guest]
    _bundles(assignment, class_of, places, _planned(filling, filled))
    waiting = sorted(class_of, key=assignment.rulebook.rank) if fleet.rules else list(class_of)
    cursors = [_Cursor(each) for each in places]
    for guest in waiting:
        cursor = cursors[class_of[guest]]
        free = cursor.next(guest, assignment.rulebook)
        if free is None:
            assignment.loose.append(guest)
        else:
            assignment.put(guest, free)
    return assignment


def bundles_of(fleet: Fleet, problem: FleetProblem) -> Counter[Bundle]:
    """Count the kinds of guests that stay on one host together, of those that run nowhere yet."""
    running = {placed.guest for placed in fleet.placed}
    class_of = {guest: k for k, each in enumerate(problem.classes) for guest in each.guests if guest not in running}
    bundles = dict.fromkeys(Rulebook(fleet).bundle_of.values()) if fleet.rules else {}
    return Counter(
        tuple(sorted(Counter(class_of[guest] for guest in bundle).items()))
        for bundle in bundles
        if all(guest in class_of for guest in bundle)
    )


def _bundles(
    assignment: Assignment,
    class_of: dict[str, int],
    places: list[dict[str, int]],
    planned: dict[Bundle, list[str]],
) -> None:
    """Give guests that stay on one host a host that has places for all of them; else all of them are loose."""
    book = assignment.rulebook
    needed = {
        bundle: Counter(class_of[guest] for guest in bundle)
        for bundle in dict.fromkeys(book.bundle_of.values())
        if all(guest in class_of for guest in bundle)  # else one of them runs: the others follow it
    }
    hosts = {bundle: _holding(places, each) for bundle, each in needed.items()}

    def choices(bundle: tuple[str, ...]) -> int:
        return len(planned.get(tuple(sorted(needed[bundle].items())), hosts[bundle]))

    for bundle in sorted(needed, key=choices):  # those with the fewest hosts choose first
        for guest in bundle:
            del class_of[guest]
        each = needed[bundle]
        fitting = (
            host
            for host in (*planned.get(tuple(sorted(each.items())), ()), *hosts[bundle])
            if all(places[k].get(host, 0) >= count for k, count in each.items()) and book.may_all(bundle, host)
        )
        host = next(fitting, None)
        if host is None:
            assignment.loose += bundle
            continue
        for k, count in each.items():
            places[k][host] -= count
        for guest in bundle:
            assignment.put(guest, host)


def _holding(places: list[dict[str, int]], needed: Counter[int]) -> list[str]:
    """Give the hosts with places for all guests of a bundle."""
    first = places[next(iter(needed))]
    return [host for host in first if all(places[k].get(host, 0) >= count for k, count in needed.items())]


class _Cursor:
    """Hands out the places of a class in turn: members of a rule that keeps them apart find the next host free."""

    def __init__(self, places: dict[str, int]) -> None:
        self.hosts, self.left = list(places), places
        self.at = self.given = 0

    def next(self, guest: str, rulebook: Rulebook) -> str | None:
        for step in range(len(self.hosts)):
            index = (self.at + step) % len(self.hosts)
            host = self.hosts[index]
            if self.left[host] and rulebook.may(guest, host):
                self.left[host] -= 1
                self.at = index if self.left[host] and guest not in rulebook.rules_of else index + 1
                self._forget_empty()
                return host
        return None

    def _forget_empty(self) -> None:
        """Drop hosts without a place once they are most of the list, so that a search does not walk over them."""
        self.given += 1
        if self.given > OFTEN + len(self.hosts) // 2:
            self.hosts = [host for host in self.hosts if self.left[host]]
            self.given = self.at = 0


def _take(places: dict[str, int], host: str) -> None:
    if places.get(host):
        places[host] -= 1


def _filled(fleet: Fleet, problem: FleetProblem, filling: Filling) -> dict[str, int]:
    """Give for each host that is used the position of its filling."""
    kinds = sorted({rule.within for rule in fleet.rules if rule.within != HOST})
    hosts = {t: _interleaved(fleet, each.hosts, kinds) for t, each in enumerate(problem.types)}
    ordered = sorted(enumerate(filling.fillings), key=lambda each: (each[1][0], -int(each[1][1].sum())))
    return {next(hosts[t]): i for i, (t, _, count) in ordered for _ in range(count)}


def _places(problem: FleetProblem, filling: Filling, filled: dict[str, int]) -> list[dict[str, int]]:
    """Give for each class the number of its places on each host."""
    places: list[dict[str, int]] = [{} for _ in problem.classes]
    for host, i in filled.items():
        column = filling.fillings[i][1]
        for k in column.nonzero()[0].tolist():
            places[k][host] = int(column[k])
    return places


def _planned(filling: Filling, filled: dict[str, int]) -> dict[Bundle, list[str]]:
    """Give for each kind of guests that stay together the hosts that were filled with them in mind."""
    planned: dict[Bundle, list[str]] = defaultdict(list)
    for host, i in filled.items():
        for kind in filling.together[i] if filling.together else ():
            planned[kind].append(host)
    return planned


def _interleaved(fleet: Fleet, hosts: Sequence[str], kinds: Sequence[str]) -> Iterator[str]:
    """Give hosts in an order in which the groups that rules name take turns."""
    if not kinds:
        yield from hosts
        return
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for host in hosts:
        groups[tuple(fleet.group_of(host, kind) for kind in kinds)].append(host)
    while groups:
        for key in list(groups):
            yield groups[key].pop()
            if not groups[key]:
                del groups[key]
