"""Every contestant by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from msgspec.structs import replace as change

from benchmarks.contestants.libxl import libxl
from benchmarks.contestants.nova import nova
from benchmarks.contestants.outcome import Outcome, after
from benchmarks.contestants.placers import by_strategy, local_search
from benchmarks.contestants.simple import best_fit, libvirt, random
from benchmarks.contestants.xenopsd import xenopsd
from placer.instance import Instance, Placement

Place = Callable[..., Outcome]


@dataclass(frozen=True)
class Contestant:
    """
    An algorithm that places guests.

    Parameters
    ----------
    place
        The function; called with an instance and a seed, and with ``cpu_limit_s`` if the algorithm is anytime.
    source
        Where the algorithm comes from.
    one_by_one
        Whether the algorithm places guests in order, so that knowing all of them ahead makes no difference.
    anytime
        Whether the algorithm accepts a time limit.
    """

    place: Place
    source: str
    one_by_one: bool = True
    anytime: bool = False

    def within(self, limit_s: float) -> Contestant:
        """Give the contestant with a limit of CPU time, in seconds, if it is anytime."""
        return replace(self, place=partial(self.place, cpu_limit_s=limit_s)) if self.anytime else self

    def storm(self, instance: Instance, seed: int) -> Outcome:
        """Place guests that arrive in order, each without knowledge of the next."""
        if self.one_by_one or len(instance.guests) == 1:
            return self.place(instance, seed)
        host, guests, pnode_of = instance.host, [], {}
        for each in instance.guests:
            outcome = self.place(Instance(host=host, guests=(each,), objective=instance.objective), seed)
            (guest,), (pnodes,) = outcome.instance.guests, outcome.placement.pnode_of.values()
            guests.append(guest)
            if None in pnodes:
                pnodes = (None,) * len(pnodes)
            else:
                host = after(host, guest, pnodes)
            pnode_of[guest.name] = pnodes
        placed = change(instance, guests=tuple(guests))
        return Outcome(instance=placed, placement=Placement(pnode_of=pnode_of))


def _own(name: str, source: str, *, one_by_one: bool = False) -> Contestant:
    return Contestant(partial(by_strategy, name), source, one_by_one, anytime=True)


CONTESTANTS: dict[str, Contestant] = {
    "random": Contestant(random, "a random pnode with room for each vnode, seeded"),
    "libvirt": Contestant(libvirt, "libvirt's Xen driver, libxlMakeVnumaList: vnode i on pnode i"),
    "libxl": Contestant(libxl, "libxl's automatic placement of whole domains, Xen's master of 2026-08"),
    "xenopsd": Contestant(xenopsd, "XAPI's xenopsd, topology.ml and softaffinity.ml, policy best_effort, 2026-08"),
    "nova": Contestant(nova, "OpenStack nova, numa_fit_instance_to_host, allocation strategy spread"),
    "first-fit": _own("first-fit", "the vNUMA patches for Xen of 2013-11-18", one_by_one=True),
    "first-fit-2013-12": _own("first-fit-2013-12", "the vNUMA patches for Xen of 2013-12-03", one_by_one=True),
    "first-fit-decreasing": _own("first-fit-decreasing", "placer: largest vnode first, keeping every rule"),
    "best-fit": Contestant(best_fit, "textbook best-fit by memory, keeping every rule"),
    "local-search": Contestant(local_search, "placer's tabu search alone, 300 moves of patience", False, True),
    "cpsat": _own("cpsat", "placer: the CP-SAT model"),
    "optimal": _own("optimal", "placer: enumeration, else the CP-SAT model"),
}
WITHOUT_NUMA = ("libxl", "xenopsd", "optimal")
"""Contestants that place guests without NUMA on several pnodes."""
