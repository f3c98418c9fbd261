"""The rule about memory that is claimed: what all guests together may take of the host."""

from __future__ import annotations

from collections.abc import Iterator

from placer.check.positions import Positions
from placer.check.rules import Violation, charge, overhead_shares
from placer.instance import Instance, format_size


def claims(instance: Instance, where: Positions) -> Iterator[Violation]:
    """
    Memory of all vnodes that have a pnode <= max(0, free memory of all pnodes - claimed - all shares of overhead).

    Xen keeps claimed memory for domains being built and has not chosen its pnodes yet, so this is one limit of the
    host; ``xl info`` prints it as free_memory. Reserves do not count here. A host without claims has no such limit.
    """
    host = instance.host
    if not host.claimed_kib:
        return
    taking = [
        (guest.name, charge(guest, vnode))
        for guest in instance.guests
        for vnode, site in zip(guest.vnodes, where[guest.name], strict=True)
        if site is not None
    ]
    overhead = sum(overhead_shares(instance))
    needed, free = sum(kib for _, kib in taking), sum(pnode.memory_kib for pnode in host.pnodes)
    if needed > max(0, free - host.claimed_kib - overhead):
        less = f" and {format_size(overhead)} overhead" if overhead else ""
        yield Violation(
            rule="claims",
            message=f"the guests need {format_size(needed)}, the host has {format_size(free)} free, "
            f"less {format_size(host.claimed_kib)} claimed for domains being built and stub domains{less}",
            guests=tuple(dict.fromkeys(name for name, kib in taking if kib)),
        )
