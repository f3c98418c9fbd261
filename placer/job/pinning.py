"""Binding vcpus: dedicated ones to their pcpus, and, with ``--pin``, every vcpu to the pcpus of its pnode."""

from __future__ import annotations

from dataclasses import replace as replaced

from msgspec.structs import replace

from placer.check import check
from placer.errors import EmissionError
from placer.instance import Guest, Host, Instance, Placement
from placer.job.request import Request


def pin(request: Request, placement: Placement) -> Request:
    """
    Bind each vcpu to the pcpus of its pnode that its hard affinity and its cpupool allow.

    Parameters
    ----------
    placement
        Complete, and within the rules of the instance.

    Raises
    ------
    EmissionError
        If a vnode has no pnode, or a pnode lacks memory for the overhead: Xen spreads the overhead of a guest over the
        pnodes that its hard affinity allows, here only those that the guest is placed on.
    """
    instance = request.instance
    bound = replace(instance, guests=tuple(_bound(guest, instance.host, placement) for guest in instance.guests))
    _refuse_what_no_longer_fits(bound, placement)
    return replaced(request, instance=bound)


def has_dedicated_pcpus(instance: Instance) -> bool:
    """Whether some pcpus are reserved for dedicated vcpus, so that every other vcpu must be kept off them."""
    return instance.host.dedicated_pcpus is not None or any(guest.dedicated for guest in instance.guests)


def bind_dedicated(request: Request, placement: Placement) -> Request:
    """
    Bind each dedicated vcpu to its own pcpu, and keep all other vcpus off these pcpus.

    Parameters
    ----------
    placement
        Complete, and within the rules of the instance.

    Raises
    ------
    EmissionError
        If a pnode lacks memory for the overhead, as with :func:`pin`.
    """
    instance = request.instance
    gone = set(instance.host.dedicated_pcpus or ())
    for guest in instance.guests:
        mine = {pcpu for pcpu in placement.pcpu_of.get(guest.name, ()) if pcpu is not None}
        cores = [core for pnode in instance.host.pnodes for core in pnode.core_groups if mine.intersection(core)]
        gone |= mine.union(*cores) if guest.thread_policy == "isolate" else mine
    guests = tuple(_owning(guest, instance.host, placement, gone) for guest in instance.guests)
    bound = replace(instance, guests=guests)
    _refuse_what_no_longer_fits(bound, placement)
    return replaced(request, instance=bound)


def _owning(guest: Guest, host: Host, placement: Placement, gone: set[int]) -> Guest:
    """Bind the dedicated vcpus of a guest to their pcpus, and the others to what ``gone`` leaves of theirs."""
    masks = list(guest.hard_affinity or (None,) * guest.vcpu_count)
    owned = placement.pcpu_of.get(guest.name, (None,) * guest.vcpu_count)
    left = tuple(sorted(host.pcpus_of_effective_pool(guest.pool) - gone))
    for vcpu, (mask, pcpu) in enumerate(zip(masks, owned, strict=True)):
        if pcpu is not None:
            masks[vcpu] = (pcpu,)
        elif gone:
            masks[vcpu] = left if mask is None else tuple(each for each in mask if each not in gone)
    return replace(guest, hard_affinity=tuple(masks)) if any(masks) else guest


def _bound(guest: Guest, host: Host, placement: Placement) -> Guest:
    """Bind every vcpu of a guest to the pcpus of its pnode that its mask and its cpupool allow."""
    pnodes = placement.pnode_of[guest.name]
    if None in pnodes:
        raise EmissionError(f'guest "{guest.name}" has a vnode without a pnode, so its vcpus cannot be bound')
    masks = guest.hard_affinity or (None,) * guest.vcpu_count
    affinity = list(masks)
    for vnode, ids in zip(guest.vnodes, guest.homes(pnodes), strict=True):
        here = host.pcpus_of_effective_pool(guest.pool).intersection(
            pcpu for each in host.pnodes if each.id in ids for pcpu in each.pcpus
        )
        for vcpu in vnode.vcpus:
            mask = masks[vcpu]
            affinity[vcpu] = tuple(sorted(here if mask is None else here.intersection(mask)))
    return replace(guest, hard_affinity=tuple(affinity)) if affinity else guest


def _refuse_what_no_longer_fits(bound: Instance, placement: Placement) -> None:
    broken = [violation.message for violation in check(bound, placement).violations]
    if broken:
        raise EmissionError(
            "binding vcpus moves the overhead of each guest onto the pnodes it is placed on, which lack memory for it; "
            "keep some free with --reserve:\n" + "\n".join(broken)
        )
