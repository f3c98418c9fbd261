"""Groups the hosts on which the same guests find the same spots: they are priced together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np

from placer.fleet.bound.tables import Ints
from placer.fleet.moves.block import Block, Item, Key, Option
from placer.fleet.moves.classes import Bools
from placer.fleet.moves.goal import Shape
from placer.fleet.moves.running import Running
from placer.fleet.moves.spots import Spot

MOST_CELLS = 20_000
"""Most cells of the table of a pnode. Chosen: 30 vcpus and 50 steps of memory have 1,600; of more, memory
is rounded."""
MOST_OPTIONS = 3000
"""Most ways in which guests of several pnodes stand on a host. Chosen; of more they are taken apart for the bound."""


class Blocks:
    """
    The hosts that may change, in blocks.

    Parameters
    ----------
    running
        The fleet.
    fixed
        Hosts that stay as they are.
    shape
        The shape of which many shall fit; None where something else is asked.
    distances
        Whether distances count.
    """

    def __init__(self, running: Running, fixed: Bools, shape: Shape | None, *, distances: bool) -> None:
        self.running, self.shape, self.distances = running, shape, distances
        moving = {k for k, each in enumerate(running.classes) if each.way != "stay" or each.family is None}
        self.classes = tuple(sorted(moving))
        self.allowed = {k: running.allowed(k) & ~fixed for k in self.classes}
        self.counts: list[Counter[Key]] = [Counter() for _ in running.hosts]
        self.room = running.offers.copy()
        self.distance_of: dict[tuple[int, Key], float] = {}
        for g in running.running:
            self._stand(g, moving)
        open_hosts = [h for h in np.flatnonzero(~fixed).tolist() if running.hosts[h] not in running.emptied]
        groups: dict[object, list[int]] = {}
        for h in open_hosts:
            groups.setdefault(self._alike(h), []).append(h)
        self.blocks = tuple(self._block(hosts) for hosts in groups.values())

    def _stand(self, g: int, moving: set[int]) -> None:
        running = self.running
        spot, h, k = running.spot_of[g], running.host_of[g], running.class_of[g]
        assert spot is not None
        if k in moving:
            self.counts[h][k, spot.takes] += 1
        else:
            for p, vcpus, kib in spot.takes:
                self.room[running.row_of[h] + p] -= (vcpus, kib)

    def _spots(self, h: int) -> Iterator[tuple[int, Spot]]:
        kind = int(self.running.kind_of[h])
        for k in self.classes:
            if self.allowed[k][h]:
                yield from ((k, spot) for spot in self.running.spots(k, kind)[0])

    def _alike(self, h: int) -> tuple[int, int, tuple[bool, ...]]:
        allowed = tuple(bool(self.allowed[k][h]) for k in self.classes)
        kind = int(self.running.kind_of[h])
        each = self.running.kinds[kind]
        same = (each.limited, each.host.distances, tuple(bool(p.pcpus) for p in each.host.pnodes))
        return len(each.offers), hash(same), allowed

    def _block(self, hosts: Sequence[int]) -> Block:
        running, first = self.running, hosts[0]
        pnodes = len(running.kinds[running.kind_of[first]].offers)
        spots: dict[Key, float] = {(k, spot.takes): float(spot.distance) for k, spot in self._spots(first)}
        comes = set(spots)
        for h in hosts:
            for k, takes in self.counts[h]:
                spots.setdefault((k, takes), self._distance(h, k, takes))
        if not self.distances:
            spots = dict.fromkeys(spots, 0.0)
        room = np.array([self.room[running.row_of[h] :][:pnodes] for h in hosts])
        alone = [key for key in spots if len(key[1]) == 1]
        wide = [key for key in spots if len(key[1]) > 1]
        options = _options(wide, room.max(axis=0))
        items = [Item(k, t[0][0], t[0][1], t[0][2], spots[k, t], comes=(k, t) in comes) for k, t in alone]
        if options is None:
            items += [item for key in wide for item in _pieces(key, spots[key], comes=key in comes)]
        if self.shape is not None:
            limited = running.kinds[running.kind_of[first]].limited
            shape = (self.shape.vcpus if limited else 0, self.shape.kib)
            items += [Item(-1, p, *shape, 0.0) for p in range(pnodes)]
        steps, exact = _steps([*((i.vcpus, i.kib) for i in items), *(t[1:] for key in wide for t in key[1])], room)
        return Block(
            hosts=tuple(hosts),
            pnodes=pnodes,
            items=tuple(items),
            wide=tuple((key, spots[key]) for key in wide) if options is not None else (),
            comes=tuple(key in comes for key in wide),
            options=options if options is not None else (Option((), np.zeros((pnodes, 2), dtype=np.int64)),),
            exact=exact and options is not None,
            steps=steps,
            room=room,
            counts=tuple(self.counts[h] for h in hosts),
        )

    def _distance(self, h: int, k: int, takes: tuple[tuple[int, int, int], ...]) -> float:
        for g in self.running.guests_on[h]:
            spot = self.running.spot_of[g]
            if spot is not None and spot.takes == takes and self.running.class_of[g] == k:
                return float(spot.distance)
        raise AssertionError("it stands there")


def _options(wide: Sequence[Key], room: Ints) -> tuple[Option, ...] | None:
    """Give all ways in which guests of several pnodes fit on a host of so much room; None where there are too many."""
    found: list[Option] = []

    def extend(i: int, counts: tuple[int, ...], takes: Ints) -> bool:
        if i == len(wide):
            found.append(Option(counts, takes))
            return len(found) <= MOST_OPTIONS
        each = np.zeros_like(takes)
        for p, vcpus, kib in wide[i][1]:
            each[p] = vcpus, kib
        if not each.any():
            return extend(i + 1, (*counts, 0), takes)
        for n in count():
            now = takes + n * each
            if (now > room).any():
                return True
            if not extend(i + 1, (*counts, n), now):
                return False
        return True

    return tuple(found) if extend(0, (), np.zeros_like(room)) else None


def _pieces(key: Key, distance: float, *, comes: bool) -> Iterator[Item]:
    """Take guests of several pnodes apart: each part has its share of their price, by its memory."""
    k, takes = key
    whole = sum(kib for _, _, kib in takes)
    for p, vcpus, kib in takes:
        share = kib / whole if whole else 1 / len(takes)
        yield Item(k, p, vcpus, kib, distance * share, share, comes)


def _steps(loads: Sequence[tuple[int, int]], room: Ints) -> tuple[tuple[int, int], bool]:
    """Give the largest steps of which every load is a multiple; larger ones of memory where tables were too large."""
    vcpus = math.gcd(*(load[0] for load in loads)) or 1
    kib = math.gcd(*(load[1] for load in loads)) or 1
    most = np.maximum(room.max(axis=(0, 1)), 0)
    columns = max(2, MOST_CELLS // (int(most[0]) // vcpus + 1))
    if int(most[1]) // kib + 1 <= columns:
        return (vcpus, kib), True
    return (vcpus, -(-int(most[1]) // (columns - 1))), False
