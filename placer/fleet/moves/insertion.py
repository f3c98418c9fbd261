"""Finds places for guests, and takes other guests off where there is none: the fewest in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, islice
from time import perf_counter

import numpy as np

from placer.fleet.bound.tables import Ints
from placer.fleet.moves.classes import Bools
from placer.fleet.moves.spots import Spot
from placer.fleet.moves.state import State

FREE = 3
"""Free places that are tried for a guest while others wait for theirs. Chosen."""
NARROW = 8
"""Places with guests in the way that are tried for a guest in a deep search. Chosen: of 60 each, three in a row take
10 s."""
MOST_SIZE = 3
"""Most guests that leave for one. Chosen."""
Place = tuple[int, Spot]
Unit = tuple[int, ...]
"""Guests that move together to one host."""


class Inserter:
    """
    Puts guests somewhere.

    Parameters
    ----------
    state
        Where guests are; it changes.
    left
        The places that guests have left already, on paper, before they have others.
    until
        When to end, as of ``perf_counter()``.
    strict
        Whether guests may take only what is free before they come: what guests leave that are elsewhere by then. Such
        moves have an order.
    """

    def __init__(self, state: State, left: dict[int, Place], until: float, *, strict: bool) -> None:
        self.state, self.until, self.strict = state, until, strict
        self.running = state.running
        self.left = dict(left)
        self.room = state.running.free.copy()
        self.came: dict[int, Place] = {}
        self.gone: set[int] = set()
        self.deep = False
        self._whole: Ints = np.maximum(self.running.offers[:-1].max(axis=0), 1)
        self._offers: dict[int, list[tuple[int, int, Place, tuple[int, ...]]]] = {}

    def direct(self, unit: Unit) -> bool:
        """Put guests where there is room, on one host: at best where there was room from the start, and tightest."""
        if len(unit) > 1:
            return self._bundle(unit)
        i = next(self._free(unit[0]), None)
        if i is None:
            return False
        self.put(unit[0], self.running.places(self.running.class_of[unit[0]]).place(i))
        return True

    def put(self, guest: int, place: Place, *, gone: bool = True) -> None:
        """Put a guest somewhere; whether it leaves its old place before all that are put after it."""
        self.state.put(guest, place)
        self._take(place, -1)
        if gone and guest in self.left:
            self._take(self.left[guest], 1)
            self.gone.add(guest)
        self.came[guest] = place

    def take_back(self, guest: int) -> None:
        """Undo ``put``."""
        place = self.state.remove(guest)
        self._take(place, 1)
        if guest in self.gone:
            self._take(self.left[guest], -1)
            self.gone.remove(guest)
        del self.came[guest]

    def insert(self, units: list[Unit], extra: int) -> bool:
        """
        Put guests somewhere, and take at most so many others off, which are put somewhere too.

        Returns
        -------
        bool
            Whether that was found; otherwise nothing changes.
        """
        if not units:
            return True
        if perf_counter() > self.until:
            return False
        unit, rest = units[0], units[1:]
        if len(unit) > 1:
            return self._bundle(unit) and self.insert(rest, extra)
        guest = unit[0]
        places = self.running.places(self.running.class_of[guest])
        for n, i in enumerate(self._free(guest)):
            if n >= (FREE if rest else 1):
                break
            self.put(guest, places.place(i))
            if self.insert(rest, extra):
                return True
            self.take_back(guest)
        return bool(extra) and self._instead(guest, rest, extra)

    def _instead(self, guest: int, rest: list[Unit], extra: int) -> bool:
        """Put a guest where others leave."""
        for size, _, place, leaving in islice(self._offered(guest), NARROW if self.deep else None):
            if size > extra or perf_counter() > self.until:
                break
            if any(self.state.at[g] is None or g in self.came for g in leaving):
                continue
            were = {g: self.state.remove(g) for g in leaving}
            self.left |= were
            if self._comes(place, were) and self.state.rules.may(guest, place[0]):
                self.put(guest, place, gone=False)
                more = sorted(((g,) for g in leaving), key=self.size, reverse=True)
                if self.insert([*more, *rest], extra - size):
                    return True
                self.take_back(guest)
            for g, was in were.items():
                self.state.put(g, was)
                del self.left[g]
        return False

    def _comes(self, place: Place, leaving: dict[int, Place]) -> bool:
        """Whether there is room once some guests have left, and, if moves need an order, nobody else has to."""
        if not self.strict:
            return self.state.fits(place)
        for was in leaving.values():
            self._take(was, 1)
        row = self.running.row_of[place[0]]
        comes = all(c <= self.room[row + p, 0] and m <= self.room[row + p, 1] for p, c, m in place[1].takes)
        for was in leaving.values():
            self._take(was, -1)
        return comes

    def size(self, unit: Unit) -> float:
        """Weigh guests: vcpus and memory by what the fleet offers of them."""
        cuts = (self.running.classes[self.running.class_of[g]].cuts[0] for g in unit)
        return sum(float((np.array([cut.vcpu_count, cut.memory_kib]) / self._whole).max()) for cut in cuts)

    def _take(self, place: Place, sign: int) -> None:
        row = self.running.row_of[place[0]]
        for p, vcpus, kib in place[1].takes:
            self.room[row + p] += (sign * vcpus, sign * kib)

    def _free(self, guest: int, also: Bools | None = None) -> Iterator[int]:
        """Give places with room: those that had it from the start first, then the tightest; of a kind one a host."""
        k = self.running.class_of[guest]
        places = self.running.places(k)
        fits = self.state.fitting(k, (guest,))
        if self.strict:
            fits &= np.all(self.room[places.pnodes] >= places.takes, axis=(1, 2))
        if also is not None:
            fits &= also
        found = np.flatnonzero(fits)
        if not len(found):
            return
        rows, takes = places.pnodes[found], places.takes[found]
        late = ~(self.room[rows] >= takes).all(axis=(1, 2))
        slack = ((self.state.free[rows] - takes) / self._whole).sum(axis=2)
        slack[rows == len(self.state.free) - 1] = 0
        for i in np.lexsort((found, slack.sum(axis=1), late)).tolist():
            yield int(found[i])

    def _bundle(self, unit: Unit) -> bool:
        """Put guests on one host together, one after the other."""
        first = self.running.places(self.running.class_of[unit[0]])
        hosts = dict.fromkeys(int(first.hosts[i]) for i in self._free(unit[0]))
        for host in hosts:
            done: list[int] = []
            for guest in unit:
                places = self.running.places(self.running.class_of[guest])
                i = next(self._free(guest, places.hosts == host), None)
                if i is None:
                    break
                self.put(guest, places.place(i))
                done.append(guest)
            if len(done) == len(unit):
                return True
            for guest in reversed(done):
                self.take_back(guest)
        return False

    def _offered(self, guest: int) -> list[tuple[int, int, Place, tuple[int, ...]]]:
        """Give places with the guests that leave there, the fewest and smallest first, as things were at first."""
        k = self.running.class_of[guest]
        if k not in self._offers:
            places = self.running.places(k)
            found = [
                (len(out), sum(self.running.classes[self.running.class_of[g]].kib for g in out), places.place(i), out)
                for i in range(len(places.hosts))
                for out in self._least(places.place(i))
            ]
            self._offers[k] = sorted(found, key=lambda each: each[:2])
        return self._offers[k]

    def _least(self, place: Place) -> Iterator[tuple[int, ...]]:
        """Give the sets of guests that make room on a host and of which all are needed; of equal guests the first."""
        state, running = self.state, self.running
        row = running.row_of[place[0]]
        asked = {p: (c - state.free[row + p, 0], m - state.free[row + p, 1]) for p, c, m in place[1].takes}
        kinds: dict[tuple[int, object], list[int]] = {}
        for g in running.guests_on[place[0]]:
            spot = running.spot_of[g]
            if spot is not None and self._may_leave(g, place[0]) and any(p in asked for p, _, _ in spot.takes):
                alone = g if g in state.rules.of else -1
                kinds.setdefault((running.class_of[g], (spot.takes, alone)), []).append(g)
        equals = list(kinds.values())
        enough: list[Counter[int]] = []
        for size in range(1, MOST_SIZE + 1):
            for chosen in combinations_with_replacement(range(len(equals)), size):
                counts = Counter(chosen)
                if any(count > len(equals[kind]) for kind, count in counts.items()):
                    continue
                if any(fewer <= counts for fewer in enough):
                    continue
                out = tuple(g for kind, count in counts.items() for g in equals[kind][:count])
                if self._gives(out, asked):
                    enough.append(counts)
                    yield out

    def _may_leave(self, guest: int, host: int) -> bool:
        place = self.state.at[guest]
        may = self.running.way_of(guest) != "stay" and guest not in self.state.rules.bundle_of
        return may and place == (host, self.running.spot_of[guest])

    def _gives(self, out: Sequence[int], asked: dict[int, tuple[int, int]]) -> bool:
        left = {p: list(each) for p, each in asked.items()}
        for g in out:
            spot = self.running.spot_of[g]
            for p, c, m in spot.takes if spot else ():
                if p in left:
                    left[p][0] -= c
                    left[p][1] -= m
        return all(c <= 0 and m <= 0 for c, m in left.values())
