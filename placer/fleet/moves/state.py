"""What each pnode has left and what rules allow while guests move: arrays over all hosts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from copy import copy

import numpy as np

from placer.fleet.bound.tables import Ints
from placer.fleet.model.rules import HOST
from placer.fleet.moves.classes import Bools
from placer.fleet.moves.running import Running
from placer.fleet.moves.spots import Spot
from placer.fleet.plan.rulebook import Rulebook


class Rules:
    """
    The rules between guests, counted by positions of hosts.

    Parameters
    ----------
    running
        The guests and hosts.
    """

    def __init__(self, running: Running) -> None:
        fleet = running.fleet
        self.limits = [rule.limit for rule in fleet.rules]
        groups = {within: _groups(running, within) for within in {rule.within for rule in fleet.rules}}
        self.groups = [groups[rule.within] for rule in fleet.rules]
        self.of: dict[int, list[int]] = defaultdict(list)
        names = {name: g for g, name in enumerate(running.guests)}
        self.members: list[list[int]] = []
        for i, rule in enumerate(fleet.rules):
            named = dict.fromkeys(guest for name in rule.members for guest in fleet.guests_named(name))
            self.members.append([names[guest] for guest in named if guest in names])
            for g in self.members[-1]:
                self.of[g].append(i)
        bundles = Rulebook(fleet).bundle_of if fleet.rules else {}
        self.bundle_of = {
            names[guest]: tuple(sorted(names[each] for each in bundle if each in names))
            for guest, bundle in bundles.items()
            if guest in names
        }
        self.held: list[Counter[int]] = [Counter() for _ in fleet.rules]

    def copy(self) -> Rules:
        """Give a copy whose counts change on their own."""
        other = copy(self)
        other.held = [Counter(held) for held in self.held]
        return other

    def put(self, guest: int, host: int) -> None:
        """Count a guest on a host."""
        for i in self.of.get(guest, ()):
            self.held[i][int(self.groups[i][host])] += 1

    def remove(self, guest: int, host: int) -> None:
        """Count a guest on a host no more."""
        for i in self.of.get(guest, ()):
            group = int(self.groups[i][host])
            self.held[i][group] -= 1
            if not self.held[i][group]:
                del self.held[i][group]

    def excess(self) -> list[int]:
        """For each rule by how many guests it is broken: so many of its members are elsewhere once it is kept."""
        found = []
        for limit, held in zip(self.limits, self.held, strict=True):
            if limit is None:
                found.append(sum(held.values()) - max(held.values(), default=0))
            else:
                found.append(sum(max(0, count - limit) for count in held.values()))
        return found

    def may(self, guest: int, host: int) -> bool:
        """Whether a guest that is counted nowhere may come to a host; no rule is broken by more guests then."""
        for i in self.of.get(guest, ()):
            limit, held, group = self.limits[i], self.held[i], int(self.groups[i][host])
            if limit is None:
                if held and group not in held:
                    return False
            elif held[group] >= limit:
                return False
        return True

    def mask(self, guest: int) -> Bools | None:
        """Array ``[hosts]``: where a guest that is counted nowhere may come; None for everywhere."""
        rules = self.of.get(guest)
        if not rules:
            return None
        may = np.ones(len(self.groups[rules[0]]), dtype=bool)
        for i in rules:
            limit, held, groups = self.limits[i], self.held[i], self.groups[i]
            if limit is None:
                if held:
                    may &= np.isin(groups, list(held))
            else:
                full = [group for group, count in held.items() if count >= limit]
                if full:
                    may &= ~np.isin(groups, full)
        return may


def _groups(running: Running, within: str) -> Ints:
    """Array ``[hosts]``: the group of each host; one without a group is a group of its own."""
    if within == HOST:
        return np.arange(len(running.hosts))
    known: dict[str, int] = {}
    return np.array([known.setdefault(running.fleet.group_of(host, within), len(known)) for host in running.hosts])


class State:
    """
    Where guests are, and what is left.

    Parameters
    ----------
    running
        The fleet, as it is at first.

    Attributes
    ----------
    at
        For each guest its host and spot; None for nowhere.
    free
        Array ``[pnodes + 1, 2]``: what is left.
    """

    def __init__(self, running: Running) -> None:
        self.running = running
        self.free = running.free.copy()
        self.at: list[tuple[int, Spot] | None] = [
            None if spot is None else (host, spot) for host, spot in zip(running.host_of, running.spot_of, strict=True)
        ]
        self.rules = Rules(running)
        for g in running.running:
            self.rules.put(g, running.host_of[g])

    def copy(self) -> State:
        """Give a copy that changes on its own."""
        other = copy(self)
        other.free, other.at, other.rules = self.free.copy(), list(self.at), self.rules.copy()
        return other

    def remove(self, guest: int) -> tuple[int, Spot]:
        """Take a guest from where it is, and give where that was."""
        place = self.at[guest]
        assert place is not None
        self.shift(place, 1)
        self.rules.remove(guest, place[0])
        self.at[guest] = None
        return place

    def put(self, guest: int, place: tuple[int, Spot]) -> None:
        """Put a guest somewhere."""
        self.shift(place, -1)
        self.rules.put(guest, place[0])
        self.at[guest] = place

    def shift(self, place: tuple[int, Spot], sign: int) -> None:
        """Give back (1) or take (-1) what a guest takes somewhere."""
        row = self.running.row_of[place[0]]
        for p, vcpus, kib in place[1].takes:
            self.free[row + p] += (sign * vcpus, sign * kib)

    def fits(self, place: tuple[int, Spot]) -> bool:
        """Whether what a guest takes somewhere is free."""
        row = self.running.row_of[place[0]]
        return all(vcpus <= self.free[row + p, 0] and kib <= self.free[row + p, 1] for p, vcpus, kib in place[1].takes)

    def fitting(self, k: int, guests: Sequence[int] = ()) -> Bools:
        """Array ``[places of class k]``: where there is room, and rules allow each of some guests to come."""
        places = self.running.places(k)
        fits: Bools = np.all(self.free[places.pnodes] >= places.takes, axis=(1, 2))
        for guest in guests:
            mask = self.rules.mask(guest)
            if mask is not None:
                fits &= mask[places.hosts]
        return fits

    def moved(self) -> dict[int, tuple[int, Spot]]:
        """Give the guests that are elsewhere than at first, or have come, with where they are."""
        running = self.running
        return {
            g: place
            for g, place in enumerate(self.at)
            if place is not None
            and (g not in running.running or place[0] != running.host_of[g] or _other(place[1], running.spot_of[g]))
        }

    def misplaced(self) -> list[int]:
        """Give the guests that are on hosts which they may not use, by their labels and lists of hosts."""
        running = self.running
        return [g for g, place in enumerate(self.at) if place is not None and not running.may_use(g, place[0])]


def _other(one: Spot, other: Spot | None) -> bool:
    return other is None or one.takes != other.takes
