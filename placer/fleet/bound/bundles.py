"""Guests that stay on one host together: fillings that have places for them, and how many of these must be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import highspy
import numpy as np

from placer.fleet.bound.items import Units
from placer.fleet.bound.master import Master
from placer.fleet.bound.packing import packed
from placer.fleet.bound.stages import host_costs
from placer.fleet.bound.tables import Ints

Bundle = tuple[tuple[int, int], ...]
"""Positions of classes, ascending, and how many guests of each stay together."""
FEW = 2
"""Fillings with places for a bundle below which more are made. Chosen, not tuned."""
MOST_BUNDLES, MOST_TYPES = 60, 10
"""Kinds of bundles, and types of hosts for each of them, for which fillings are made. Chosen: some 10 s at most."""


def times(bundle: Bundle, column: Ints) -> int:
    """Count the bundles for which a filling has places, if it holds no others."""
    return min(int(column[k]) // count for k, count in bundle)


def add_fillings(
    master: Master, units: Units, bundles: Mapping[Bundle, int], left_s: Callable[[], float] = lambda: np.inf
) -> int:
    """
    Add the fillings of least reduced cost that have places for bundles of which the master knows few.

    Parameters
    ----------
    bundles
        Bundle -> how many of that kind there are.
    left_s
        Gives the seconds that are left.

    Returns
    -------
    int
        How many are new.
    """
    scarce = [b for b in bundles if sum(times(b, column) > 0 for _, column in master.columns) < FEW][:MOST_BUNDLES]
    if not scarce:
        return 0
    relaxed, problem = master.relaxed(), master.problem
    costs = np.array(host_costs(problem, master.stage.tier), dtype=float) + relaxed.hosts
    added = 0
    for bundle in scarce:
        may = [t for t, host in enumerate(problem.types) if all(k in host.classes for k, _ in bundle)]
        found = []
        for t in may[:MOST_TYPES]:
            if left_s() <= 0:
                return added
            each = packed(problem, units, t, relaxed.prices, left_s=left_s(), least=dict(bundle))
            if each is not None:
                found.append((costs[t] - float(each.filling @ relaxed.prices), t, each.filling))
        found.sort(key=lambda each: each[:2])
        added += sum(master.add(t, column) for _, t, column in found[:FEW])
    return added


class Together:
    """
    Which fillings hold which bundles, as part of the program of whole hosts.

    Parameters
    ----------
    master
        The fillings.
    bundles
        Bundle -> how many there are.
    """

    def __init__(self, master: Master, bundles: Mapping[Bundle, int]) -> None:
        self.columns = [column for _, column in master.columns]
        self.bundles = bundles
        self.pairs = [(b, q) for b in bundles for q, column in enumerate(self.columns) if times(b, column)]

    def add(self, highs: highspy.Highs, first: int) -> None:
        """Let every bundle be in a filling, and no filling hold more guests of bundles than it has places."""
        start = highs.getNumCol()
        rows: dict[tuple[int, int], dict[int, float]] = {}
        every: dict[Bundle, dict[int, float]] = {b: {} for b in self.bundles}
        for i, (b, q) in enumerate(self.pairs):
            every[b][start + i] = 1.0
            for k, count in b:
                rows.setdefault((q, k), {first + q: -float(self.columns[q][k])})[start + i] = float(count)
        for b, _ in self.pairs:
            highs.addCol(0.0, 0.0, float(self.bundles[b]), 0, [], [])
        added = np.arange(start, start + len(self.pairs), dtype=np.int32)
        highs.changeColsIntegrality(len(added), added, np.array([highspy.HighsVarType.kInteger] * len(added)))
        for b, entries in every.items():
            _row(highs, float(self.bundles[b]), highspy.kHighsInf, entries)
        for entries in rows.values():
            _row(highs, -highspy.kHighsInf, 0.0, entries)

    def chosen(self, values: Ints) -> dict[int, tuple[Bundle, ...]]:
        """Give the kinds of bundles that each filling holds, by its position among the fillings."""
        held: dict[int, tuple[Bundle, ...]] = {}
        for (b, q), value in zip(self.pairs, values.tolist(), strict=True):
            held[q] = (*held.get(q, ()), *((b,) if value else ()))
        return held


def _row(highs: highspy.Highs, least: float, most: float, entries: dict[int, float]) -> None:
    highs.addRow(least, most, len(entries), np.array([*entries], dtype=np.int32), np.array([*entries.values()]))
