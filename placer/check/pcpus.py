"""The rules about pcpus that vnodes of several guests share: what a placement breaks, in words with figures."""

from __future__ import annotations

import math
from collections.abc import Iterator

from placer.check.costs import running_vcpus
from placer.check.positions import Positions
from placer.check.rules import MOST_NAMED, Violation
from placer.instance import Instance


def overcommit(instance: Instance, where: Positions) -> Iterator[Violation]:
    """
    On each pnode that holds vcpus of the instance: theirs and those that run there <= overcommit x pcpus.

    Where the host states no limit, any number.
    """
    limit = instance.host.vcpus_per_pcpu
    running = running_vcpus(instance.host)
    for p, pnode in enumerate(instance.host.pnodes if limit is not None else ()):
        held = [
            (guest.name, v, len(vnode.vcpus))
            for guest in instance.guests
            for v, (vnode, site) in enumerate(zip(guest.vnodes, where[guest.name], strict=True))
            if site == p and vnode.vcpus
        ]
        vcpus = sum(count for _, _, count in held)
        most = math.floor((limit or 0) * len(pnode.pcpus))
        if held and vcpus + running[p] > most:
            names = [f'guest "{name}" vnode {v} ({count})' for name, v, count in held[:MOST_NAMED]]
            names += [f"{len(held) - MOST_NAMED} more"] if len(held) > MOST_NAMED else []
            yield Violation(
                rule="overcommit",
                message=f"pnode {pnode.id} takes {most} vcpus (overcommit {instance.host.overcommit:g}, "
                f"{len(pnode.pcpus)} pcpus), {running[p]} run there and its vnodes have {vcpus}: {', '.join(names)}",
                guests=tuple(dict.fromkeys(name for name, _, _ in held)),
            )
