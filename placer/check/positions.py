"""A placement by the positions of pnodes in the host, by which rules and costs look up distances and sizes."""

from __future__ import annotations

from placer.instance import Host, Instance, Placement

Sites = tuple[int | None, ...]
"""For each vnode of a guest the position of its pnode in the host; None for a vnode without a pnode."""
Positions = dict[str, Sites]
"""Guest name -> its sites."""


def positions(instance: Instance, placement: Placement) -> Positions:
    """Turn the pnode ids of a placement into positions; :meth:`Placement.faults` must have found none."""
    position_of = instance.host.position_of
    return {
        guest.name: tuple(None if pnode is None else position_of[pnode] for pnode in placement.pnode_of[guest.name])
        for guest in instance.guests
    }


def distance(host: Host, p: int | None, q: int | None) -> int:
    """Give d(v, w) for vnodes on p and q: slit[p][q], or the largest finite distance if either has no pnode."""
    return host.largest_distance if p is None or q is None else host.distances[p][q]
