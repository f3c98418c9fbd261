"""Bid prices: what a guest costs on each host, as the worth that the host's room loses to guests that are expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from placer.fleet.arrivals.losses import Losses
from placer.fleet.arrivals.rooms import Family, HostRooms
from placer.fleet.arrivals.shapes import Mix, Shape
from placer.fleet.arrivals.throughput import throughput_prices
from placer.fleet.arrivals.ways import places
from placer.fleet.arrivals.worth import Worth
from placer.fleet.bound.items import Units, units_of
from placer.fleet.bound.tables import Floats, Ints
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.loads import Load
from placer.fleet.problem.problem import FleetProblem, GuestClass, HostType

MOST_TYPES = 400
"""Most different hosts that the linear program looks at; of more a sample. Chosen: a solve takes some 0.3 s."""
LIMIT_S = 2.0
"""Seconds for the linear program."""


Ranked = Iterator[tuple[int, int, Ints]]
"""A family, a row in it, and array ``[pnodes, 2]``: what is left there; one host stands for all equal to it."""


class BidPrices:
    """
    Prices of the shapes of guests, and the worth of every host at them.

    Parameters
    ----------
    fleet
        Its hosts.
    rooms
        What is left of them.
    """

    def __init__(self, fleet: Fleet, rooms: HostRooms) -> None:
        self.fleet, self.rooms = fleet, rooms
        self.shapes: tuple[Shape, ...] = ()
        self.prices: Floats = np.zeros(0)
        self._kinds: list[Ints] = []
        self._worths: list[list[Worth]] = []
        self._losses: dict[tuple[int, Load], Losses] = {}
        self._most = self._largest()

    def _largest(self) -> tuple[int, int]:
        every = np.concatenate([family.offered.reshape(-1, 2) for family in self.rooms.families])
        vcpus, kib = every.max(axis=0).tolist()
        return vcpus, kib

    def learn(self, mix: Mix) -> None:
        """Solve for the prices of a mix of guests anew, on what is left of the hosts."""
        expected = mix.expected()
        before = dict(zip(self.shapes, self.prices.tolist(), strict=True))
        self.shapes = tuple(shape for shape, _ in expected)
        if not expected:
            return
        problem = self._problem([count for _, count in expected])
        first = np.array([before.get(shape, 0.0) for shape in self.shapes])
        self.prices = throughput_prices(problem, first=first, time_limit_s=LIMIT_S)
        self._tabulate(problem)

    def _problem(self, demand: Sequence[int]) -> FleetProblem:
        """Give the fleet as it is left, with what is expected as its demand."""
        classes = tuple(GuestClass(f"shape-{k}", shape.load, None, ()) for k, shape in enumerate(self.shapes))
        found: dict[tuple[object, ...], HostType] = {}
        for family in self.rooms.families:
            may = {int(entry): self._allowed(int(entry)) for entry in np.unique(family.entries)}
            _, first, counts = np.unique(family.state, return_index=True, return_counts=True)
            for row, count in zip(first.tolist(), counts.tolist(), strict=True):
                pnodes = tuple(sorted((int(vcpus), int(kib)) for vcpus, kib in np.maximum(family.free[row], 0)))
                kind = may[int(family.entries[row])]
                names = (family.names[row],) * count
                key = (pnodes, family.limited, kind)
                known = found.get(key)
                names += known.hosts if known else ()
                found[key] = HostType(pnodes, tuple(kib for _, kib in pnodes), family.limited, kind, False, names)
        types = tuple(found.values())
        if len(types) > MOST_TYPES:
            chosen = np.random.default_rng(0).choice(len(types), MOST_TYPES, replace=False)
            types = tuple(types[t] for t in sorted(chosen.tolist()))
        return FleetProblem(types=types, classes=classes, demand=tuple(demand))

    def _allowed(self, entry: int) -> tuple[int, ...]:
        """Give the shapes whose labels the hosts of an entry have."""
        labels = frozenset(self.fleet.hosts[entry].labels)
        return tuple(k for k, shape in enumerate(self.shapes) if shape.labels <= labels)

    def _tabulate(self, problem: FleetProblem) -> None:
        limited = any(family.limited for family in self.rooms.families)
        whole = HostType((self._most,), (self._most[1],), limited, (), False, ("",))
        units = units_of(replace(problem, types=(whole,)))
        self._kinds, self._worths = [], []
        for family in self.rooms.families:
            may = {int(entry): self._allowed(int(entry)) for entry in np.unique(family.entries)}
            kinds = {kind: i for i, kind in enumerate(dict.fromkeys(may.values()))}
            of_entry = {entry: kinds[kind] for entry, kind in may.items()}
            self._kinds.append(np.array([of_entry[entry] for entry in family.entries.tolist()], dtype=np.int64))
            self._worths.append([self._worth(family, kind, units) for kind in kinds])
        self._losses.clear()

    def _worth(self, family: Family, kind: tuple[int, ...], units: Units) -> Worth:
        return Worth(
            [self.shapes[k].load for k in kind],
            [float(self.prices[k]) for k in kind],
            most=self._most,
            pnodes=family.free.shape[1],
            limited=family.limited,
            units=units,
        )

    def _value(self, i: int, rows: Ints, rooms: Ints) -> Floats:
        """Give the worth of hosts of a family if their rooms were these."""
        worth = np.zeros(len(rows))
        if not self._worths:
            return worth
        kinds = self._kinds[i][rows]
        for kind in np.unique(kinds).tolist():
            here = np.flatnonzero(kinds == kind)
            worth[here] = self._worths[i][kind].of(rooms[here])
        return worth

    def price(self, shape: Shape) -> float:
        """Give the price of a shape, in guests of the expected mix; that of a mean guest where it has none."""
        return float(self.prices[self.shapes.index(shape)]) if shape in self.shapes else 1.0

    def rank(self, load: Load, usable: Sequence[Ints], *, slack: float, tight: float, vcpus: float = 0.5) -> Ranked:
        """
        Rank the hosts for a guest: by the worth that they lose, and among those that lose about as little by room.

        Parameters
        ----------
        usable
            For each family the rows of hosts that it may use.
        slack
            Losses that differ by at most so many guests of the expected mix are equal: then the least room is taken.
        tight
            What room that is left costs beside, for a whole pnode.
        vcpus
            The part of that which is for vcpus; the rest is for memory.
        """
        scores: list[Floats] = []
        at: list[Ints] = []
        left: list[tuple[Losses, Ints]] = []
        for i, rows in enumerate(usable):
            losses = self._losses_of(i, load)
            states, first = np.unique(self.rooms.families[i].state[rows], return_index=True)
            self._learn_losses(i, load, losses, states, rows[first])
            ways, own = losses.among(states, rows[first])
            scores.append(np.stack((losses.loss[ways], self._room(losses.left[ways], vcpus)), axis=1))
            at.append(np.stack((np.full(len(own), i), own), axis=1))
            if len(ways):
                left.append((losses, ways))
        every, hosts = np.concatenate(scores), np.concatenate(at)
        if not len(every):
            return iter(())
        over = np.maximum(0.0, every[:, 0] - every[:, 0].min() - slack)
        order = np.lexsort((hosts[:, 1], hosts[:, 0], over + tight * every[:, 1]))
        return _first_of_each(order.tolist(), hosts.tolist(), left)

    def _losses_of(self, i: int, load: Load) -> Losses:
        key = (i, load)
        if key not in self._losses:
            self._losses[key] = Losses(self.rooms.families[i].free.shape[1])
        return self._losses[key]

    def _learn_losses(self, i: int, load: Load, losses: Losses, states: Ints, rows: Ints) -> None:
        """Find the ways of a guest on hosts whose states were not seen since prices changed."""
        new = losses.unknown(states)
        if not len(new):
            return
        family, own = self.rooms.families[i], rows[new]
        found = list(places(load, family.free[own], limited=family.limited))
        if not found:
            losses.learn(states[new], states[:0], np.zeros(0), losses.left[:0])
            return
        at, left = np.concatenate([at for at, _ in found]), np.concatenate([each for _, each in found])
        loss = self._value(i, own, family.free[own])[at] - self._value(i, own[at], left)
        losses.learn(states[new], states[new][at], loss, left)

    def _room(self, rooms: Ints, vcpus: float) -> Floats:
        """Give what is left, in parts of the largest pnode's vcpus and memory."""
        parts = rooms.sum(axis=1) / np.maximum(1, self._most)
        return np.asarray(parts @ np.array([vcpus, 1 - vcpus]), dtype=np.float64)


def _first_of_each(order: list[int], hosts: list[list[int]], left: list[tuple[Losses, Ints]]) -> Ranked:
    """Keep the best way of each host."""
    offsets = np.cumsum([0, *(len(ways) for _, ways in left)])
    seen: set[tuple[int, int]] = set()
    for at in order:
        i, row = hosts[at]
        if (i, row) not in seen:
            seen.add((i, row))
            block = int(np.searchsorted(offsets, at, side="right")) - 1
            losses, ways = left[block]
            yield i, row, losses.left[ways[at - int(offsets[block])]]
