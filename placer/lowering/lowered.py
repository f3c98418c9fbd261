"""A Problem with the key to it: from its assignments to placements, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.assignment import IntArray, Problem, SlotMatching
from placer.instance import Instance, Placement
from placer.lowering.previous import earlier_sites
from placer.lowering.variant_problem import VariantProblem

__all__ = ["Lowered", "placement_of"]


@dataclass(frozen=True, kw_only=True)
class Lowered:
    """
    An instance as arrays, with what is needed to read them.

    Parameters
    ----------
    instance
        What was lowered.
    problem
        Its Problem: the vnodes are items, guest after guest, the pnodes are sites by position.
    allow_unplaced
        Whether the site after the last pnode stands for "no pnode".
    slots
        Who can own which pcpus, for the items of the vnodes; None where nobody owns any.
    variants
        How the items choose the numbers of vnodes of flexible guests; None where none is flexible.
    """

    instance: Instance
    problem: Problem
    allow_unplaced: bool = False
    slots: SlotMatching | None = None
    variants: VariantProblem | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the Problem leaves out no placement of the instance."""
        return self.variants is None or self.variants.exact

    def chosen(self, site_of: IntArray) -> Instance:
        """Give the instance with the vnodes that an assignment chooses for its flexible guests."""
        return self.instance if self.variants is None else self.instance.split_into(self.variants.counts(site_of))

    def to_placement(self, site_of: IntArray) -> Placement:
        """Put an assignment in people's words, for the instance with the vnodes that it chooses."""
        items = None if self.variants is None else self.variants.chosen_items(site_of)
        return placement_of(self.chosen(site_of), site_of, self.slots, items=items)

    def to_sites(self, placement: Placement) -> IntArray:
        """
        Put a placement of the instance in the words of the Problem.

        Returns
        -------
        array ``[n]``
            The site of each item. A vnode without a pnode has the site that stands for that, or -1 where there is none.
            So has the choice of a guest's vnodes where the placement has as many as it may not have.
        """
        if self.variants is None:
            site_of, vnodes = earlier_sites(self.instance, placement), self.problem.n
        else:
            site_of, vnodes = self.variants.start(placement), self.variants.vnode_items
        if self.allow_unplaced:
            here = site_of[:vnodes]
            here[here < 0] = len(self.instance.host.pnodes)
        return site_of


def placement_of(
    instance: Instance, site_of: IntArray, slots: SlotMatching | None, *, items: IntArray | None = None
) -> Placement:
    """
    Give every vnode the pnode of its site, and dedicated vcpus pcpus of their own on each pnode that has enough.

    Parameters
    ----------
    instance
        With the vnodes that were chosen.
    site_of
        The site of each item; any but a pnode's is "no pnode".
    slots
        Who can own which pcpus, by the same items.
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
    )


def _owned(
    instance: Instance, rows: dict[str, list[int]], found: dict[tuple[int, int], int]
) -> dict[str, tuple[int | None, ...]]:
    """Tell each dedicated vcpu the slot that was found for it, as (item, which of its dedicated vcpus)."""
    owned: dict[str, tuple[int | None, ...]] = {}
    for guest in instance.guests:
        pcpus: list[int | None] = [None] * guest.vcpu_count
        for v, vnode in zip(rows[guest.name], guest.vnodes, strict=True):
            for i, vcpu in enumerate(sorted(guest.dedicated.intersection(vnode.vcpus))):
                pcpus[vcpu] = found.get((v, i))
        if guest.dedicated:
            owned[guest.name] = tuple(pcpus)
    return owned
