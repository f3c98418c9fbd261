"""The guests on each host with their pnodes, and the placement of one more beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from placer.check import check
from placer.errors import InstanceError
from placer.fleet.model.fleet import Fleet
from placer.fleet.plan.host_problems import on_pnodes
from placer.fleet.plan.judge import within
from placer.fleet.plan.placing import place_one
from placer.fleet.problem.loads import limited_host, settled_on
from placer.instance import Guest, Host, Instance, Placement
from placer.instance.apart import as_placed

HOST_LIMIT_S = 30.0
"""Most seconds for the placement of a guest on one host. Chosen: it takes some 10 ms."""


@dataclass(frozen=True)
class Resident:
    """
    A guest on its pnodes.

    Parameters
    ----------
    guest
        With its name, its vnodes fixed.
    pnodes
        Ids of the pnodes of its vnodes.
    """

    guest: Guest
    pnodes: tuple[int, ...]

    def taken(self, host: Host) -> Iterator[tuple[int, int, int]]:
        """Give position, vcpus and KiB of each pnode that it takes room of."""
        for vnode, pnode in zip(self.guest.vnodes, self.pnodes, strict=True):
            kib = vnode.memory_kib + self.guest.overhead_share_kib(vnode)
            yield host.position_of[pnode], self.guest.online_on(vnode), kib


@dataclass(frozen=True)
class OnHost:
    """
    A guest placed beside others.

    Parameters
    ----------
    instance
        The host with all of its guests, and the vnodes that they have.
    placement
        Of all of them.
    """

    instance: Instance
    placement: Placement

    def pnodes_of(self, guest: str) -> tuple[int, ...]:
        """Give the pnodes of a guest's vnodes."""
        return tuple(pnode for pnode in self.placement.pnode_of[guest] if pnode is not None)


class Residents:
    """
    The guests on every host.

    Parameters
    ----------
    fleet
        Its hosts, rules of pnodes and objective.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.on: dict[str, dict[str, Resident]] = {}
        self.host_of: dict[str, str] = {}
        self._limited: dict[int, Host] = {}

    def host(self, name: str) -> Host:
        """Give a host with its limit of vcpus; without its name."""
        entry = self.fleet.host_entry[name]
        if entry not in self._limited:
            self._limited[entry] = limited_host(self.fleet, entry)
        return self._limited[entry]

    def put(self, host: str, resident: Resident) -> None:
        """Note that a guest is on a host."""
        self.on.setdefault(host, {})[resident.guest.name] = resident
        self.host_of[resident.guest.name] = host

    def remove(self, guest: str) -> tuple[str, Resident]:
        """Take a guest from its host, and give both."""
        host = self.host_of.pop(guest)
        return host, self.on[host].pop(guest)

    def judged(self, host: str, guest: Guest, pnodes: tuple[int, ...]) -> OnHost | str:
        """Judge a guest on pnodes beside the guests of a host; in words what is broken."""
        try:
            instance = self._instance(host, guest)
        except InstanceError as error:
            return str(error)
        placement = Placement(
            pnode_of={**{name: each.pnodes for name, each in self.on.get(host, {}).items()}, guest.name: pnodes}
        )
        faults = placement.faults(instance) or [each.message for each in check(instance, placement).violations]
        return faults[0] if faults else OnHost(instance, placement)

    def solved(self, host: str, guest: Guest, *, time_limit_s: float = HOST_LIMIT_S) -> OnHost | str:
        """Place a guest on the best pnodes beside the guests of a host, which stay; in words why it has no place."""
        try:
            instance = self._instance(host, guest)
        except InstanceError as error:
            return str(error)
        answer = place_one(instance, time_limit_s, 0)
        pnode_of = answer.placement.pnode_of
        if not any(None in pnodes for pnodes in pnode_of.values()):
            cut = as_placed(instance, answer.placement.counts(), answer.placement.apart)
            return OnHost(cut, answer.placement)
        return "no pnodes for it beside what runs there" if answer.proved else f"not settled within {time_limit_s:g} s"

    def any_dedicated(self, host: str) -> bool:
        """Whether a guest on a host owns pcpus, so that one more guest is placed by a solve."""
        return any(each.guest.dedicated for each in self.on.get(host, {}).values())

    def likeness(self, host: str) -> tuple[object, ...]:
        """Give what hosts have in common on which one more guest has the same place, or none."""
        here = self.on.get(host, {})
        names = () if not self.fleet.pnode_rules else tuple(sorted(here))
        guests = sorted((repr(replace(each.guest, name="")), each.pnodes) for each in here.values())
        return (self.fleet.host_entry[host], tuple(guests), names)

    def _instance(self, host: str, guest: Guest) -> Instance:
        guests = (*(each.guest for each in self.on.get(host, {}).values()), settled_on(guest, self.host(host)))
        here = {each.name for each in guests}
        return Instance(
            host=self.host(host),
            guests=guests,
            rules=[rule for each in self.fleet.pnode_rules if (rule := within(each, here))],
            objective=self.fleet.objective,
        )


def resident(guest: Guest, pnodes: tuple[int, ...]) -> Resident:
    """Fix a guest on its pnodes."""
    return Resident(on_pnodes(guest, pnodes), pnodes)
