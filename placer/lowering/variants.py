"""
Flexible guests: the number of vnodes into which each is split is decided together with the placement.

Every number of vnodes is a variant of the guest. The items of all variants are in the Problem at once. One more site,
the unused site, holds the items of the variants that are not chosen, at no cost. One more item for each flexible guest,
its selector, chooses the variant by its site, among sites that only selectors may use: the c-th of these sites stands
for the c-th number of vnodes.
Conflicts tie the items of a variant to its selector: on a pnode (or unplaced) where the variant is chosen, on the
unused site where it is not.

The overhead of a guest of form ``whole`` or ``set`` lies with its vnodes, the overhead of a guest in parts on all
pnodes of its affinity. For each such pnode the Problem has one more item, which stands on the pnode if the guest is in
parts, and on the unused site if it is whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
from msgspec.structs import replace as change

from placer.instance import Guest, Host, Instance, Placement, Rule
from placer.instance.rules import Member
from placer.instance.set_spare import asks_for_whole_gib
from placer.lowering.costs import sharing_price_milli
from placer.lowering.memory import overhead_shares


@dataclass(frozen=True, kw_only=True)
class Overhead:
    """The share of a guest's overhead on one pnode if the guest is in parts: guest and pnode by position, KiB."""

    guest: int
    p: int
    kib: int


class VariantIndex:
    """
    The items and the choices of an instance with flexible guests, in the order of its Problem.

    Attributes
    ----------
    variants
        ``(guest, k)`` for each guest of ``expanded``: its position in the instance, and its number of vnodes; 0 for a
        guest that is not flexible.
    counts
        The numbers of vnodes that some flexible guest may have, ascending; ``counts[c]`` is the c-th.
    expanded
        The instance with every variant as a guest of its own.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.variants = [
            (g, k)
            for g, guest in enumerate(instance.guests)
            for k in (guest.flexible.counts if guest.flexible else (0,))
        ]
        self.counts = sorted({k for _, k in self.variants} - {0})
        self._names = [f"{g}" if not k else f"{g} in {k}" for g, k in self.variants]
        self.expanded = self._expanded()

    @cached_property
    def selectors(self) -> list[int]:
        """The flexible guests, by position."""
        return [g for g, guest in enumerate(self.instance.guests) if guest.flexible]

    def counts_of(self, g: int) -> list[int]:
        """Give the numbers of vnodes that the guest at position g may have."""
        return [k for other, k in self.variants if other == g and k]

    def items(self) -> list[range]:
        """Give the items of each variant."""
        ends = np.cumsum([0] + [len(guest.vnodes) for guest in self.expanded.guests]).tolist()
        return [range(a, b) for a, b in pairwise(ends)]

    def overheads(self) -> list[Overhead]:
        """Give the overhead that depends on the choice, of guests that may be one whole vnode or several."""
        return [
            Overhead(guest=g, p=p, kib=kib)
            for g in self.selectors
            if self._whole(g) and len(self.counts_of(g)) > 1 and not self._with_vnodes(g)
            for p, kib in overhead_shares(self.instance.guests[g], self.instance.host)
        ]

    def unsettled(self) -> list[int]:
        """Give the positions of flexible guests that leave other guests less room in one of their choices."""
        return [overhead.guest for overhead in self.overheads()] or self.asking

    @cached_property
    def asking(self) -> list[int]:
        """Give the guests that ask Xen for whole GiB only as one vnode, where no guest does so whatever is chosen."""
        named = zip(self.variants, self.expanded.guests, strict=True)
        anyway = [guest for (g, k), guest in named if k != 1 or len(self.counts_of(g)) == 1]
        if not self.instance.keeps_set_room or any(map(_asks, anyway)):
            return []
        either = [g for g in self.selectors if 1 in self.counts_of(g) and len(self.counts_of(g)) > 1]
        return [g for g in either if _asks(self.instance.guests[g].split_into(1))]

    def earlier(self, placement: Placement | None) -> Placement | None:
        """Give the earlier placement of each variant: that of its guest if it has as many vnodes, else none."""
        if placement is None:
            return None
        pnode_of: dict[str, tuple[int | None, ...]] = {}
        for (g, k), name, guest in zip(self.variants, self._names, self.expanded.guests, strict=True):
            pnodes = placement.pnode_of[self.instance.guests[g].name]
            same = not k or len(pnodes) == k
            pnode_of[name] = pnodes if same else (None,) * len(guest.vnodes)
        return Placement(pnode_of=pnode_of)

    def _whole(self, g: int) -> bool:
        guest = self.instance.guests[g]
        return guest.split_into(self.counts_of(g)[0]).form == "whole" and guest.overhead_kib > 0

    def _with_vnodes(self, g: int) -> bool:
        """Tell whether its overhead lies with its vnodes in every number of them."""
        return all(self.instance.guests[g].split_into(k).has_own_affinity for k in self.counts_of(g))

    def _expanded(self) -> Instance:
        guests = []
        for (g, k), name in zip(self.variants, self._names, strict=True):
            guest = self.instance.guests[g].split_into(k)
            if k and not guest.has_own_affinity:
                guest = change(guest, overhead_kib=0)
            guests.append(change(guest, name=name))
        return change(
            self.instance,
            host=self._with_overhead(),
            guests=tuple(guests),
            rules=tuple(chain.from_iterable(map(self._rules, self.instance.rules))),
            objective=change(self.instance.objective, core_sharing_price=sharing_price_milli(self.instance) / 1000),
        )

    @cached_property
    def reserved_kib(self) -> dict[int, int]:
        """Overhead of the flexible guests that are never one whole vnode: position of the pnode -> KiB."""
        more: dict[int, int] = {}
        for g in self.selectors:
            guest = self.instance.guests[g]
            if guest.overhead_kib and not self._whole(g) and not self._with_vnodes(g):
                for p, kib in overhead_shares(guest, self.instance.host):
                    more[p] = more.get(p, 0) + kib
        return more

    def _with_overhead(self) -> Host:
        """Reserve the overhead that is there whatever is chosen."""
        host, more = self.instance.host, self.reserved_kib
        pnodes = tuple(
            change(pnode, reserve_kib=pnode.reserve_kib + more.get(p, 0)) for p, pnode in enumerate(host.pnodes)
        )
        return change(host, pnodes=pnodes)

    def _rules(self, rule: Rule) -> Iterator[Rule]:
        """State a rule for the variants; at most one variant of a guest is in use, so they cannot break it together."""
        names: dict[str, list[str]] = {}
        for (g, _), name in zip(self.variants, self._names, strict=True):
            names.setdefault(self.instance.guests[g].name, []).append(name)

        def members(member: Member) -> Sequence[Member]:
            return names[member] if isinstance(member, str) else [change(member, guest=names[member.guest][0])]

        if rule.exclusive is not None:
            yield from (Rule(exclusive=member) for member in members(rule.exclusive))
        elif rule.apart is not None:
            yield Rule(apart=tuple(chain.from_iterable(map(members, rule.apart))))
        else:
            yield Rule(together=tuple(chain.from_iterable(map(members, rule.together or ()))))


def _asks(guest: Guest) -> bool:
    return guest.has_own_affinity and asks_for_whole_gib(guest)
