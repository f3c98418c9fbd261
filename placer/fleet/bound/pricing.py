"""Pricing: the filling of each type of host that is worth most at given prices of the guests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from placer.fleet.bound.items import Item, Items, Units, alike, below_a_step, items_of_type, units_of
from placer.fleet.bound.realise import realised
from placer.fleet.bound.tables import Floats, Ints, Knapsacks, fill
from placer.fleet.problem.problem import FleetProblem, HostType


@dataclass(frozen=True)
class Pricing:
    """
    What fillings are worth.

    Parameters
    ----------
    most
        For each type an upper bound on the worth of any filling.
    relaxed
        Array ``[types, classes]``: guests, in parts of one, that are worth so much: a filling of pieces.
    columns
        Array ``[types, classes]``: how many guests of each class a good filling holds; the best one where pricing is
        exact.
    """

    most: Floats
    relaxed: Floats
    columns: Ints


@dataclass(frozen=True)
class _Group:
    """Types of hosts with the same items and the same number of pnodes."""

    items: Items
    types: Ints
    rooms: Ints
    """Array ``[types, pnodes, 2]``, in steps."""
    beside: Floats
    """Array ``[types, classes]``: the most guests, in items, that a host holds beside what its tables count."""


class Pricer:
    """
    Prices all types of hosts at once.

    Parameters
    ----------
    problem
        Its types and classes.
    """

    def __init__(self, problem: FleetProblem) -> None:
        self.problem = problem
        self.units: Units = units_of(problem)
        self.groups = list(self._grouped())
        self.exact = self.units.exact and all(group.items.exact for group in self.groups)

    def _grouped(self) -> Iterator[_Group]:
        for types in alike(self.problem):
            hosts = [self.problem.types[t] for t in types]
            rooms = [[self.units.room(pnode, limited=host.limited) for pnode in host.pnodes] for host in hosts]
            items = items_of_type(self.problem, hosts[0])
            beside = np.array([self._beside(host, items) for host in hosts])
            yield _Group(items, np.array(types), np.array(rooms, dtype=np.int64), beside)

    def _beside(self, host: HostType, items: Items) -> Floats:
        guests = np.zeros(len(self.problem.classes))
        for item, held in below_a_step(self.problem, host, self.units, items):
            guests[item.of] += held * item.numerator / item.denominator
        return guests

    def price(self, prices: Floats, *, whole: bool = True) -> Pricing:
        """
        Give the worth of each type, and a filling.

        Parameters
        ----------
        prices
            Of a guest of each class, 0 or more.
        whole
            Whether fillings of whole guests are made where pricing has pieces; otherwise those hosts have none.
        """
        most = np.zeros(len(self.problem.types))
        relaxed = np.zeros((len(self.problem.types), len(self.problem.classes)))
        columns = np.zeros(relaxed.shape, dtype=np.int64)
        for group in self.groups:
            found = self._priced(group, prices, up=False)
            most[group.types] = found[0] + group.beside @ prices
            relaxed[group.types] = _whole(group.items, found[2], found[3], len(prices)) + group.beside
            if self.units.exact and group.items.exact:
                columns[group.types] = found[1]
            elif whole:
                pieces = found if self.units.exact else self._priced(group, prices, up=True)
                columns[group.types] = realised(
                    self.problem, group.types, alone=pieces[2], halves=pieces[3], items=group.items, prices=prices
                )
        return Pricing(most, relaxed, columns)

    def _priced(self, group: _Group, prices: Floats, *, up: bool) -> tuple[Floats, Ints, Ints, Ints]:
        """Give worth, guests, and how often each single and each pair item stands on a host of each type."""
        most = group.rooms.reshape(-1, 2).max(axis=0)
        single = self._table(group.items.single, prices, most, up=up)
        if len(group.rooms[0]) == 2 and group.items.pair:
            worth, halves, rest = self._two(group, single, self._table(group.items.pair, prices, most, up=up))
        else:
            rest = group.rooms
            halves = np.zeros((len(rest), len(group.items.pair)), dtype=np.int64)
            worth = single.value[rest[:, :, 0], rest[:, :, 1]].sum(axis=1)
        each = single.fillings(rest[:, :, 0].ravel(), rest[:, :, 1].ravel())
        alone = each.reshape(len(rest), rest.shape[1], -1)
        guests = np.zeros((len(rest), len(prices)), dtype=np.int64)
        for i, item in enumerate(group.items.single):
            guests[:, item.of] += alone[:, :, i].sum(axis=1)
        for i, item in enumerate(group.items.pair):
            guests[:, item.of] += halves[:, i]
        return worth, guests, alone, halves

    def _table(self, items: tuple[Item, ...], prices: Floats, most: Ints, *, up: bool) -> Knapsacks:
        loads = [self.units.load((item.vcpus, item.kib), up=up) for item in items]
        worth = [
            float(prices[item.of]) * item.numerator / item.denominator if any(load) else 0.0  # counted beside the table
            for item, load in zip(items, loads, strict=True)
        ]
        return fill(loads, worth, int(most[0]), int(most[1]))

    def _two(self, group: _Group, single: Knapsacks, pair: Knapsacks) -> tuple[Floats, Ints, Ints]:
        """Divide hosts of two pnodes: both give the same room to halves, and what is left of each to single items."""
        rooms = group.rooms
        least = rooms.min(axis=1)
        best = single.value[rooms[:, :, 0], rooms[:, :, 1]].sum(axis=1)
        chosen = np.zeros((len(rooms), 2), dtype=np.int64)
        for c, m in _steps(pair, least.max(axis=0)):
            fits = np.flatnonzero((least[:, 0] >= c) & (least[:, 1] >= m))
            rest = rooms[fits] - (c, m)
            worth = pair.value[c, m] + single.value[rest[:, :, 0], rest[:, :, 1]].sum(axis=1)
            better = worth > best[fits]
            best[fits[better]] = worth[better]
            chosen[fits[better]] = (c, m)
        halves = pair.fillings(chosen[:, 0], chosen[:, 1])
        return best, halves, rooms - chosen[:, None, :]


def _whole(items: Items, alone: Ints, halves: Ints, classes: int) -> Floats:
    """Count guests, a piece by its part of the price."""
    guests = np.zeros((len(alone), classes))
    for i, item in enumerate(items.single):
        guests[:, item.of] += alone[:, :, i].sum(axis=1) * (item.numerator / item.denominator)
    for i, item in enumerate(items.pair):
        guests[:, item.of] += halves[:, i] * (item.numerator / item.denominator)
    return guests


def _steps(table: Knapsacks, most: Ints) -> list[tuple[int, int]]:
    """Give the capacities at which a filling gets better: all that is smaller in one direction is worth less."""
    value = table.value[: most[0] + 1, : most[1] + 1]
    rises = value > 0
    rises[1:] &= value[1:] > value[:-1]
    rises[:, 1:] &= value[:, 1:] > value[:, :-1]
    return [(int(c), int(m)) for c, m in np.argwhere(rises)]
