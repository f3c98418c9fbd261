"""Whole guests from pieces: a filling of a host that keeps every guest's parts together."""

from __future__ import annotations

import numpy as np

from placer.fleet.bound.items import Items
from placer.fleet.bound.tables import Floats, Ints
from placer.fleet.problem.loads import Load, Split
from placer.fleet.problem.problem import FleetProblem


class Room:
    """
    What is left of the pnodes of a host.

    Parameters
    ----------
    pnodes
        Vcpus and KiB of each.
    limited
        Whether vcpus count.
    """

    def __init__(self, pnodes: tuple[tuple[int, int], ...], *, limited: bool) -> None:
        self.left = [list(pnode) for pnode in pnodes]
        self.limited = limited

    def is_loaded_by(self, load: Load) -> bool:
        """Whether a guest takes anything: of one without memory any number fits where vcpus are not limited."""
        return any(kib or (vcpus and self.limited) for split in load.splits for vcpus, kib in split.parts)

    def take(self, load: Load, preference: list[float] | None = None) -> bool:
        """
        Put a guest somewhere: each part, the largest first, on the pnode of most preference, then where most is free.

        Parameters
        ----------
        preference
            For each pnode a number, the highest first; None for none.

        Returns
        -------
        bool
            Whether it fits this way; otherwise nothing changes.
        """
        return any(self._take(split, preference or [0.0] * len(self.left)) for split in load.splits)

    def _take(self, split: Split, preference: list[float]) -> bool:
        if split.distinct and len(split.parts) > len(self.left):
            return False
        taken: list[tuple[int, int, int]] = []
        for asked, kib in split.parts:
            vcpus = asked if self.limited else 0
            used = {p for p, _, _ in taken} if split.distinct else set()
            fitting = [p for p, (c, m) in enumerate(self.left) if p not in used and c >= vcpus and m >= kib]
            if not fitting:
                for p, c, m in taken:
                    self.left[p][0] += c
                    self.left[p][1] += m
                return False
            best = max(fitting, key=lambda p: (preference[p], self.left[p][1], self.left[p][0]))
            self.left[best][0] -= vcpus
            self.left[best][1] -= kib
            taken.append((best, vcpus, kib))
        return True


def realised(problem: FleetProblem, types: Ints, *, alone: Ints, halves: Ints, items: Items, prices: Floats) -> Ints:
    """
    Make fillings of whole guests from fillings of pieces.

    Parameters
    ----------
    types
        Positions of the types.
    alone
        Array ``[types, pnodes, single items]``: how often each stands on each pnode.
    halves
        Array ``[types, pair items]``.
    prices
        Of the classes: what is left of a host is filled by the best for their size.

    Returns
    -------
    array ``[types, classes]``
    """
    columns = np.zeros((len(types), len(prices)), dtype=np.int64)
    for row, t in enumerate(types.tolist()):
        host = problem.types[t]
        room = Room(host.pnodes, limited=host.limited)
        wanted, preference = np.zeros(len(prices)), np.zeros((len(prices), len(host.pnodes)))
        for i, item in enumerate(items.single):
            wanted[item.of] += alone[row, :, i].sum() * item.numerator / item.denominator
            preference[item.of] += alone[row, :, i]
        for i, item in enumerate(items.pair):
            wanted[item.of] += halves[row, i]
        for k in sorted(host.classes, key=lambda k: -_parts(problem.classes[k].load)):
            for _ in range(int(wanted[k] + 1e-6)):
                if not room.take(problem.classes[k].load, preference[k].tolist()):
                    break
                columns[row, k] += 1
        for k in sorted(host.classes, key=lambda k: -_density(problem.classes[k].load, float(prices[k]))):
            load = problem.classes[k].load
            while prices[k] > 0 and room.is_loaded_by(load) and room.take(load):
                columns[row, k] += 1
    return columns


def _parts(load: Load) -> int:
    return max(len(split.parts) for split in load.splits)


def _density(load: Load, price: float) -> float:
    vcpus, kib = map(sum, zip(*load.splits[0].parts, strict=True))
    return price / (1 + kib + vcpus * 2**20)
