"""An earlier placement as a hint, and as the cost of moving away from it."""

from __future__ import annotations

import numpy as np

from placer.assignment import IntArray, Linear
from placer.instance import Instance, Placement


def earlier_sites(instance: Instance, earlier: Placement) -> IntArray:
    """Give the site of each vnode in a placement restricted to the instance, ``[n]``; -1 without a pnode."""
    position_of = instance.host.position_of
    pnodes = [pnode for guest in instance.guests for pnode in earlier.pnode_of[guest.name]]
    return np.array([-1 if pnode is None else position_of[pnode] for pnode in pnodes], dtype=np.int64)


def moved(instance: Instance, kept: Placement, *, with_unplaced_site: bool) -> Linear:
    """Charge 1 for each vnode that had a site and is on another."""
    sites = earlier_sites(instance, kept)
    cost = (sites[:, None] >= 0) & (sites[:, None] != np.arange(len(instance.host.pnodes) + with_unplaced_site))
    return Linear(name="moved", cost=cost.astype(np.int64))
