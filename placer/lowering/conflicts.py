"""Rules between guests: items that may not share a site, items that must, and sites that running guests bar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from placer.assignment import BoolArray, Conflict, IntArray
from placer.instance import Guest, Host, Instance, Rule, VnodeOf, guest_of
from placer.instance.once import once_for_host
from placer.instance.rules import Member


@dataclass(frozen=True, eq=False)
class Relation:
    """
    A rule between items of different sets.

    Parameters
    ----------
    source
        The rule, or the guest with ``one_to_one``.
    sets
        The items of each set, disjoint.
    sites
        ``[m, m]``, the pairs of sites barred for two items of different sets.
    """

    source: Rule | Guest
    sets: tuple[IntArray, ...]
    sites: BoolArray

    def mark(self, related: BoolArray) -> None:
        """Mark the pairs of items from two different sets in an array ``[n, n]``."""
        for i, items in enumerate(self.sets):
            others = [each for j, each in enumerate(self.sets) if j != i]
            if others:
                related[np.ix_(items, np.concatenate(others))] = True


def relations(instance: Instance, groups: tuple[IntArray, ...], *, with_unplaced_site: bool) -> tuple[Conflict, ...]:
    """Lower the rules between vnodes to at most two Conflicts: one keeps items apart, one keeps them together."""
    return conflicts(each_relation(instance, groups, with_unplaced_site=with_unplaced_site), sum(map(len, groups)))


def each_relation(instance: Instance, groups: tuple[IntArray, ...], *, with_unplaced_site: bool) -> list[Relation]:
    """Give the Relation of each rule, and of each guest with ``one_to_one``."""
    n, m = sum(map(len, groups)), len(instance.host.pnodes)
    items_of = {guest.name: items for guest, items in zip(instance.guests, groups, strict=True)}
    same, other = np.eye(m, dtype=bool), ~np.eye(m, dtype=bool)
    if with_unplaced_site:
        same, other = np.pad(same, (0, 1)), np.pad(other, (0, 1))
    lowered: list[Relation] = []
    for rule in instance.rules:
        sets = [_items(member, items_of) for member in rule.members]
        if rule.exclusive is not None:
            own = items_of[guest_of(rule.exclusive)]
            sets.append(np.setdiff1d(np.arange(n), own))
        lowered.append(Relation(rule, tuple(sets), other if rule.together else same))
    for guest, items in zip(instance.guests, groups, strict=True):
        if guest.one_to_one and len(items) > 1:
            lowered.append(Relation(guest, tuple(items[:, None]), same))
    return lowered


def conflicts(each: Iterable[Relation], n: int) -> tuple[Conflict, ...]:
    """Join the Relations that bar the same pairs of sites; leave out each that bars nothing. There are n items."""
    related: dict[bytes, tuple[BoolArray, BoolArray]] = {}
    for relation in each:
        key = relation.sites.tobytes()
        if key not in related:
            related[key] = np.zeros((n, n), dtype=bool), relation.sites
        relation.mark(related[key][0])
    for items, _ in related.values():
        np.fill_diagonal(items, False)  # a guest and its only vnode may both be members
    return tuple(Conflict(items=items, sites=sites) for items, sites in related.values() if items.any() and sites.any())


def undisturbed(instance: Instance) -> BoolArray:
    """
    Allow (v, p) unless a rule makes v's pnode exclusive and a running guest is bound to p.

    Returns
    -------
    array ``[n, m]``
    """
    host = instance.host
    bound = np.isin(np.arange(len(host.pnodes)), list(bound_positions(host)))
    alone = {member for rule in instance.rules for member in rule.members if rule.exclusive is not None}
    rows = [
        not {guest.name, VnodeOf(guest=guest.name, vnode=v)} & alone
        for guest in instance.guests
        for v in range(len(guest.vnodes))
    ]
    allowed: BoolArray = np.array(rows, dtype=bool)[:, None] | ~bound
    return allowed


@once_for_host
def bound_positions(host: Host) -> frozenset[int]:
    """Give the positions of the pnodes to which running guests are bound; a guest is bound if every vcpu has a mask."""
    masks = {mask for domain in host.domains if None not in domain.affinity for mask in domain.affinity}
    return frozenset(host.position_of_pcpu[pcpu] for mask in masks for pcpu in mask or ())


def _items(member: Member, items_of: dict[str, IntArray]) -> IntArray:
    items = items_of[guest_of(member)]
    return items[[member.vnode]] if isinstance(member, VnodeOf) else items
