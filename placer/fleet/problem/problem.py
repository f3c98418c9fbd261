"""Lowers a fleet: hosts that offer the same become types, guests that take the same become classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from placer.errors import InputError
from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.problem.loads import Load, capacity_of, limited_host, load_of, settled
from placer.fleet.problem.parts import knows_parts, names_parts_of_host
from placer.instance import Guest, Host, format_size, shorten

CONTROL_DOMAIN = "Domain-0"
"""The domain that every host of Xen runs: it does not make a host one that is in use."""


_Key = tuple[tuple[tuple[int, int], ...], tuple[int, ...], bool, tuple[int, ...], bool]
"""What hosts of a type have in common: the fields of a HostType but their names."""


@dataclass(frozen=True)
class HostType:
    """
    Hosts that offer the same to the same classes of guests.

    Parameters
    ----------
    pnodes
        Vcpus and KiB that each pnode takes, in ascending order: which pnode is which makes no difference here.
    offered
        KiB that each pnode takes, with what guests that are placed take of them.
    limited
        Whether vcpus are limited.
    classes
        Positions of the classes that may use these hosts.
    in_use
        Whether they hold a guest already, and so cost no further host.
    hosts
        Their names.
    """

    pnodes: tuple[tuple[int, int], ...]
    offered: tuple[int, ...]
    limited: bool
    classes: tuple[int, ...]
    in_use: bool
    hosts: tuple[str, ...]


@dataclass(frozen=True)
class GuestClass:
    """
    Guests that take the same and may use the same hosts.

    Parameters
    ----------
    name
        The name of the first of them, by which certificates know the class.
    load
        What each takes.
    hosts
        The hosts that they may use; None for all.
    guests
        Their names.
    """

    name: str
    load: Load
    hosts: frozenset[str] | None
    guests: tuple[str, ...]


@dataclass(frozen=True)
class FleetProblem:
    """
    A fleet without names: what the bound is about.

    Parameters
    ----------
    types
        The hosts.
    classes
        The guests to place.
    demand
        How many of each class are to be placed.
    """

    types: tuple[HostType, ...]
    classes: tuple[GuestClass, ...]
    demand: tuple[int, ...]

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """The number of hosts of each type."""
        return tuple(len(each.hosts) for each in self.types)

    @cached_property
    def hosts_in_use(self) -> int:
        """The number of hosts that hold a guest already."""
        return sum(len(each.hosts) for each in self.types if each.in_use)

    @cached_property
    def host_costs(self) -> tuple[int, ...]:
        """For each type 1 where a guest makes a host count that did not before, else 0."""
        return tuple(0 if each.in_use else 1 for each in self.types)


def lower_fleet(fleet: Fleet) -> FleetProblem:
    """
    Group the hosts and guests of a fleet.

    Raises
    ------
    InputError
        If the guests that are placed take more than their host offers.
    """
    classes = _classes(fleet)
    limiting = [limited_host(fleet, i) for i in range(len(fleet.hosts))]
    offers = [capacity_of(host) for host in limiting]
    taken = _taken(fleet, limiting, offers)
    open_hosts = {placed.host for placed in fleet.placed}
    found: dict[_Key, list[str]] = {}
    everywhere = tuple(k for k, each in enumerate(classes) if each.hosts is None)
    named = {name for each in classes for name in each.hosts or ()}
    for i, entry in enumerate(fleet.hosts):
        limited = limiting[i].overcommit is not None
        runs = any(domain.name != CONTROL_DOMAIN for domain in entry.host.domains)
        for name in entry.each:
            rows = sorted(_less(offers[i], taken.get(name, {})))
            pnodes, offered = tuple((vcpus, kib) for vcpus, kib, _ in rows), tuple(kib for _, _, kib in rows)
            may = everywhere
            if name in named:
                may = tuple(k for k, each in enumerate(classes) if each.hosts is None or name in each.hosts)
            found.setdefault((pnodes, offered, limited, may, runs or name in open_hosts), []).append(name)
    types = tuple(HostType(*key, tuple(names)) for key, names in found.items())
    return FleetProblem(types=types, classes=classes, demand=tuple(len(each.guests) for each in classes))


def _classes(fleet: Fleet) -> tuple[GuestClass, ...]:
    limited = fleet.ratio is not None or any(entry.host.overcommit is not None for entry in fleet.hosts)
    fixed = {placed.guest: placed for placed in fleet.placed}
    allowed = _allowed(fleet)
    found: dict[tuple[Load, frozenset[str] | None], list[str]] = {}
    for i, entry in enumerate(fleet.guests):
        load = load_of(settled(entry.guest), limited=limited)
        for name in entry.each:
            placed = fixed.get(name)
            if placed is None:
                found.setdefault((load, allowed[i]), []).append(name)
            elif placed.pnodes is None:
                found.setdefault((load, frozenset([placed.host])), []).append(name)
    return tuple(GuestClass(names[0], load, hosts, tuple(names)) for (load, hosts), names in found.items())


def _allowed(fleet: Fleet) -> list[frozenset[str] | None]:
    """Give the hosts that the guests of each entry may use, None for all."""
    allowed: list[frozenset[str] | None] = []
    for entry, names in zip(fleet.guests, fleet.allowed_names, strict=True):
        names_parts = names_parts_of_host(entry.guest)
        if entry.hosts is None and not entry.labels and not names_parts:
            allowed.append(None)
            continue
        fitting = {
            name
            for host in fleet.hosts
            if set(entry.labels) <= set(host.labels) and (not names_parts or knows_parts(host.host, entry.guest))
            for name in host.each
        }
        every = entry.hosts is None and len(fitting) == len(fleet.host_entry)
        allowed.append(None if every else frozenset(fitting if entry.hosts is None else fitting & names))
    return allowed


def _taken(
    fleet: Fleet, hosts: list[Host], offers: list[tuple[tuple[int, int], ...]]
) -> dict[str, dict[int, tuple[int, int]]]:
    """Give what guests that are placed on pnodes take: host -> position of a pnode -> vcpus and KiB."""
    taken: dict[str, dict[int, tuple[int, int]]] = {}
    total: dict[str, int] = {}
    for i, placed in enumerate(fleet.placed):
        guest = settled(fleet.guests[fleet.guest_entry[placed.guest]].guest)
        entry = fleet.host_entry[placed.host]
        host = hosts[entry]
        total[placed.host] = total.get(placed.host, 0) + guest.memory_kib
        offered = sum(pnode.free_kib - pnode.reserve_kib for pnode in host.pnodes)
        if total[placed.host] > offered:
            _refuse(i, placed, f"take {format_size(total[placed.host])}, it offers {format_size(offered)}")
        on = taken.setdefault(placed.host, {})
        for p, vcpus, kib in _parts(guest, host, placed):
            on[p] = (on.get(p, (0, 0))[0] + vcpus, on.get(p, (0, 0))[1] + kib)
            free = offers[entry][p]
            if on[p][1] > free[1]:
                words = f"take {format_size(on[p][1])} of pnode {host.pnodes[p].id}, it offers {format_size(free[1])}"
                _refuse(i, placed, words)
            if host.overcommit is not None and on[p][0] > free[0]:
                _refuse(i, placed, f"take {on[p][0]} vcpus of pnode {host.pnodes[p].id}, it offers {free[0]}")
    return taken


def _parts(guest: Guest, host: Host, placed: Placed) -> Iterator[tuple[int, int, int]]:
    """Give position, vcpus and KiB of each vnode of a guest that is placed on pnodes."""
    if placed.pnodes is None:
        return
    cut = guest.split_into(len(placed.pnodes))
    for vnode, pnode in zip(cut.vnodes, placed.pnodes, strict=True):
        yield host.position_of[pnode], cut.online_on(vnode), vnode.memory_kib + cut.overhead_share_kib(vnode)


def _refuse(i: int, placed: Placed, words: str) -> None:
    raise InputError(f'the guests placed on host "{shorten(placed.host)}" {words}', place=f"placed[{i}]")


def _less(offers: tuple[tuple[int, int], ...], taken: dict[int, tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Give the vcpus and KiB that are left of each pnode, and the KiB that it offers."""
    for p, (vcpus, kib) in enumerate(offers):
        gone = taken.get(p, (0, 0))
        yield max(0, vcpus - gone[0]), kib - gone[1], kib
