"""Lowers a fleet with what runs there: hosts as rows of pnodes, guests of equal meaning as classes, spots as arrays."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from msgspec.structs import replace

from placer.errors import InputError
from placer.fleet.bound.tables import Ints
from placer.fleet.model.entries import HostFormat
from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.moves.classes import ROOMY, XEN, Bools, GuestClass, Places, Way
from placer.fleet.moves.goal import FleetGoal, emptied, wanted
from placer.fleet.moves.spots import HostKind, Spot, kind_of, spot_at, spots_of
from placer.fleet.problem.loads import limited_host, settled
from placer.fleet.problem.parts import names_parts_of_host
from placer.instance import Guest, shorten
from placer.instance.rules import guest_of


class Running:
    """
    A fleet and its guests that run, for a goal.

    Parameters
    ----------
    fleet, goal
        What is asked.
    family
        The toolstack of hosts that do not say theirs.

    Attributes
    ----------
    guests
        The names of the guests that run, then of those to make room for.
    class_of, host_of, spot_of
        For each guest its class, and its host and spot; -1 and None where it runs nowhere yet.
    closed
        Array ``[hosts]``: where no guest comes.
    offers
        Array ``[pnodes + 1, 2]``: vcpus and KiB of each pnode of the fleet; the last stands for none.
    """

    def __init__(self, fleet: Fleet, goal: FleetGoal, family: HostFormat) -> None:
        self.fleet, self.goal, self.family = fleet, goal, family
        self.hosts = tuple(fleet.host_entry)
        self.position = {name: h for h, name in enumerate(self.hosts)}
        kinds = [kind_of(limited_host(fleet, i), entry.format or family) for i, entry in enumerate(fleet.hosts)]
        first = {kind: i for i, kind in reversed([*enumerate(kinds)])}
        self.kinds = kinds
        self.kind_of = np.array([first[kinds[fleet.host_entry[name]]] for name in self.hosts])
        sizes = [len(kinds[k].offers) for k in self.kind_of]
        self.row_of = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
        rows = [offer for k in self.kind_of for offer in kinds[k].offers]
        self.offers = np.array([*rows, (ROOMY, ROOMY)], dtype=np.int64)
        self.emptied = emptied(goal, fleet)
        self.closed = np.zeros(len(self.hosts), dtype=bool)
        self.guests: list[str] = []
        self.classes: list[GuestClass] = []
        self.class_of: list[int] = []
        self.host_of: list[int] = []
        self.spot_of: list[Spot | None] = []
        self._known: dict[GuestClass, int] = {}
        self._stays = {guest for name in goal.stay for guest in fleet.guests_named(name)}
        self._bound = {guest_of(member) for rule in fleet.pnode_rules for member in rule.members}
        self._places: dict[int, Places] = {}
        self._spots: dict[tuple[int, int], tuple[tuple[Spot, ...], bool]] = {}
        for i, placed in enumerate(fleet.placed):
            self._add(i, placed)
        for name in wanted(goal, fleet):
            entry = fleet.guest_entry[name]
            guest = settled(fleet.guests[entry].guest)
            cuts = tuple(guest.split_into(n) for n in (guest.flexible.counts if guest.flexible else range(1)))
            self._append(name, -1, None, GuestClass(_unnamed(cuts), "stay", None, entry, guest.memory_kib))
        self.names = {name: g for g, name in enumerate(self.guests)}

    @cached_property
    def running(self) -> range:
        """The guests that run."""
        return range(sum(host >= 0 for host in self.host_of))

    @cached_property
    def free(self) -> Ints:
        """Array ``[pnodes + 1, 2]``: what is left of each pnode now; less than 0 where guests take more than it has."""
        free = self.offers.copy()
        for g in self.running:
            spot, row = self.spot_of[g], self.row_of[self.host_of[g]]
            for p, vcpus, kib in spot.takes if spot else ():
                free[row + p] -= (vcpus, kib)
        return free

    @cached_property
    def guests_on(self) -> list[list[int]]:
        """For each host the guests that run there."""
        found: list[list[int]] = [[] for _ in self.hosts]
        for g in self.running:
            found[self.host_of[g]].append(g)
        return found

    def way_of(self, guest: int) -> Way:
        """Give how a guest moves."""
        return self.classes[self.class_of[guest]].way

    def may_use(self, guest: int, host: int) -> bool:
        """Whether a guest may be on a host, by its labels and its list of hosts."""
        entry = self.fleet.guest_entry[self.guests[guest]]
        each = self.fleet.guests[entry]
        return (not each.labels and each.hosts is None) or self.fleet.may_use(entry, self.hosts[host])

    def spots(self, k: int, kind: int) -> tuple[tuple[Spot, ...], bool]:
        """Give the spots of a class on a kind of host, and whether these are all."""
        if (k, kind) not in self._spots:
            self._spots[k, kind] = spots_of(self.classes[k].cuts, self.kinds[kind])
        return self._spots[k, kind]

    def allowed(self, k: int) -> Bools:
        """Array ``[hosts]``: where guests of a class may come."""
        each = self.classes[k]
        entry = self.fleet.guests[each.entry]
        asks = bool(entry.labels) or entry.hosts is not None
        may = ~self.closed
        if asks:
            may &= np.array([self.fleet.may_use(each.entry, name) for name in self.hosts])
        if self.emptied:
            may &= np.array([name not in self.emptied for name in self.hosts])
        if each.family is not None:
            fits = np.array([kind.family == each.family for kind in self.kinds])
            may &= fits[self.kind_of]
        return may

    def places(self, k: int) -> Places:
        """Give the spots of a class on all hosts that its guests may use."""
        if k not in self._places:
            self._places[k] = self._placed(k)
        return self._places[k]

    def forget(self) -> None:
        """Compute anew where classes may come, as hosts were closed."""
        self._places.clear()

    def _placed(self, k: int) -> Places:
        allowed = self.allowed(k)
        kinds = np.unique(self.kind_of[allowed]).tolist()
        spots = [(kind, spot) for kind in kinds for spot in self.spots(k, kind)[0]]
        width = max((len(spot.takes) for _, spot in spots), default=1)
        at = [np.flatnonzero(allowed & (self.kind_of == kind)) for kind, _ in spots]
        hosts = np.concatenate(at) if at else np.zeros(0, dtype=np.int64)
        which = np.repeat(np.arange(len(spots)), [len(each) for each in at])
        pnodes = np.full((len(hosts), width), len(self.offers) - 1, dtype=np.int64)
        takes = np.zeros((len(hosts), width, 2), dtype=np.int64)
        for i, (_, spot) in enumerate(spots):
            mine = which == i
            for j, (p, vcpus, kib) in enumerate(spot.takes):
                pnodes[mine, j] = self.row_of[hosts[mine]] + p
                takes[mine, j] = vcpus, kib
        return Places(hosts, pnodes, takes, which, tuple(spot for _, spot in spots))

    def _add(self, i: int, placed: Placed) -> None:
        entry, host = self.fleet.guest_entry[placed.guest], self.position[placed.host]
        kind = self.kinds[self.kind_of[host]]
        guest = settled(self.fleet.guests[entry].guest)
        ids = placed.pnodes
        if ids is None:
            if len(kind.offers) > 1:
                raise InputError(
                    f'the pnodes of guest "{shorten(placed.guest)}" are not given, expected where its memory is',
                    place=f"placed[{i}]",
                )
            count = guest.flexible.least if guest.flexible else len(guest.vnodes)
            ids = (kind.host.pnodes[0].id,) * count
        cut = guest.split_into(len(ids))
        spot = spot_at(cut, kind, tuple(kind.host.position_of[pnode] for pnode in ids))
        way = self._way(placed.guest, cut, kind)
        self._append(placed.guest, host, spot, GuestClass(_unnamed((cut,)), way, kind.family, entry, cut.memory_kib))

    def _way(self, name: str, cut: Guest, kind: HostKind) -> Way:
        if name in self._stays or self._is_bound(name, cut):
            return "stay"
        if _has_vnuma(cut) and kind.family in XEN:
            return "restart" if self.goal.restarts else "stay"
        return "migrate"

    def only_restarts(self, guest: int) -> bool:
        """Whether a guest moves if restarts are allowed, and not otherwise."""
        each = self.classes[self.class_of[guest]]
        cut = each.cuts[0]
        return each.family in XEN and _has_vnuma(cut) and not self._is_bound(self.guests[guest], cut)

    def _is_bound(self, name: str, cut: Guest) -> bool:
        return bool(names_parts_of_host(cut) or cut.dedicated or name in self._bound)

    def _append(self, name: str, host: int, spot: Spot | None, each: GuestClass) -> None:
        entry = self.fleet.guests[each.entry]
        same = each if entry.labels or entry.hosts is not None else _anywhere(each)
        k = self._known.setdefault(same, len(self._known))
        if k == len(self.classes):
            self.classes.append(each)
        self.guests.append(name)
        self.class_of.append(k)
        self.host_of.append(host)
        self.spot_of.append(spot)


def _has_vnuma(cut: Guest) -> bool:
    return cut.form == "vnuma" or (cut.form == "parts" and len(cut.vnodes) > 1)


def _anywhere(each: GuestClass) -> GuestClass:
    return GuestClass(each.cuts, each.way, each.family, -1, each.kib)


def _unnamed(cuts: tuple[Guest, ...]) -> tuple[Guest, ...]:
    return tuple(replace(cut, name="guest") for cut in cuts)
