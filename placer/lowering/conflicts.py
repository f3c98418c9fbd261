"""Rules between guests: items that may not share a site, items that must, and sites that running guests bar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from placer.assignment import BoolArray, Conflict, IntArray
from placer.instance import Guest, Host, Instance, Rule, VnodeOf, guest_of
from placer.instance.rules import Member


def relations(instance: Instance, groups: tuple[IntArray, ...], *, with_unplaced_site: bool) -> tuple[Conflict, ...]:
    """Lower the rules between vnodes to at most two Conflicts: one keeps items apart, one keeps them together."""
    return merged(conflict for _, conflict in each_relation(instance, groups, with_unplaced_site=with_unplaced_site))


def each_relation(
    instance: Instance, groups: tuple[IntArray, ...], *, with_unplaced_site: bool
) -> list[tuple[Rule | Guest, Conflict]]:
    """Lower each rule, and each guest with ``one_to_one``, to a Conflict of its own."""
    n, m = sum(map(len, groups)), len(instance.host.pnodes)
    items_of = {guest.name: items for guest, items in zip(instance.guests, groups, strict=True)}
    same, other = np.eye(m, dtype=bool), ~np.eye(m, dtype=bool)
    if with_unplaced_site:
        same, other = np.pad(same, (0, 1)), np.pad(other, (0, 1))
    lowered: list[tuple[Rule | Guest, Conflict]] = []
    for rule in instance.rules:
        sets = [_items(member, items_of) for member in rule.members]
        if rule.exclusive is not None:
            own = items_of[guest_of(rule.exclusive)]
            sets.append(np.setdiff1d(np.arange(n), own))
        lowered.append((rule, Conflict(items=_between(sets, n), sites=other if rule.together else same)))
    for guest, items in zip(instance.guests, groups, strict=True):
        if guest.one_to_one and len(items) > 1:
            lowered.append((guest, Conflict(items=_between(list(items[:, None]), n), sites=same)))
    return lowered


def merged(each: Iterable[Conflict]) -> tuple[Conflict, ...]:
    """Join the Conflicts that bar the same pairs of sites; leave out each that bars nothing."""
    by_sites: dict[bytes, Conflict] = {}
    for conflict in each:
        key = conflict.sites.tobytes()
        known = by_sites.get(key)
        by_sites[key] = replace(conflict, items=conflict.items | known.items) if known else conflict
    return tuple(conflict for conflict in by_sites.values() if conflict.items.any() and conflict.sites.any())


def undisturbed(instance: Instance) -> BoolArray:
    """
    Allow (v, p) unless a rule makes v's pnode exclusive and a running guest is bound to p.

    Returns
    -------
    array ``[n, m]``
    """
    host = instance.host
    bound = [p in bound_positions(host) for p in range(len(host.pnodes))]
    alone = {member for rule in instance.rules for member in rule.members if rule.exclusive is not None}
    rows = [
        not {guest.name, VnodeOf(guest=guest.name, vnode=v)} & alone
        for guest in instance.guests
        for v in range(len(guest.vnodes))
    ]
    allowed: BoolArray = np.array(rows, dtype=bool)[:, None] | ~np.array(bound, dtype=bool)
    return allowed


def bound_positions(host: Host) -> set[int]:
    """Give the positions of the pnodes to which running guests are bound; a guest is bound if every vcpu has a mask."""
    masks = {mask for domain in host.domains if None not in domain.affinity for mask in domain.affinity}
    return {host.position_of_pcpu[pcpu] for mask in masks for pcpu in mask or ()}


def _items(member: Member, items_of: dict[str, IntArray]) -> IntArray:
    items = items_of[guest_of(member)]
    return items[[member.vnode]] if isinstance(member, VnodeOf) else items


def _between(sets: list[IntArray], n: int) -> BoolArray:
    """Mark the pairs of items from two different sets, ``[n, n]``."""
    set_of = np.full(n, -1)
    for i, items in enumerate(sets):
        set_of[items] = i
    inside = set_of >= 0
    return np.asarray(np.outer(inside, inside) & (set_of[:, None] != set_of[None, :]))
