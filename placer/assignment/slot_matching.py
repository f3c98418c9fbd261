"""
The search for seats on the benches of one site: exact, depth first, with what failed remembered.

Benches that look alike to everybody still standing are tried once. Those who want a bench for themselves choose first,
then parties that sit in pairs, then a seat is kept for those who share; the others are matched to what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Key = tuple[int, int]
Seats = frozenset[int]
Look = tuple[bool, tuple[tuple[bool, ...], ...]]


@dataclass(frozen=True)
class _Step:
    """
    Somebody who chooses a seat: of a party that is ``alone`` or ``paired``, or one kept for those who share.

    ``more`` members of the same party come later.
    """

    kind: str
    seats: Seats
    key: Key = (-1, -1)
    party: int = -1
    more: int = 0


class SlotMatcher:
    """
    One search.

    Parameters
    ----------
    benches
        The seats of the site.
    busy
        Seats that somebody else has; they can be shared, and their benches are never somebody's alone.
    """

    def __init__(self, benches: Iterable[tuple[int, ...]], busy: Seats) -> None:
        self._free = [list(bench) for bench in benches]
        self._fresh = [busy.isdisjoint(bench) for bench in self._free]
        self._alone: list[_Step] = []
        self._paired: list[list[tuple[Key, Seats]]] = []
        self._any: list[tuple[Key, Seats]] = []
        self._common: set[Seats] = set()
        self._kept: list[int] = []
        self._count: list[list[int]] = []
        self._seat_of: dict[Key, int] = {}
        self._failed: set[object] = set()

    def admit(self, own: list[tuple[Key, Seats]], company: str, common: Iterable[Seats]) -> None:
        """Let a party in: who wants a seat for himself, and what the others share."""
        self._common.update(common)
        if company == "alone":
            self._alone += [_Step("alone", seats, key) for key, seats in own]
        elif company == "paired" and own:
            self._paired.append(own)
        else:
            self._any += own

    def run(self) -> dict[Key, int] | None:
        """Seat everybody; None where that cannot be."""
        here = frozenset(seat for bench in self._free for seat in bench)
        common = {seats & here for seats in self._common}
        least = [seats for seats in common if not any(other < seats for other in common)]
        self._steps = list(self._alone)
        for i, party in enumerate(self._paired):
            ends = range(len(party) - 1, -1, -1)
            self._steps += [
                _Step("paired", seats, key, i, more) for (key, seats), more in zip(party, ends, strict=True)
            ]
        self._steps += [_Step("common", seats) for seats in sorted(least, key=sorted)]
        self._count = [[0] * len(self._free) for _ in self._paired]
        sets = {step.seats for step in self._steps} | {seats for _, seats in self._any}
        self._look_of = {seat: tuple(seat in seats for seats in sets) for seat in here}
        return self._seat_of if self._go(0) else None

    def _go(self, i: int) -> bool:
        if i == len(self._steps):
            return self._match()
        step = self._steps[i]
        state = (i, *self._state(step))
        if state in self._failed:
            return False
        if step.kind == "common" and not step.seats.isdisjoint(self._kept):
            return self._go(i + 1)
        for b, seat in self._choices(step):
            before = self._free[b], self._fresh[b]
            self._take(step, b, seat, 1)
            if self._go(i + 1):
                return True
            self._take(step, b, seat, -1)
            self._free[b], self._fresh[b] = before
        self._failed.add(state)
        return False

    def _state(self, step: _Step) -> tuple[object, ...]:
        """Describe what is left, whatever the benches are called."""
        counts = self._count[step.party] if step.kind == "paired" else [0] * len(self._free)
        looks = sorted((self._look(b), count) for b, count in enumerate(counts))
        shared = [not other.seats.isdisjoint(self._kept) for other in self._steps if other.kind == "common"]
        return tuple(looks), tuple(shared)

    def _look(self, b: int) -> Look:
        return self._fresh[b], tuple(sorted(self._look_of[seat] for seat in self._free[b]))

    def _choices(self, step: _Step) -> Iterator[tuple[int, int]]:
        """Give the benches and seats that differ, those first that leave most to the others."""
        tried = set()
        counts = self._count[step.party] if step.kind == "paired" else [0] * len(self._free)
        least_first = sorted(range(len(self._free)), key=lambda b: len(self._free[b]))
        order = {
            "alone": least_first,
            "paired": sorted(least_first, key=lambda b: (-counts[b], -len(self._free[b]))),
            "common": sorted(least_first, key=lambda b: (len(self._free[b]), -b)),
        }
        for b in order[step.kind]:
            if (step.kind == "alone" and not self._fresh[b]) or not self._stays_paired(step, counts, b):
                continue
            for seat in self._free[b]:
                look = (self._look(b), counts[b], step.kind == "alone" or self._look_of[seat])
                if seat in step.seats and look not in tried:
                    tried.add(look)
                    yield b, seat

    def _stays_paired(self, step: _Step, counts: list[int], b: int) -> bool:
        """Whether the members still to come can leave no more than one of their party by himself."""
        singles = sum(count == 1 for count in counts) + (counts[b] == 0) - (counts[b] == 1)
        return step.kind != "paired" or singles - step.more <= 1

    def _take(self, step: _Step, b: int, seat: int, times: int) -> None:
        """Take a seat, or give it back; the caller restores the bench."""
        self._free[b] = [] if step.kind == "alone" else [other for other in self._free[b] if other != seat]
        self._fresh[b] = False
        if step.kind == "paired":
            self._count[step.party][b] += times
        if step.kind == "common":
            if times > 0:
                self._kept.append(seat)
            else:
                self._kept.remove(seat)
        elif times > 0:
            self._seat_of[step.key] = seat
        else:
            del self._seat_of[step.key]

    def _match(self) -> bool:
        """Seat those who mind nobody: greedily on the fullest benches, then along augmenting paths."""
        seats = [seat for bench in sorted(self._free, key=len, reverse=True) for seat in bench]
        if len(self._any) > len(seats):
            return False
        holder: dict[int, int] = {}
        for i in range(len(self._any)):
            if not self._augment(i, seats, holder):
                return False
        self._seat_of.update({self._any[i][0]: seat for seat, i in holder.items()})
        return True

    def _augment(self, first: int, seats: list[int], holder: dict[int, int]) -> bool:
        """Seat one more, breadth first over who would have to move."""
        reached: dict[int, int] = {}
        queue = [first]
        for i in queue:
            for seat in seats:
                if seat in reached or seat not in self._any[i][1]:
                    continue
                reached[seat] = i
                if seat in holder:
                    queue.append(holder[seat])
                    continue
                _move_along(seat, reached, holder)
                return True
        return False


def _move_along(seat: int | None, reached: dict[int, int], holder: dict[int, int]) -> None:
    """Give a free seat to who reached it, the seat he leaves to who reached that, and so on."""
    while seat is not None:
        mover = reached[seat]
        left = next((other for other, i in holder.items() if i == mover), None)
        holder[seat] = mover
        if left is not None:
            del holder[left]
        seat = left
