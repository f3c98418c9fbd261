"""What a placement costs, guest by guest: how far its vcpus read, and with how many others they share a core."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from placer.check.costs import core_loads, pairs, traffic
from placer.check.positions import Positions, Sites, positions
from placer.instance import Guest, Host, Instance, Placement

Flows = Mapping[tuple[int, int], int]
"""
Positions of the pnode that reads and of the one that is read -> the traffic between them, in thousandths of a vcpu, as
of :func:`placer.check.costs.traffic`.
"""


@dataclass(frozen=True, kw_only=True)
class Reads:
    """
    The accesses of a placement.

    Parameters
    ----------
    flows
        Guest name -> its flows; without those of vnodes that have no pnode.
    beside
        Guest name -> how many vcpus share the core of one of its vcpus, on average; None without shared vcpus.
    pairs
        For each pnode by position the pairs of vcpus that share a core there.
    """

    flows: Mapping[str, Flows]
    beside: Mapping[str, float | None]
    pairs: tuple[int, ...]

    def mean_on(self, p: int, host: Host) -> float | None:
        """Give the mean distance that the vcpus on a pnode read at; None where none reads."""
        return mean_from(p, _added(self.flows), host)


def reads_of(instance: Instance, placement: Placement) -> Reads:
    """Work out the accesses of a placement; each figure is one of the terms of ``check``, taken apart."""
    host, where = instance.host, positions(instance, placement)
    loads = core_loads(instance, where)
    on_pnode = [0] * len(host.pnodes)
    for of_pool in loads.values():
        for p, (vcpus, cores) in enumerate(of_pool):
            on_pnode[p] += pairs(vcpus, cores)
    return Reads(
        flows={guest.name: _flows(guest, where[guest.name]) for guest in instance.guests},
        beside={guest.name: _beside(guest, where, loads[host.effective_pool(guest.pool)]) for guest in instance.guests},
        pairs=tuple(on_pnode),
    )


def mean_from(p: int, flows: Flows, host: Host) -> float | None:
    """Give the mean distance at which the vcpus on a pnode read; None where none reads."""
    of = {q: flow for (source, q), flow in flows.items() if source == p and flow}
    return sum(flow * host.distances[p][q] for q, flow in of.items()) / sum(of.values()) if of else None


def reads_away(p: int, flows: Flows) -> bool:
    """Whether vcpus on a pnode read memory of another one."""
    return any(flow and source == p != q for (source, q), flow in flows.items())


def away_permille(flows: Flows) -> int:
    """Give the part of accesses that go to another pnode, in thousandths."""
    every = sum(flows.values())
    return round(1000 * sum(flow for (p, q), flow in flows.items() if p != q) / every) if every else 0


def by_distance(flows: Flows, host: Host) -> str:
    """Say what part of the accesses goes how far; empty where all go one way."""
    far: dict[int, int] = defaultdict(int)
    for (p, q), flow in flows.items():
        far[host.distances[p][q]] += flow
    every = sum(far.values())
    said = [f"{100 * flow / every:.0f} % at {distance}" for distance, flow in sorted(far.items()) if flow]
    return ", ".join(said) if len(said) > 1 or away_permille(flows) else ""


def links(flows: Flows, host: Host) -> list[list[object]]:
    """
    Give the links between the pnodes of a guest.

    Returns
    -------
    list of list
        Of each pair of pnodes their positions, the part of all accesses that goes between them in thousandths, and the
        distance, in words where that is another one in each direction.
    """
    every = sum(flows.values())
    both: dict[tuple[int, int], int] = defaultdict(int)
    for (p, q), flow in flows.items():
        if p != q and flow:
            both[min(p, q), max(p, q)] += flow
    return [[p, q, round(1000 * flow / every), _both_ways(host, p, q)] for (p, q), flow in sorted(both.items())]


def _both_ways(host: Host, p: int, q: int) -> str:
    there, back = host.distances[p][q], host.distances[q][p]
    return f"{there}" if there == back else f"{there} and back {back}"


def _added(flows: Mapping[str, Flows]) -> Flows:
    total: dict[tuple[int, int], int] = defaultdict(int)
    for of in flows.values():
        for ends, flow in of.items():
            total[ends] += flow
    return total


def _flows(guest: Guest, sites: Sites) -> Flows:
    found: dict[tuple[int, int], int] = defaultdict(int)
    for p, row in zip(sites, traffic(guest), strict=True):
        for q, flow in zip(sites, row, strict=True):
            if p is not None and q is not None and flow:
                found[p, q] += flow
    return dict(found)


def _beside(guest: Guest, where: Positions, loads: list[tuple[int, int]]) -> float | None:
    """Sum 2 x pairs / vcpus over the shared vcpus of a guest, for one of them."""
    count, others = 0, 0.0
    for vnode, p in zip(guest.vnodes, where[guest.name], strict=True):
        own = len(guest.online.intersection(vnode.vcpus) - guest.dedicated)
        if p is None or not own:
            continue
        vcpus, cores = loads[p]
        others += own * 2 * pairs(vcpus, cores) / vcpus
        count += own
    return others / count if count else None
