"""The cost of room that guests expected later would use: one function, its docstring the formula."""

from __future__ import annotations

from math import floor

from placer.check.positions import Positions
from placer.check.rules import charge
from placer.check.running import bound_alone, running_vcpus
from placer.instance import Guest, Host, Instance, Vnode


def future_capacity(instance: Instance, where: Positions) -> int:
    """
    Sum over the pnodes the worth of what is free without the guests less the worth of what they leave free.

    Free memory is memory - reserve - the memory of the vnodes, without huge pages, with the overhead of guests of form
    ``whole`` and ``set``. Free pcpus, in thousandths: on a host with a limit ``overcommit`` and no dedicated_pcpus,
    1000 x pcpus - taken, where a dedicated vcpu takes 1000 (an isolated one as many as the largest core of the host has
    pcpus) and a shared or running one floor(1000 / overcommit); on any other host 1000 for each pcpu that a vcpu may
    own there, to which no running vcpu is bound alone, less what dedicated vcpus take.
    """
    future, host = instance.objective.future, instance.host
    if future is None:
        return 0
    total = 0
    for p, (pnode, pcpus) in enumerate(zip(host.pnodes, _free_pcpus(host), strict=True)):
        held = [
            (guest, vnode)
            for guest in instance.guests
            for vnode, site in zip(guest.vnodes, where[guest.name], strict=True)
            if site == p
        ]
        kib = pnode.memory_kib - pnode.reserve_kib
        taken_kib = sum(charge(*each) for each in held)
        taken_pcpus = sum(_taken_pcpus(*each, host) for each in held)
        total += future.worth(p, kib, pcpus) - future.worth(p, kib - taken_kib, pcpus - taken_pcpus)
    return total


def _free_pcpus(host: Host) -> list[int]:
    """Give the free pcpus of each pnode without the guests, in thousandths."""
    if _is_shared(host):
        running = running_vcpus(host)
        return [1000 * len(pnode.pcpus) - _each(host) * running[p] for p, pnode in enumerate(host.pnodes)]
    bound = bound_alone(host)
    own = set(host.position_of_pcpu if host.dedicated_pcpus is None else host.dedicated_pcpus) - bound
    return [1000 * len(own.intersection(pnode.pcpus)) for pnode in host.pnodes]


def _taken_pcpus(guest: Guest, vnode: Vnode, host: Host) -> int:
    """Give the pcpus that a vnode takes, in thousandths."""
    dedicated = guest.dedicated.intersection(vnode.vcpus)
    whole = host.threads_per_core if guest.thread_policy == "isolate" else 1
    shared = len(guest.online.intersection(vnode.vcpus) - guest.dedicated) if _is_shared(host) else 0
    return 1000 * whole * len(dedicated) + _each(host) * shared


def _is_shared(host: Host) -> bool:
    """Tell whether shared vcpus take free pcpus: under a limit, on pcpus that dedicated vcpus may own too."""
    return host.overcommit is not None and host.dedicated_pcpus is None


def _each(host: Host) -> int:
    """Give what a shared vcpu takes, in thousandths of a pcpu."""
    return 0 if host.vcpus_per_pcpu is None else floor(1000 / host.vcpus_per_pcpu)
