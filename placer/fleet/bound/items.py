"""
Guests as items of knapsacks: what a guest puts on one pnode, on both of two, or in pieces on several.

On a host of one pnode, or of two where every guest lies on one pnode or in equal halves on both, the best filling at
given prices is found exactly. Elsewhere a guest of several parts is relaxed to pieces, each of which any pnode may hold
by itself, with prices that add up to at least that of the guest: an upper bound for any host (Lagrangian relaxation of
the coupling of parts; Geoffrion 1974).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from placer.fleet.problem.loads import Load, Split
from placer.fleet.problem.problem import FleetProblem, HostType

MOST_CELLS = 200_000
"""Most cells of a table over the vcpus and the memory of a pnode. Chosen: some 10 ms for a dozen of items."""


@dataclass(frozen=True)
class Units:
    """
    The grid on which loads and capacities are counted.

    Parameters
    ----------
    vcpus, kib
        Vcpus and KiB of one step.
    exact
        Whether every load is a multiple. Where not, loads are rounded down for a bound, and up for a filling.
    """

    vcpus: int
    kib: int
    exact: bool

    def load(self, part: tuple[int, int], *, up: bool) -> tuple[int, int]:
        """Give a load in steps."""
        extra = (self.vcpus - 1, self.kib - 1) if up else (0, 0)
        return (part[0] + extra[0]) // self.vcpus, (part[1] + extra[1]) // self.kib

    def room(self, pnode: tuple[int, int], *, limited: bool) -> tuple[int, int]:
        """Give a capacity in whole steps; of vcpus none where they are not limited, as no item has any there."""
        return (pnode[0] // self.vcpus if limited else 0), pnode[1] // self.kib


@dataclass(frozen=True)
class Item:
    """
    A load that a table knows.

    Parameters
    ----------
    of
        Position of its class.
    vcpus, kib
        The load of one pnode.
    numerator, denominator
        Its part of the price of the class.
    """

    of: int
    vcpus: int
    kib: int
    numerator: int = 1
    denominator: int = 1

    def price(self, price: int) -> int:
        """Give its part of an integer price, rounded up, so that the parts of a guest add up to its price at least."""
        return -(-price * self.numerator // self.denominator)


@dataclass(frozen=True)
class Items:
    """
    The items of the guests that may use a host.

    Parameters
    ----------
    single
        Loads of one pnode: whole guests and pieces.
    pair
        Loads of which both pnodes of a host of two hold one.
    exact
        Whether there are no pieces.
    """

    single: tuple[Item, ...]
    pair: tuple[Item, ...]
    exact: bool


def units_of(problem: FleetProblem) -> Units:
    """Choose the largest steps of which every load is a multiple; larger ones where a table were too large."""
    parts = [part for each in problem.classes for split in each.load.splits for part in split.parts]
    sums = parts or [(1, 1)]
    vcpus = math.gcd(*(part[0] for part in sums)) or 1
    kib = math.gcd(*(part[1] for part in sums)) or 1
    most = [max((pnode[i] for each in problem.types for pnode in each.pnodes), default=0) for i in (0, 1)]
    if not any(each.limited for each in problem.types):
        most[0] = 0
    rows = most[0] // vcpus + 1
    columns = max(2, MOST_CELLS // rows)
    exact = most[1] // kib + 1 <= columns
    return Units(vcpus=vcpus, kib=kib if exact else -(-most[1] // (columns - 1)), exact=exact)


def items_of(loads: Iterable[tuple[int, Load]], pnode_count: int, *, limited: bool) -> Items:
    """
    Give the items of classes on hosts with so many pnodes.

    Parameters
    ----------
    loads
        Positions and loads of the classes.
    limited
        Whether the vcpus count.
    """
    single: dict[Item, None] = {}
    pair: dict[Item, None] = {}
    exact = True
    for of, load in loads:
        for split in load.splits if limited else map(_without_vcpus, load.splits):
            if split.distinct and len(split.parts) > pnode_count:
                continue
            whole = len(split.parts) == 1 or not split.distinct
            halves = pnode_count == 2 and len(split.parts) == 2 and split.parts[0] == split.parts[1]
            if whole:
                single[Item(of, *_sum(split.parts))] = None
            if halves:
                pair[Item(of, *split.parts[0])] = None
            elif len(split.parts) > 1 and pnode_count > 1:
                exact = False
                single.update(dict.fromkeys(_pieces(of, split)))
    return Items(single=tuple(single), pair=tuple(pair), exact=exact)


def alike(problem: FleetProblem) -> list[list[int]]:
    """Group the types of hosts that have the same items, and pnodes of the same number: they share their tables."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for t, host in enumerate(problem.types):
        groups.setdefault((host.classes, host.limited, len(host.pnodes)), []).append(t)
    return list(groups.values())


def items_of_type(problem: FleetProblem, host: HostType) -> Items:
    """Give the items of the guests that may use hosts of a type."""
    loads = ((k, problem.classes[k].load) for k in host.classes)
    return items_of(loads, len(host.pnodes), limited=host.limited)


def below_a_step(problem: FleetProblem, host: HostType, units: Units, items: Items) -> Iterator[tuple[Item, int]]:
    """
    Give the items whose loads round down to no step at all, and the most of each that a host holds.

    A table would hold any number of them: they are worth that many times their price beside it, as an upper bound.
    """
    for item in (*items.single, *items.pair):
        if any(units.load((item.vcpus, item.kib), up=False)) or not item.numerator:
            continue
        splits = problem.classes[item.of].load.splits
        held = problem.demand[item.of] * max(1, *(_equal(split, item) for split in splits))
        if item.kib:
            held = min(held, sum(kib // item.kib for _, kib in host.pnodes))
        yield item, held


def _equal(split: Split, item: Item) -> int:
    """Count the parts of a guest that may be an item."""
    return sum(kib == item.kib for _, kib in split.parts)


def _without_vcpus(split: Split) -> Split:
    return Split(parts=tuple(sorted(((0, kib) for _, kib in split.parts), reverse=True)), distinct=split.distinct)


def _pieces(of: int, split: Split) -> Iterator[Item]:
    """Give each part its share of the price: by its memory, or its vcpus where there is none."""
    total = _sum(split.parts)
    by = 1 if total[1] else 0
    for part in split.parts:
        if total[by]:
            yield Item(of, *part, numerator=part[by], denominator=total[by])
        else:
            yield Item(of, *part, numerator=1, denominator=len(split.parts))


def _sum(parts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    vcpus, kib = zip(*parts, strict=True) if parts else ((0,), (0,))
    return sum(vcpus), sum(kib)
