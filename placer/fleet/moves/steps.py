"""
Moves in stages: what comes in a stage fits beside everything that is still there.

So the moves of a stage may run in any order, or at once, with memory held at both ends. Guests of one class without
rules are alike: which of them goes to which of their new places is chosen here, so that much can move early.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from placer.fleet.moves.running import Running
from placer.fleet.moves.spots import Spot
from placer.fleet.moves.state import State

Place = tuple[int, Spot]
MOST_DETOURS = 12
"""Most guests that move out of the way of others for a while. Chosen."""


@dataclass(frozen=True)
class Move:
    """
    A guest that changes its place.

    Parameters
    ----------
    guest
        Its position.
    before, after
        Host and spot.
    """

    guest: int
    before: Place
    after: Place


@dataclass(frozen=True)
class Staged:
    """
    Moves in stages.

    Parameters
    ----------
    stages
        The moves of each.
    stuck
        The guests that could not move: each waits for room that another one holds.
    """

    stages: tuple[tuple[Move, ...], ...]
    stuck: tuple[int, ...]

    @property
    def moves(self) -> list[Move]:
        """The moves of all stages."""
        return [move for stage in self.stages for move in stage]


def staged(running: Running, moved: dict[int, Place], *, detours: int = MOST_DETOURS) -> Staged:
    """
    Divide moves into stages.

    Parameters
    ----------
    moved
        The guests that run and move, each with its new place.
    detours
        The most guests that may move once more.
    """
    return _Staging(running, moved).run(detours)


class _Staging:
    def __init__(self, running: Running, moved: dict[int, Place]) -> None:
        self.state = State(running)
        for g in range(len(running.running), len(running.guests)):
            self.state.at[g] = None
        self.running = running
        rules = self.state.rules
        self.fixed: dict[tuple[int, ...], tuple[Place, ...]] = {}
        self.outs: dict[int, list[int]] = {}
        self.ins: list[tuple[int, Place]] = []
        for g, place in moved.items():
            unit = rules.bundle_of.get(g, (g,))
            if g in rules.of:
                unit = unit if all(each in moved for each in unit) else (g,)
                self.fixed[unit] = tuple(moved[each] for each in unit)
            else:
                self.outs.setdefault(running.class_of[g], []).append(g)
                self.ins.append((running.class_of[g], place))
        self.stage: list[Move] = []
        self.stages: list[tuple[Move, ...]] = []
        self.again: set[int] = set()

    def run(self, detours: int) -> Staged:
        while self.ins or self.fixed:
            self._one_stage()
            if not self.stage and (len(self.again) >= detours or not self._detour()):
                break
            self._close()
        left = [g for each in self.outs.values() for g in each] + [g for unit in self.fixed for g in unit]
        return Staged(tuple(self.stages), tuple(left))

    def _one_stage(self) -> None:
        for unit, places in list(self.fixed.items()):
            if self._unit_goes(unit, places):
                del self.fixed[unit]
        blocked = [place for _, place in self.ins if not self.state.fits(place)]
        needed = {row for place in blocked for row in self._rows(place)}
        late = []
        for k, place in sorted(self.ins, key=lambda each: -sum(kib for _, _, kib in each[1][1].takes)):
            if self.state.fits(place):
                guest = self._chosen(k, place, needed)
                if guest is not None:
                    self._go(guest, place)
                    continue
            late.append((k, place))
        self.ins = late

    def _chosen(self, k: int, place: Place, needed: set[int]) -> int | None:
        """Choose the guest that comes: one of the same host, else one that others wait for, the first of the class."""
        waiting = self.outs[k]
        ready = [g for g in waiting if not any(move.guest == g for move in self.stage)]
        if not ready:
            return None
        return max(ready, key=lambda g: (self._at(g)[0] == place[0], self._helps(g, needed), -g))

    def _helps(self, guest: int, needed: set[int]) -> bool:
        return not needed.isdisjoint(self._rows(self._at(guest)))

    def _at(self, guest: int) -> Place:
        place = self.state.at[guest]
        assert place is not None
        return place

    def _rows(self, place: Place) -> Iterable[int]:
        row = int(self.running.row_of[place[0]])
        return (row + p for p, _, _ in place[1].takes)

    def _go(self, guest: int, place: Place) -> None:
        """Let a guest come; where it was is free only after the stage."""
        self.stage.append(Move(guest, self._at(guest), place))
        self.state.shift(place, -1)
        waiting = self.outs.get(self.running.class_of[guest], [])
        if guest in waiting:
            waiting.remove(guest)

    def _unit_goes(self, unit: tuple[int, ...], places: tuple[Place, ...]) -> bool:
        """Move guests with rules together, if there is room, and no rule is broken while they are at both ends."""
        rules = self.state.rules
        were = [self._at(g) for g in unit]
        for g, was in zip(unit, were, strict=True):
            rules.remove(g, was[0])
        done = 0
        for g, place in zip(unit, places, strict=True):
            if not (self.state.fits(place) and rules.may(g, place[0])):
                break
            self.state.shift(place, -1)
            rules.put(g, place[0])
            done += 1
        if done == len(unit):
            # both ends count for others until the stage ends
            for g, was, place in zip(unit, were, places, strict=True):
                rules.put(g, was[0])
                self.stage.append(Move(g, was, place))
            return True
        for g, place in zip(unit[:done], places[:done], strict=True):
            self.state.shift(place, 1)
            rules.remove(g, place[0])
        for g, was in zip(unit, were, strict=True):
            rules.put(g, was[0])
        return False

    def _detour(self) -> bool:
        """Let one guest that waits, and that others wait for, go elsewhere for a while."""
        needed = {row for _, place in self.ins for row in self._rows(place)}
        for waiting in self.outs.values():
            for guest in waiting:
                if guest in self.again or not self._helps(guest, needed):
                    continue
                k = self.running.class_of[guest]
                places = self.running.places(k)
                held = np.array(sorted(needed))
                apart = ~np.isin(places.pnodes, held).any(axis=1)
                free = np.flatnonzero(self.state.fitting(k) & apart)
                if len(free):
                    place = places.place(int(free[0]))
                    self.stage.append(Move(guest, self._at(guest), place))
                    self.state.shift(place, -1)
                    self.again.add(guest)
                    return True
        return False

    def _close(self) -> None:
        """End a stage: what left is gone."""
        for move in self.stage:
            self.state.shift(move.before, 1)
            if move.guest in self.state.rules.of:
                self.state.rules.remove(move.guest, move.before[0])
            self.state.at[move.guest] = move.after
        self.stages.append(tuple(self.stage))
        self.stage = []
