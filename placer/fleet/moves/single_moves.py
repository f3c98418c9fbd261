"""Moves one by one, each the best at its time: the greedy end state, which no plan may be worse than."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from placer.fleet.bound.tables import Floats, Ints
from placer.fleet.moves.classes import Bools
from placer.fleet.moves.running import Running
from placer.fleet.moves.spots import Spot
from placer.fleet.moves.state import State
from placer.fleet.moves.steps import Move

MOST_MOVES = 2000
"""Most moves where no budget says how many. Chosen."""
LOOKED_AT = 40
"""Best moves that are looked at until rules allow one. Chosen."""
FEW = 4
"""Places looked at for each class. Chosen: the best may be where the guest is."""
LEAST_GAIN = 1e-9


def single_moves(running: Running, closed: Ints, until: float) -> tuple[State, list[Move]]:
    """
    Take the best move until none helps, or the budgets are used up.

    Parameters
    ----------
    closed
        Hosts that stay as they are.
    """
    state = State(running)
    greedy = _Greedy(running, state, closed)
    goal = running.goal
    done: list[Move] = []
    left = [goal.moves, goal.kib, goal.restarts]
    while len(done) < MOST_MOVES and perf_counter() < until and left[0] != 0:
        move = greedy.best(left[1], left[2] or 0)
        if move is None:
            break
        state.remove(move.guest)
        state.put(move.guest, move.after)
        done.append(move)
        each = running.classes[running.class_of[move.guest]]
        uses = (1, each.kib, int(each.way == "restart"))
        left = [None if most is None else most - use for most, use in zip(left, uses, strict=True)]
    return state, done


class _Greedy:
    def __init__(self, running: Running, state: State, closed: Ints) -> None:
        self.running, self.state, self.closed = running, state, closed
        self.fragments = running.goal.fragments
        self.movers: dict[int, list[int]] = {}
        for g in running.running:
            if running.way_of(g) != "stay" and running.host_of[g] not in set(closed.tolist()):
                self.movers.setdefault(running.class_of[g], []).append(g)
        self.limited = np.array([kind.limited for kind in running.kinds])[running.kind_of]
        self.row_limited = np.repeat(self.limited, np.diff([*running.row_of.tolist(), len(running.offers) - 1]))
        self.row_limited = np.append(self.row_limited, False)

    def best(self, kib: int | None, restarts: int) -> Move | None:
        """Give the best move within what is left of the budgets; None where none gains."""
        found: list[tuple[float, int, int, int]] = []
        for k, guests in self.movers.items():
            each = self.running.classes[k]
            if (kib is not None and each.kib > kib) or (each.way == "restart" and not restarts):
                continue
            found += self._of_class(k, guests)
        found.sort(reverse=True)
        for _, g, k, i in found[:LOOKED_AT]:
            before = self.state.remove(g)
            place = self.running.places(k).place(i)
            may = self.state.rules.may(g, place[0])
            self.state.put(g, before)
            if may and g not in self.state.rules.bundle_of:
                return Move(g, before, place)
        return None

    def _of_class(self, k: int, guests: list[int]) -> list[tuple[float, int, int, int]]:
        """Give the gains of moves of a class: gain, guest, class and place."""
        places = self.running.places(k)
        fits = np.flatnonzero(self.state.fitting(k) & ~np.isin(places.hosts, self.closed))
        if not len(fits):
            return []
        rows, takes = places.pnodes[fits], places.takes[fits]
        comes = self._worth(rows, -takes, np.array([places.spots[w].distance for w in places.which[fits]]))
        first = fits[np.argsort(-comes, kind="stable")[:FEW]]
        gain_of = dict(zip(fits.tolist(), comes.tolist(), strict=True))
        width = places.pnodes.shape[1]
        at = [self.state.at[g] for g in guests]
        here = [place for place in at if place is not None]
        rows_out, takes_out = self._arrays(here, width)
        goes = self._worth(rows_out, takes_out, -np.array([place[1].distance for place in here]))
        found = []
        for g, gain, own in zip(guests, goes.tolist(), rows_out, strict=True):
            for i in first.tolist():
                if np.isin(places.pnodes[i], own[own < len(self.state.free) - 1]).any() and self.fragments is not None:
                    continue
                if gain + gain_of[i] > LEAST_GAIN:
                    found.append((gain + gain_of[i], g, k, i))
                break
        return found

    def _arrays(self, places: list[tuple[int, Spot]], width: int) -> tuple[Ints, Ints]:
        width = max([width, *(len(spot.takes) for _, spot in places)])
        rows = np.full((len(places), width), len(self.state.free) - 1, dtype=np.int64)
        takes = np.zeros((len(places), width, 2), dtype=np.int64)
        for i, (h, spot) in enumerate(places):
            for j, (p, vcpus, kib) in enumerate(spot.takes):
                rows[i, j], takes[i, j] = self.running.row_of[h] + p, (vcpus, kib)
        return rows, takes

    def _worth(self, rows: Ints, more: Ints, distance: Ints) -> Floats:
        """Give what a change of what is free is worth: guests of the shape that fit, or less distance."""
        if self.fragments is None:
            costs: Floats = -distance.astype(float)
            return costs
        free = self.state.free[rows]
        change = self._fits(free + more, rows) - self._fits(free, rows)
        change[rows == len(self.state.free) - 1] = 0
        gains: Floats = change.sum(axis=1).astype(float)
        return gains

    def _fits(self, free: Ints, rows: Ints) -> Ints:
        assert self.fragments is not None
        return fits(free, self.row_limited[rows], self.fragments.vcpus, self.fragments.kib)


def fits(free: Ints, limited: Bools, vcpus: int, kib: int) -> Ints:
    """
    Count the guests of a shape that fit on pnodes.

    Parameters
    ----------
    free
        Array ``[..., 2]``: vcpus and KiB.
    limited
        Array ``[...]``: whether vcpus count.
    """
    most = np.full(free.shape[:-1], 1 << 40, dtype=np.int64)
    if vcpus:
        most = np.where(limited, np.minimum(most, free[..., 0] // vcpus), most)
    if kib:
        most = np.minimum(most, free[..., 1] // kib)
    return np.maximum(np.where(most == 1 << 40, 0, most), 0)


def fits_on(running: Running, state: State) -> int:
    """Count the guests of the wanted shape that fit on all pnodes of a fleet."""
    shape = running.goal.fragments
    assert shape is not None
    limited = np.array([kind.limited for kind in running.kinds])[running.kind_of]
    rows = np.repeat(limited, np.diff([*running.row_of.tolist(), len(running.offers) - 1]))
    return int(fits(state.free[:-1], rows, shape.vcpus, shape.kib).sum())
