"""Guests of equal meaning as classes, and the spots of a class on all hosts as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from placer.fleet.bound.tables import Ints
from placer.fleet.moves.spots import Spot
from placer.instance import Guest

Bools = NDArray[np.bool_]
Way = Literal["migrate", "restart", "stay"]
XEN = frozenset({"xl", "libxl", "hypercall", "rfc"})
"""Forms of hosts that run Xen: there a guest with vnuma can neither be saved nor migrated (libxl of Xen 4.17 and 4.20:
"Cannot save a guest with vNUMA configured")."""
ROOMY = 1 << 60
"""What the pnode offers that stands for none."""


@dataclass(frozen=True)
class GuestClass:
    """
    Guests that take the same, may use the same hosts and move in the same way.

    Parameters
    ----------
    cuts
        The guest, cut in each way it may be cut.
    way
        How they move.
    family
        The toolstack of their hosts; None for guests that run nowhere yet.
    entry
        Position of an entry of guests with their labels and hosts.
    kib
        The memory of each.
    """

    cuts: tuple[Guest, ...]
    way: Way
    family: str | None
    entry: int
    kib: int


@dataclass(frozen=True)
class Places:
    """
    The spots of a class on all hosts.

    Parameters
    ----------
    hosts
        Array ``[spots]``: the host of each.
    pnodes
        Array ``[spots, width]``: the pnodes it takes something of, by their rows in the fleet.
    takes
        Array ``[spots, width, 2]``: vcpus and KiB.
    which
        Array ``[spots]``: the spot of each, as a position in ``spots``.
    spots
        The spots on each kind of host.
    """

    hosts: Ints
    pnodes: Ints
    takes: Ints
    which: Ints
    spots: tuple[Spot, ...]

    def place(self, i: int) -> tuple[int, Spot]:
        """Give a host and the spot there."""
        return int(self.hosts[i]), self.spots[int(self.which[i])]
