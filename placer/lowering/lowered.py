"""A Problem with the way back: from its assignments to placements, and from placements to assignments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.assignment import IntArray, Problem, SlotMatching
from placer.instance import Instance, Placement
from placer.lowering.claims import Shadows
from placer.lowering.previous import earlier_sites
from placer.lowering.variant_problem import VariantProblem

__all__ = ["Lowered", "placement_of"]


@dataclass(frozen=True, kw_only=True)
class Lowered:
    """
    An instance as a Problem, with the way back to placements.

    Parameters
    ----------
    instance
        The instance that was lowered.
    problem
        Its Problem: the vnodes are items, guest after guest, the pnodes are sites by position.
    allow_unplaced
        Whether the site after the last pnode stands for "no pnode".
    slots
        Which vcpus can own which pcpus, by item; None if no vcpu is dedicated.
    variants
        The items and sites that choose the numbers of vnodes of flexible guests; None if no guest is flexible.
    shadows
        The items that count what is placed against what nobody claimed; None where that limit decides nothing.
    """

    instance: Instance
    problem: Problem
    allow_unplaced: bool = False
    slots: SlotMatching | None = None
    variants: VariantProblem | None = None
    shadows: Shadows | None = None

    @property
    def is_exact(self) -> bool:
        """Whether every placement of the instance has an assignment of the Problem."""
        return self.variants is None or self.variants.exact

    def chosen(self, site_of: IntArray) -> Instance:
        """Give the instance with the vnodes that an assignment chooses for its flexible guests."""
        return self.instance if self.variants is None else self.instance.split_into(self.variants.counts(site_of))

    def to_placement(self, site_of: IntArray) -> Placement:
        """Give the placement of an assignment ``[n]``, for the instance with the vnodes that it chooses."""
        items = None if self.variants is None else self.variants.chosen_items(site_of)
        return placement_of(self.chosen(site_of), site_of, self.slots, items=items)

    def to_sites(self, placement: Placement) -> IntArray:
        """
        Give the assignment of a placement of the instance.

        Returns
        -------
        array ``[n]``
            The site of each item. A vnode without a pnode has the unplaced site, or -1 if there is no such site. The
            selector of a flexible guest has -1 if the guest may not have as many vnodes as the placement says.
        """
        if self.variants is None:
            site_of = earlier_sites(self.instance, placement)
            vnodes = len(site_of)
        else:
            site_of, vnodes = self.variants.start(placement), self.variants.vnode_items
        if self.allow_unplaced:
            here = site_of[:vnodes]
            here[here < 0] = len(self.instance.host.pnodes)
        return site_of if self.shadows is None else self.shadows.extended(site_of)


def placement_of(
    instance: Instance, site_of: IntArray, slots: SlotMatching | None, *, items: IntArray | None = None
) -> Placement:
    """
    Give every vnode the pnode of its site, and every dedicated vcpu a pcpu if its pnode has enough for all.

    Parameters
    ----------
    instance
        The instance with the vnodes that were chosen.
    site_of
        The site of each item, ``[n]``; a site that is no pnode means "no pnode".
    slots
        Which vcpus can own which pcpus, by item; None if no vcpu is dedicated.
    items
        The item of each vnode, guest after guest; None: all items in their order.
    """
    ids = [pnode.id for pnode in instance.host.pnodes]
    item_of = iter(range(len(site_of)) if items is None else items.tolist())
    rows = {guest.name: [next(item_of) for _ in guest.vnodes] for guest in instance.guests}
    found: dict[tuple[int, int], int] = {}
    for p in range(len(ids)) if slots is not None else ():
        found |= (slots and slots.match(p, np.flatnonzero(site_of == p).tolist())) or {}
    return Placement(
        pnode_of={
            name: tuple(ids[p] if 0 <= (p := int(site_of[v])) < len(ids) else None for v in row)
            for name, row in rows.items()
        },
        pcpu_of=_owned(instance, rows, found),
        sets=tuple(guest.name for guest in instance.guests if guest.form == "set"),
        apart=tuple(g.name for g in instance.guests if any(vnode.vcpus_of is not None for vnode in g.vnodes)),
    )


def _owned(
    instance: Instance, rows: dict[str, list[int]], found: dict[tuple[int, int], int]
) -> dict[str, tuple[int | None, ...]]:
    """Give the pcpus of dedicated vcpus by guest, from ``found``: (item, index among its dedicated vcpus) -> pcpu."""
    owned: dict[str, tuple[int | None, ...]] = {}
    for guest in instance.guests:
        pcpus: list[int | None] = [None] * guest.vcpu_count
        for v, vnode in zip(rows[guest.name], guest.vnodes, strict=True):
            for i, vcpu in enumerate(sorted(guest.dedicated.intersection(vnode.vcpus))):
                pcpus[vcpu] = found.get((v, i))
        if guest.dedicated:
            owned[guest.name] = tuple(pcpus)
    return owned
