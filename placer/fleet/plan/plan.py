"""A plan for a fleet: the host and the pnodes of every guest, with what is proved of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from placer.assignment import Status
from placer.fleet.bound.certificate import Certificate
from placer.fleet.bound.stages import Tier
from placer.instance import Instance, Placement
from placer.instance.apart import as_placed


@dataclass(frozen=True, kw_only=True)
class PlanTier:
    """
    What a plan comes to in a tier.

    Parameters
    ----------
    tier
        Its name.
    value
        Of the plan.
    bound
        Proved: no plan is below it, among those that are no worse in the tiers above.
    """

    tier: Tier
    value: int
    bound: int


@dataclass(frozen=True, kw_only=True)
class HostPlan:
    """
    The guests of one host.

    Parameters
    ----------
    name
        The host's.
    model
        Its instance, under names that equal hosts share.
    places
        The placement of its guests, under these names.
    names
        Name of a guest in the model -> its own; a guest that fell out of the plan is missing.
    proved
        Whether it is proved that no other placement of these guests on this host costs less.
    distance
        Mean distance of a memory access; None without one.
    """

    name: str
    model: Instance
    places: Placement
    names: dict[str, str]
    proved: bool
    distance: float | None

    @property
    def guests(self) -> tuple[str, ...]:
        """The names of its guests."""
        return tuple(self.names.values())

    @cached_property
    def instance(self) -> Instance:
        """The host and its guests under their names, with the vnodes that were chosen."""
        cut = as_placed(self.model, self.places.counts(), self.places.apart)
        guests = [replace(guest, name=self.names[guest.name]) for guest in cut.guests if guest.name in self.names]
        host = replace(self.model.host, name=self.name)
        return replace(self.model, host=host, guests=tuple(guests), rules=())

    @cached_property
    def placement(self) -> Placement:
        """The pnodes of its guests."""
        names, places = self.names, self.places
        return Placement(
            pnode_of={names[guest]: pnodes for guest, pnodes in places.pnode_of.items() if guest in names},
            pcpu_of={names[guest]: pcpus for guest, pcpus in places.pcpu_of.items() if guest in names},
            sets=tuple(names[guest] for guest in places.sets if guest in names),
            apart=tuple(names[guest] for guest in places.apart if guest in names),
        )


@dataclass(frozen=True, kw_only=True)
class FleetPlan:
    """
    The result of :func:`placer.solve_fleet`.

    Parameters
    ----------
    status
        OPTIMAL: every tier is proved. FEASIBLE: some tier is not.
    tiers
        Highest first; ``hosts`` counts all that hold a guest, those in use before included.
    hosts
        Name -> the guests and placement of every host that holds a guest of the fleet.
    unplaced
        Guests without a place.
    certificate
        The proofs of the bounds.
    relaxed
        What the bounds leave out.
    distinct
        The number of hosts that differ in more than names, each of which was solved once.
    wall_time_s
        Seconds.
    """

    status: Status
    tiers: tuple[PlanTier, ...]
    hosts: dict[str, HostPlan]
    unplaced: tuple[str, ...]
    certificate: Certificate
    relaxed: tuple[str, ...]
    distinct: int
    wall_time_s: float

    @property
    def host_of(self) -> dict[str, str]:
        """Guest -> its host."""
        return {guest: host for host, plan in self.hosts.items() for guest in plan.guests}
