"""What a plan of moves names, and its fleet does not have."""

from __future__ import annotations

from collections.abc import Iterator

from placer.fleet.moves.plan import FleetMoves
from placer.instance import shorten


def unknown(plan: FleetMoves) -> Iterator[str]:
    """Say which guests, hosts and pnodes of the steps and of the end state the fleet does not have."""
    fleet = plan.fleet
    ends = [(step.guest, step.target, step.after) for step in plan.steps]
    ends += [(step.guest, step.source, step.before) for step in plan.steps]
    for guest, host, pnodes in [*ends, *((guest, *each) for guest, each in plan.placed.items())]:
        if guest not in fleet.guest_entry:
            yield f'no guest "{shorten(guest)}" in the fleet'
            continue
        if host not in fleet.host_entry:
            yield f'no host "{shorten(host)}" in the fleet'
            continue
        known = fleet.hosts[fleet.host_entry[host]].host.position_of
        if any(pnode not in known for pnode in pnodes):
            yield f'guest "{shorten(guest)}": no such pnodes on host "{shorten(host)}"'
        if not fleet.guests[fleet.guest_entry[guest]].guest.allows_vnode_count(len(pnodes)):
            yield f'guest "{shorten(guest)}": {len(pnodes)} pnodes, expected one a vnode'
    runs = {placed.guest for placed in fleet.placed}
    for step in plan.steps:
        if step.guest in fleet.guest_entry and step.guest not in runs:
            yield f'guest "{shorten(step.guest)}" moves, and does not run'
