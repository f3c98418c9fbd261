"""An instance whose host does without some pnodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from placer.instance import Domain, Guest, Host, Instance, Pnode
from placer.instance.note import name_some, pnodes_in_words

Masks = tuple[tuple[int, ...] | None, ...]


def without_pnodes(instance: Instance, ids: Iterable[int]) -> Instance:
    """
    Take the memory and the pcpus of pnodes away; they keep their place in the distances, and their devices.

    Domains and guests keep the pcpus of their masks that are left. A domain none of whose pcpus is left may run on any.
    A vcpu of a guest that may run on none of those left has no place: its vnode is bound to the pnodes that are out.
    Wishes for pcpus (soft affinity) of which none is left no longer count.

    Parameters
    ----------
    ids
        Ids of pnodes of the host.
    """
    out = frozenset(ids)
    gone = frozenset(pcpu for pnode in instance.host.pnodes if pnode.id in out for pcpu in pnode.pcpus)
    host = _host_without(instance.host, out, gone)
    guests = tuple(_guest_without(guest, out, gone) for guest in instance.guests)
    return replace(instance, host=host, guests=guests)


def displaced_notes(host: Host, ids: Collection[int]) -> list[str]:
    """Name the domains that run on pnodes that are out alone: where they go, and what memory they take, is not said."""
    gone = {pcpu for pnode in host.pnodes if pnode.id in ids for pcpu in pnode.pcpus}
    names = [
        domain.name
        for domain in host.domains
        if any(mask is not None and gone.issuperset(mask) for mask in domain.online_affinity)
    ]
    if not names:
        return []
    return [
        f"vcpus of running guests are bound to {pnodes_in_words(ids)} alone, and count on all pcpus; no room is kept "
        f"elsewhere for memory that these guests have there: {name_some(names)}"
    ]


def _host_without(host: Host, out: frozenset[int], gone: frozenset[int]) -> Host:
    kept = [Pnode(id=pnode.id, memory_kib=0) if pnode.id in out else pnode for pnode in host.pnodes]
    low_zone = 0 if host.low_zone_kib and host.pnodes[0].id in out else host.low_zone_kib
    dedicated = None if host.dedicated_pcpus is None else _left(host.dedicated_pcpus, gone)
    return replace(
        host,
        pnodes=tuple(kept),
        cpupools=tuple(replace(pool, pcpus=_left(pool.pcpus, gone)) for pool in host.cpupools),
        dedicated_pcpus=dedicated,
        offline_pcpus=(*host.offline_pcpus, *sorted(gone)),
        low_zone_kib=low_zone,
        domains=tuple(_domain_without(domain, gone) for domain in host.domains),
    )


def _domain_without(domain: Domain, gone: frozenset[int]) -> Domain:
    return replace(domain, affinity=tuple(mask and (_left(mask, gone) or None) for mask in domain.affinity))


def _guest_without(guest: Guest, out: frozenset[int], gone: frozenset[int]) -> Guest:
    hard, soft = (_masks_left(masks, gone) for masks in (guest.hard_affinity, guest.soft_affinity))
    changed = replace(guest, hard_affinity=_any_for_none(hard), soft_affinity=_any_for_none(soft))
    stranded = {vcpu for vcpu, mask in enumerate(hard or ()) if mask == ()}
    if not stranded:
        return changed
    nowhere = tuple(sorted(out))
    if guest.flexible is not None:
        most = None if guest.flexible.most is None else min(guest.flexible.most, len(nowhere))
        least = min(guest.flexible.least, len(nowhere))
        return replace(changed, pnodes=nowhere, flexible=replace(guest.flexible, least=least, most=most))
    vnodes = (
        vnode if stranded.isdisjoint(vnode.vcpus) else replace(vnode, pnodes=nowhere, pnode=None)
        for vnode in guest.vnodes
    )
    return replace(changed, vnodes=tuple(vnodes))


def _masks_left(masks: Masks | None, gone: frozenset[int]) -> Masks | None:
    return None if masks is None else tuple(None if mask is None else _left(mask, gone) for mask in masks)


def _any_for_none(masks: Masks | None) -> Masks | None:
    """Let a vcpu run anywhere that could run nowhere: a mask has pcpus."""
    return None if masks is None else tuple(mask or None for mask in masks)


def _left(pcpus: tuple[int, ...], gone: frozenset[int]) -> tuple[int, ...]:
    return tuple(pcpu for pcpu in pcpus if pcpu not in gone)
