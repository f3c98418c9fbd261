"""Chooses host and pnodes of a guest that comes: hosts in the order of their losses, each placement judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from placer.fleet.arrivals.bids import BidPrices, Ranked
from placer.fleet.arrivals.policy import Weights
from placer.fleet.arrivals.reasons import Reasons, count_full, count_unusable
from placer.fleet.arrivals.residents import OnHost, Residents
from placer.fleet.arrivals.rooms import HostRooms
from placer.fleet.arrivals.rules import LiveRules
from placer.fleet.arrivals.shapes import Shape
from placer.fleet.arrivals.usable import Usable
from placer.fleet.bound.tables import Ints
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.loads import Load
from placer.fleet.problem.parts import names_parts_of_host
from placer.instance import Guest


@dataclass(frozen=True)
class Chosen:
    """
    A host with the placement of a guest on it.

    Parameters
    ----------
    host
        Its name.
    found
        The placement.
    """

    host: str
    found: OnHost


class Chooser:
    """
    Chooses hosts.

    Parameters
    ----------
    fleet
        Its hosts.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.rooms = HostRooms(fleet)
        self.bids = BidPrices(fleet, self.rooms)
        self.usable = Usable(fleet, self.rooms)
        self.rules = LiveRules(fleet)
        self.residents = Residents(fleet)
        self._away = -1.0 if fleet.aim == "spread" else 1.0

    def choose(self, entry: FleetGuest, load: Load, *, weights: Weights) -> Chosen | tuple[str, ...]:
        """
        Find the host that loses least and can hold a guest, with its pnodes there.

        Parameters
        ----------
        entry
            The guest, with its name.
        weights
            How losses and room are weighed.

        Returns
        -------
        Chosen, or tuple of str
            Why there is none: a sentence for each reason.
        """
        usable = self.usable.of(entry)
        shape = Shape(load, frozenset(entry.labels))
        ranked = self.bids.rank(
            load,
            usable,
            slack=weights.slack * self.bids.price(shape),
            tight=self._away * weights.tight,
            vcpus=weights.vcpus,
        )
        reasons, failed = Reasons(), set[tuple[object, ...]]()
        held: list[list[int]] = [[] for _ in usable]
        for i, row, left in self._each(ranked, usable):
            held[i].append(row)
            host = self.rooms.families[i].names[row]
            rule = self.rules.forbids(entry.guest.name, host)
            if rule is not None:
                reasons.add(f"the rule {self.rules.words(rule)} keeps it away")
                continue
            likeness = self.residents.likeness(host) if failed else None
            if likeness in failed:
                reasons.add("as on another host with the same guests")
                continue
            found = self._on(host, entry.guest, load, self.rooms.families[i].free[row] - left)
            if isinstance(found, OnHost):
                return Chosen(host, found)
            reasons.add(found)
            failed.add(self.residents.likeness(host) if likeness is None else likeness)
        count_full(reasons, load, self.rooms, [np.setdiff1d(*each) for each in zip(usable, held, strict=True)])
        count_unusable(reasons, entry, self.usable)
        return reasons.words()

    def _each(self, ranked: Ranked, usable: Sequence[Ints]) -> Iterator[tuple[int, int, Ints]]:
        """Give every host that a ranked one stands for."""
        for i, row, left in ranked:
            family = self.rooms.families[i]
            equals = family.equals(row)
            if len(usable[i]) < len(family.names):
                equals = np.intersect1d(equals, usable[i])
            for equal in equals.tolist():
                yield i, equal, left

    def _on(self, host: str, guest: Guest, load: Load, taken: Ints) -> OnHost | str:
        """Place a guest on a host: on the pnodes that lose least where they are as near as any, else by a solve."""
        if _is_direct(guest, load, len(taken)) and not self.residents.any_dedicated(host):
            pnodes = _pnodes(guest, taken, limited=self.rooms.families[self.rooms.at[host][0]].limited)
            ids = tuple(self.residents.host(host).pnodes[p].id for p in pnodes)
            found = self.residents.judged(host, guest, ids)
            if isinstance(found, OnHost):
                return found
        return self.residents.solved(host, guest)


def _is_direct(guest: Guest, load: Load, pnodes: int) -> bool:
    """Whether any pnodes with room are as near as others: one for each vnode, and no others to choose from."""
    if guest.flexible is not None or guest.dedicated or len(load.splits) > 1 or names_parts_of_host(guest):
        return False
    if any(vnode.is_empty for vnode in guest.vnodes):
        return False
    return len(guest.vnodes) == 1 or (guest.one_to_one and len(guest.vnodes) == pnodes == 2)


def _pnodes(guest: Guest, taken: Ints, *, limited: bool) -> list[int]:
    """Give the position of the pnode of each vnode, from what is taken of each pnode."""
    left = [tuple(each) for each in taken.tolist()]
    found = []
    for vnode in guest.vnodes:
        part = (guest.online_on(vnode) * limited, vnode.memory_kib + guest.overhead_share_kib(vnode))
        found.append(left.index(part))
        left[found[-1]] = (-1, -1)
    return found
