"""Tiny fleets that run, and an oracle that walks over every state they can reach by safe moves, one after the other."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from placer.fleet.model.fleet import Fleet, Placed
from tests.support.fleets import Parts, fleet_of

Place = tuple[int, tuple[int, ...]]
World = tuple[Place | None, ...]


def running_fleet(
    hosts: Sequence[Parts],
    guests: Sequence[Parts],
    at: Sequence[Place | None],
    *,
    rules: Sequence[Any] = (),
    **more: Any,
) -> Fleet:
    """Make a fleet of hosts ``h0`` and so on, and guests ``g0`` and so on, of which some run."""
    placed = [
        Placed(guest=f"g{i}", host=f"h{place[0]}", pnodes=place[1]) for i, place in enumerate(at) if place is not None
    ]
    return fleet_of(hosts, guests, rules=rules, placed=placed, **more)


def drawn(seed: int) -> tuple[list[Parts], list[Parts], list[Place | None]]:
    """Draw two or three small hosts, nearly full, and a guest that does not run."""
    draw = random.Random(seed)
    count = draw.choice((2, 3))
    hosts: list[Parts] = [[(4, draw.choice((6, 8)))] * draw.choice((1, 2)) for _ in range(count)]
    guests: list[Parts] = []
    at: list[Place | None] = []
    free = [[list(pnode) for pnode in pnodes] for pnodes in hosts]
    for _ in range(5):
        part = (draw.choice((1, 2)), draw.choice((2, 3, 4)))
        parts = [part] if draw.random() < 0.8 else [part, part]
        spots = [(h, on) for h, pnodes in enumerate(hosts) for on in product(range(len(pnodes)), repeat=len(parts))]
        draw.shuffle(spots)
        for h, on in spots:
            if _fits(free[h], parts, on):
                _take(free[h], parts, on, 1)
                guests.append(parts)
                at.append((h, on))
                break
    guests.append([(draw.choice((2, 3, 4)), draw.choice((3, 4, 5)))])
    at.append(None)
    return hosts, guests, at


class Oracle:
    """
    Walks over every state of a fleet.

    A move needs room at its target while the guest still is where it was. Rules ``apart`` between pairs hold always.
    """

    def __init__(
        self,
        hosts: Sequence[Parts],
        guests: Sequence[Parts],
        at: Sequence[Place | None],
        apart: Sequence[tuple[int, int]] = (),
    ) -> None:
        self.hosts, self.guests, self.apart = hosts, guests, apart
        self.first: World = tuple(at)

    def reached(self, most: int | None = None) -> Iterator[tuple[int, World]]:
        """Give every state with the fewest moves to it, nearest first."""
        seen = {self.first: 0}
        queue = deque([self.first])
        while queue:
            world = queue.popleft()
            yield seen[world], world
            if most is not None and seen[world] >= most:
                continue
            for after in self._next(world):
                if after not in seen:
                    seen[after] = seen[world] + 1
                    queue.append(after)

    def _next(self, world: World) -> Iterator[World]:
        free = self.free(world)
        for g, place in enumerate(world):
            if place is None:
                continue
            for h, on in self.spots(g):
                if (h, on) != place and _fits(free[h], self.guests[g], on) and self._may(world, g, h):
                    yield (*world[:g], (h, on), *world[g + 1 :])

    def spots(self, g: int) -> Iterator[Place]:
        for h, pnodes in enumerate(self.hosts):
            for on in product(range(len(pnodes)), repeat=len(self.guests[g])):
                yield h, on

    def _may(self, world: World, g: int, h: int) -> bool:
        for pair in self.apart:
            if g in pair:
                other = world[pair[0] if pair[1] == g else pair[1]]
                if other is not None and other[0] == h:
                    return False
        return True

    def free(self, world: World) -> list[list[list[int]]]:
        free = [[list(pnode) for pnode in pnodes] for pnodes in self.hosts]
        for g, place in enumerate(world):
            if place is not None:
                _take(free[place[0]], self.guests[g], place[1], 1)
        return free

    def fewest_for_room(self, g: int) -> int | None:
        """Give the fewest moves after which a guest fits somewhere; None if it never does."""
        for moves, world in self.reached():
            free = self.free(world)
            if any(_fits(free[h], self.guests[g], on) and self._may(world, g, h) for h, on in self.spots(g)):
                return moves
        return None

    def fewest_to_empty(self, host: int) -> int | None:
        """Give the fewest moves after which a host holds no guest."""
        for moves, world in self.reached():
            if all(place is None or place[0] != host for place in world):
                return moves
        return None

    def most_that_fit(self, vcpus: int, gib: int, moves: int) -> int:
        """Give how many guests of a shape fit at best after so many moves."""
        return max(
            sum(max(0, min(c // vcpus, m // gib)) for pnodes in self.free(world) for c, m in pnodes)
            for _, world in self.reached(moves)
        )

    def least_distance(self, moves: int) -> int:
        """Give the least sum of distances after so many moves: 10 on one pnode, 20 between two; equal vnodes."""
        return min(
            sum(self._distance(g, place) for g, place in enumerate(world) if place is not None)
            for _, world in self.reached(moves)
        )

    def _distance(self, g: int, place: Place) -> int:
        parts = self.guests[g]
        share = (1000 + len(parts) // 2) // len(parts)
        return sum(
            vcpus * share * (10 if p == q else 20)
            for (vcpus, _), p in zip(parts, place[1], strict=True)
            for q in place[1]
        )


def _fits(free: list[list[int]], parts: Parts, on: Sequence[int]) -> bool:
    asked: dict[int, list[int]] = {}
    for (vcpus, gib), p in zip(parts, on, strict=True):
        each = asked.setdefault(p, [0, 0])
        each[0] += vcpus
        each[1] += gib
    return all(free[p][0] >= c and free[p][1] >= m for p, (c, m) in asked.items())


def _take(free: list[list[int]], parts: Parts, on: Sequence[int], sign: int) -> None:
    for (vcpus, gib), p in zip(parts, on, strict=True):
        free[p][0] -= sign * vcpus
        free[p][1] -= sign * gib
