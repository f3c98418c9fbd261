"""Hosts that are priced together: what stands there, what may come, and steps of vcpus and memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from placer.fleet.bound.tables import Ints

Key = tuple[int, tuple[tuple[int, int, int], ...]]
"""A class of guests, and what they take of which pnodes."""


@dataclass(frozen=True)
class Item:
    """
    Guests of a class on one pnode, or a part of them.

    Parameters
    ----------
    of
        The class; -1 for the shape of which many shall fit.
    p
        The position of the pnode.
    vcpus, kib
        What they take of it.
    distance
        The cost of their memory accesses there, as far as it counts.
    share
        Their part of a guest: 1 for a whole one.
    comes
        Whether a guest of the class may come there.
    """

    of: int
    p: int
    vcpus: int
    kib: int
    distance: float
    share: float = 1.0
    comes: bool = True


@dataclass(frozen=True)
class Option:
    """
    How often guests of several pnodes stand on a host.

    Parameters
    ----------
    counts
        For each key of the block how often.
    takes
        Array ``[pnodes, 2]``: vcpus and KiB.
    """

    counts: tuple[int, ...]
    takes: Ints


@dataclass(frozen=True)
class Block:
    """
    Hosts that are priced together.

    Parameters
    ----------
    hosts
        Their positions.
    pnodes
        How many pnodes each has.
    items
        What stands on one pnode.
    wide
        The keys of what stands on several, with the distance of each.
    comes
        For each of these whether a guest may come there.
    options
        The ways in which these stand on a host.
    exact
        Whether no guest is taken apart, and every load is a multiple of the steps.
    steps
        Vcpus and KiB of one step.
    room
        Array ``[hosts, pnodes, 2]``: vcpus and KiB that guests of the classes may take.
    counts
        For each host the guests that are there.
    """

    hosts: tuple[int, ...]
    pnodes: int
    items: tuple[Item, ...]
    wide: tuple[tuple[Key, float], ...]
    comes: tuple[bool, ...]
    options: tuple[Option, ...]
    exact: bool
    steps: tuple[int, int]
    room: Ints
    counts: tuple[Counter[Key], ...] = field(repr=False)
