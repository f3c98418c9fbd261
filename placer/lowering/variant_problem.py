"""The Problem of all variants of flexible guests, with the items that choose: :mod:`placer.lowering.variants`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.assignment import (
    BoolArray,
    Conflict,
    Flow,
    IntArray,
    Linear,
    Problem,
    ResidualValue,
    Resource,
    SlotDemand,
    SlotMatching,
    Term,
)
from placer.instance import Placement
from placer.lowering.variants import VariantIndex


class VariantProblem:
    """
    The Problem of the variants, widened by the items and sites that choose among them.

    Attributes
    ----------
    index
        The variants.
    unused_site
        The site of items that are not chosen; site ``unused_site + 1 + c`` stands for the c-th number of vnodes.
    n, m
        The number of items (vnodes of the variants, then selectors, then overheads) and of sites.
    """

    def __init__(self, problem: Problem, index: VariantIndex) -> None:
        self._base, self.index = problem, index
        self._overheads = index.overheads()
        self._nearest = index.instance.host.smallest_distance
        self.unused_site = problem.m
        self.m = problem.m + 1 + len(index.counts)
        self.n = problem.n + len(index.selectors) + len(self._overheads)
        self._selector = {g: problem.n + i for i, g in enumerate(index.selectors)}
        self._first_overhead = problem.n + len(index.selectors)
        self._variants = list(zip(index.variants, index.items(), strict=True))

    def problem(self, weights: tuple[dict[str, int], ...]) -> Problem:
        """
        Widen the Problem of the variants.

        Parameters
        ----------
        weights
            The weight of each term of the tiers above the one that counts vnodes.
        """
        base = self._base
        memo: dict[int, Term] = {}
        tiers = [tuple(self._term(term, memo) for term in terms) for terms in base.tiers]
        for t, tier in enumerate(weights):
            if "access_distance" in tier:
                tiers[t] = (*tiers[t], self._least_access(tier["access_distance"]))
        tiers.insert(len(weights), (self._vnodes(),))
        return Problem(
            allowed=self._allowed(),
            resources=tuple(self._resource(resource) for resource in base.resources),
            groups=self._groups(),
            incompatible=self._sites(base.incompatible),
            tiers=tuple(tiers),
            relations=(*(self._conflict(conflict) for conflict in base.relations), *self._choosing()),
            slot_matching=self._slot_matching(base.slot_matching),
            selectors=np.array(list(self._selector.values()), dtype=np.int64),
        )

    def counts(self, site_of: IntArray) -> dict[str, int]:
        """Read the number of vnodes of each flexible guest from an assignment ``[n]``, by name."""
        index = self.index
        return {
            index.instance.guests[g].name: index.counts[int(site_of[item]) - self.unused_site - 1]
            for g, item in self._selector.items()
        }

    def with_overheads(self, weight: IntArray) -> IntArray:
        """Widen weights of the vnodes, ``[n]`` in KiB, by those of the overheads; selectors weigh nothing."""
        widened = self._items(weight)
        widened[self._first_overhead :] = [overhead.kib for overhead in self._overheads]
        return widened

    @property
    def vnode_items(self) -> int:
        """Number of items that are vnodes of variants; they come first."""
        return self._base.n

    def chosen_items(self, site_of: IntArray) -> IntArray:
        """Give the items of the vnodes that were chosen, guest after guest."""
        counts = self.counts(site_of)
        names = [guest.name for guest in self.index.instance.guests]
        kept = [items for (g, k), items in self._variants if not k or counts[names[g]] == k]
        return np.array([v for items in kept for v in items], dtype=np.int64)

    def start(self, placement: Placement) -> IntArray:
        """Give the assignment ``[n]`` of a placement of every guest; -1 for a vnode without a pnode."""
        index, site_of = self.index, np.full(self.n, self.unused_site, dtype=np.int64)
        position_of, chosen = index.instance.host.position_of, {}
        for (g, k), items in self._variants:
            pnodes = placement.pnode_of[index.instance.guests[g].name]
            if not k or len(pnodes) == k:
                site_of[items] = [-1 if pnode is None else position_of[pnode] for pnode in pnodes]
                chosen[g] = k
        for g, item in self._selector.items():
            site_of[item] = self.unused_site + 1 + index.counts.index(chosen[g]) if g in chosen else -1
        for i, overhead in enumerate(self._overheads):
            if chosen.get(overhead.guest, 0) > 1:
                site_of[self._first_overhead + i] = overhead.p
        return site_of

    def _allowed(self) -> BoolArray:
        index = self.index
        allowed = np.zeros((self.n, self.m), dtype=bool)
        allowed[: self._base.n, : self._base.m] = self._base.allowed
        for (_, k), items in self._variants:
            allowed[items, self.unused_site] = k > 0
        for g, item in self._selector.items():
            allowed[item, [self.unused_site + 1 + index.counts.index(k) for k in index.counts_of(g)]] = True
        for i, overhead in enumerate(self._overheads):
            allowed[self._first_overhead + i, [overhead.p, self.unused_site]] = True
        needs = self._base.resources[0].weight > 0  # memory, which lowering puts first
        allowed[: self._base.n, self._cramped()] &= ~needs[:, None]
        return allowed

    @property
    def exact(self) -> bool:
        """Whether no placement is left out: no vnode would fit a pnode that :meth:`_cramped` closes, no GiB is kept."""
        if self.index.asking:
            return False
        memory = self._base.resources[0]
        smallest = memory.weight[memory.weight > 0].min(initial=2**62)
        return all(memory.capacity[p] < smallest for p in self._cramped())

    def _cramped(self) -> list[int]:
        """Give the pnodes with less free memory than all overheads that may lie there: no vnode is put on them."""
        shares = np.zeros(self._base.m, dtype=np.int64)
        for overhead in self._overheads:
            shares[overhead.p] += overhead.kib
        return [int(p) for p in np.flatnonzero(shares > self._base.resources[0].capacity)]

    def _resource(self, resource: Resource) -> Resource:
        weight, capacity = self._items(resource.weight), self._per_site(resource.capacity, 0)
        if resource.name == "memory":  # by name: overhead is memory, and of no other resource
            left = capacity.copy()
            for i, overhead in enumerate(self._overheads):
                weight[self._first_overhead + i] = min(overhead.kib, int(left[overhead.p]))
                left[overhead.p] -= weight[self._first_overhead + i]
        capacity[self.unused_site :] = weight.sum()
        return replace(resource, weight=weight, capacity=capacity)

    def _groups(self) -> tuple[IntArray, ...]:
        members: dict[int, list[int]] = {}
        for (g, _), items in self._variants:
            members.setdefault(g, []).extend(items)
        for g, item in self._selector.items():
            members[g].append(item)
        overheads = [[self._first_overhead + i] for i in range(len(self._overheads))]  # may stand on unreachable pnodes
        return tuple(np.array(items, dtype=np.int64) for items in (*members.values(), *overheads))

    def _choosing(self) -> list[Conflict]:
        """Tie items to selectors: in use if the selector chose their number of vnodes, else on the unused site."""
        index = self.index
        used_with: dict[frozenset[int], list[tuple[int, int]]] = {}
        for (g, k), items in self._variants:
            if k:
                used_with.setdefault(frozenset([k]), []).extend((self._selector[g], v) for v in items)
        for i, overhead in enumerate(self._overheads):
            several = frozenset(k for k in index.counts_of(overhead.guest) if k > 1)
            used_with.setdefault(several, []).append((self._selector[overhead.guest], self._first_overhead + i))
        conflicts = []
        for counts, pairs in used_with.items():
            related, sites = np.zeros((self.n, self.n), dtype=bool), np.zeros((self.m, self.m), dtype=bool)
            for selector, v in pairs:
                related[selector, v] = related[v, selector] = True
            for c, k in enumerate(index.counts):
                barred = [self.unused_site] if k in counts else [*range(self.unused_site)]
                sites[self.unused_site + 1 + c, barred] = True
            conflicts.append(Conflict(items=related, sites=sites | sites.T))
        return conflicts

    def _vnodes(self) -> Linear:
        cost = np.zeros((self.n, self.m), dtype=np.int64)
        for item in self._selector.values():
            cost[item, self.unused_site + 1 :] = self.index.counts
        return Linear(name="vnodes", cost=cost)

    def _least_access(self, weight: int) -> Linear:
        """Charge each flexible guest, on its selector, the least that its accesses cost in any number of vnodes."""
        cost = np.zeros((self.n, self.m), dtype=np.int64)
        for g, item in self._selector.items():
            guest = self.index.instance.guests[g]
            cost[item, self.unused_site + 1 :] = (
                weight * 1000 * len(guest.online) * self._nearest if guest.memory_kib else 0
            )
        return Linear(name="access_distance", cost=cost)

    def _is_access(self, term: Flow) -> bool:
        """Tell whether a flow is the access_distance of a flexible guest."""
        return term.name == "access_distance" and any(k and term.items[0] in items for (_, k), items in self._variants)

    def _conflict(self, conflict: Conflict) -> Conflict:
        items = np.zeros((self.n, self.n), dtype=bool)
        items[: self._base.n, : self._base.n] = conflict.items
        return Conflict(items=items, sites=self._sites(conflict.sites))

    def _slot_matching(self, slot_matching: SlotMatching | None) -> SlotMatching | None:
        if slot_matching is None:
            return None
        more = (SlotDemand(),) * (self.n - self._base.n)
        beyond = (None,) * (self.m - self._base.m)
        return SlotMatching(
            demands=slot_matching.demands + more,
            slot_groups=slot_matching.slot_groups + beyond,
            occupied=slot_matching.occupied,
        )

    def _term(self, term: Term, memo: dict[int, Term]) -> Term:
        # By kind and name: only the accesses of flexible guests are split, and a term does not know its guest. The
        # selector pays the least that they cost, so that bounds count it before the variant is chosen.
        if isinstance(term, Flow) and self._is_access(term):
            term = replace(term, distance=term.distance - self._nearest)
        if isinstance(term, ResidualValue):  # the judge prices free memory before overhead that lies elsewhere
            room = term.room.copy()
            for p, kib in self.index.reserved_kib.items():
                room[0, p] += kib
            term = replace(term, room=room)
        return term.widened(self.n, self.m, memo)

    def _items(self, each: IntArray) -> IntArray:
        return np.pad(each, (0, self.n - self._base.n))

    def _per_site(self, each: IntArray, value: int) -> IntArray:
        return np.pad(each, (0, self.m - self._base.m), constant_values=value)

    def _sites(self, pairs: BoolArray) -> BoolArray:
        return np.pad(pairs, (0, self.m - self._base.m))
