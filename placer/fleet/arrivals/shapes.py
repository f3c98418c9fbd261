"""The shapes of guests that came so far, and how often each came: what is expected to come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from placer.fleet.problem.loads import Load

MOST_SHAPES = 64
"""Most shapes that have a price, those that came most often. Chosen: tables for more of them take seconds."""


@dataclass(frozen=True)
class Shape:
    """
    What guests of one shape have in common.

    Parameters
    ----------
    load
        What each takes of a host.
    labels
        The labels that its host must have.
    """

    load: Load
    labels: frozenset[str]


class Mix:
    """Counts the guests of each shape that came."""

    def __init__(self) -> None:
        self.count: Counter[Shape] = Counter()
        self.total = 0

    def saw(self, shape: Shape, count: int = 1) -> None:
        """Count guests that came."""
        self.count[shape] += count
        self.total += count

    def expected(self) -> list[tuple[Shape, int]]:
        """Give the shapes that came most often, each with its number; those of no load have no price."""
        often = self.count.most_common()
        loaded = [each for each in often if any(any(part) for split in each[0].load.splits for part in split.parts)]
        return loaded[:MOST_SHAPES]
