"""The places of a guest on hosts: which of them have room, on which pnodes, and what is left then."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from placer.fleet.bound.realise import Room
from placer.fleet.bound.tables import Ints
from placer.fleet.problem.loads import Load, Split

MOST_WAYS = 64
"""Most ways of one guest on the pnodes of a host that are tried; of more the one that takes the emptiest pnodes."""


def ways_of(split: Split, pnodes: int) -> list[tuple[int, ...]] | None:
    """
    Give the ways to put the parts of a guest on pnodes, equal parts in one order; None where there are too many.

    Returns
    -------
    list of tuple of int
        For each part the position of its pnode.
    """
    if pnodes ** len(split.parts) > 100 * MOST_WAYS:
        return None
    found: dict[frozenset[tuple[tuple[int, int], int, int]], tuple[int, ...]] = {}
    for on in product(range(pnodes), repeat=len(split.parts)):
        if split.distinct and len(set(on)) < len(on):
            continue
        placed = [(part, p) for part, p in zip(split.parts, on, strict=True)]
        found.setdefault(frozenset((part, p, placed.count((part, p))) for part, p in placed), on)
    return list(found.values()) if len(found) <= MOST_WAYS else None


def places(load: Load, rooms: Ints, *, limited: bool) -> Iterator[tuple[Ints, Ints]]:
    """
    Give the hosts that have room for a guest, with the room that is left; a host once for each way.

    Each host takes the guest in the fewest parts that fit there.

    Parameters
    ----------
    rooms
        Array ``[hosts, pnodes, 2]``.

    Yields
    ------
    rows : array
        Positions of hosts.
    left : array ``[rows, pnodes, 2]``
    """
    waiting = np.arange(len(rooms))
    for split in load.splits:
        held = []
        for rows, left in _of_split(split, rooms[waiting], limited=limited):
            held.append(rows)
            yield waiting[rows], left
        if held:
            waiting = np.delete(waiting, np.concatenate(held))
        if not len(waiting):
            return


def _of_split(split: Split, rooms: Ints, *, limited: bool) -> Iterator[tuple[Ints, Ints]]:
    ways = ways_of(split, rooms.shape[1])
    if ways is None:
        yield _one_by_one(split, rooms, limited=limited)
        return
    for way in ways:
        taken = np.zeros(rooms.shape[1:], dtype=np.int64)
        for p, (vcpus, kib) in zip(way, split.parts, strict=True):
            taken[p] += (vcpus * limited, kib)
        left = rooms - taken
        fits = np.flatnonzero((left >= 0)[:, sorted(set(way))].all(axis=(1, 2)))
        if len(fits):
            yield fits, left[fits]


def _one_by_one(split: Split, rooms: Ints, *, limited: bool) -> tuple[Ints, Ints]:
    """Put the parts of a guest on the emptiest pnodes of each host."""
    load, rows, left = Load(splits=(split,), weight=0), [], []
    for row, pnodes in enumerate(rooms.tolist()):
        room = Room(tuple((vcpus, kib) for vcpus, kib in pnodes), limited=limited)
        if room.take(load):
            rows.append(row)
            left.append(room.left)
    return np.array(rows, dtype=np.int64), np.array(left, dtype=np.int64).reshape(-1, *rooms.shape[1:])
