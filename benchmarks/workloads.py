"""What the contestants place: shipped hosts, shapes of guests, loads and orders of arrival, from fixed seeds."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from itertools import cycle, product
from pathlib import Path
from statistics import fmean

import numpy as np
from msgspec.structs import replace

from placer.instance import Domain, Guest, Host, Instance, Vnode
from placer.read.instance_json import read_instance

FOLDER = Path(__file__).resolve().parent.parent / "instances"
HOSTS = (
    "xeon-2s",
    "kunpeng-uneven",
    "power9-sparse",
    "granite-rapids",
    "epyc-8n",
    "opteron-8n",
    "hygon-memoryless",
    "hpe-16n-hana",
)
VECTORS = tuple(f"rfc-{letter}" for letter in "abcdefghi")
LOADS = {"empty": 0.0, "fragmented": 0.4, "50%": 0.5, "70%": 0.7, "85%": 0.85, "95%": 0.95}
"""Mean share of each pnode's memory and pcpus that is in use already."""
SHAPES = {
    "quarter": ((0.25, 0.25),),
    "two": ((0.45, 0.5), (0.45, 0.5)),
    "uneven": ((0.7, 0.5), (0.35, 0.25), (0.2, 0.25)),
    "four": ((0.3, 0.5),) * 4,
}
"""Of each vnode, its memory and vcpus in parts of what a pnode has free in the mean."""
MIXED = ("quarter", "uneven", "two")
"""The shapes of a batch, in turn."""
FILL = 0.75
"""Share of the free memory that a batch asks for."""
MOST_GUESTS = 8
"""Guests of a batch at most."""


@dataclass(frozen=True, kw_only=True, order=True)
class Workload:
    """
    One thing to place.

    Parameters
    ----------
    host
        Name of a shipped instance, whose host it is.
    shape
        One of :data:`SHAPES`, ``mixed``, or ``vector`` for the shipped guests as they are.
    load
        One of :data:`LOADS`, or ``as given``.
    arrival
        ``one`` guest; a ``storm``, in order and each without knowledge of the next; a ``batch`` known ahead.
    seed
        Of the load and of the contestants that draw numbers.
    """

    host: str
    shape: str
    load: str
    arrival: str
    seed: int

    def key(self) -> tuple[str, ...]:
        """Its fields as words."""
        return tuple(map(str, astuple(self)))

    def instance(self) -> Instance:
        """Build what is to be placed."""
        given = read_instance(FOLDER / f"{self.host}.json")
        if self.shape == "vector":
            return given
        host = loaded(given.host, self.load, self.seed)
        return Instance(host=host, guests=guests(host, self.shape, alone=self.arrival == "one"))


def vectors() -> list[Workload]:
    """List the RFC's own."""
    return [Workload(host=name, shape="vector", load="as given", arrival="one", seed=0) for name in VECTORS]


def quick() -> list[Workload]:
    """List a set small enough for every change."""
    return [
        *vectors(),
        *combined(("xeon-2s", "kunpeng-uneven", "epyc-8n", "opteron-8n"), ("empty", "fragmented", "85%"), (1,)),
    ]


def full() -> list[Workload]:
    """List all."""
    return [*vectors(), *combined(HOSTS, tuple(LOADS), (1, 2, 3))]


def combined(hosts: tuple[str, ...], loads: tuple[str, ...], seeds: tuple[int, ...]) -> list[Workload]:
    """Combine hosts, loads and seeds with single guests of two shapes and with mixed batches in both arrivals."""
    kinds = (("uneven", "one"), ("four", "one"), ("mixed", "storm"), ("mixed", "batch"))
    return [
        Workload(host=host, shape=shape, load=load, arrival=arrival, seed=seed)
        for host, load, seed, (shape, arrival) in product(hosts, loads, seeds, kinds)
    ]


def loaded(host: Host, load: str, seed: int) -> Host:
    """
    Take memory and pcpus from every pnode, unevenly.

    The share in use is uniform between the bounds that have the load in their middle: 0 and 0.8 for ``fragmented``,
    a third of what the load leaves on either side for the others. Its vcpus run bound to their pnode.
    """
    mean = LOADS[load]
    if not mean:
        return replace(host, domains=())
    numbers = np.random.default_rng(seed)
    reach = mean if load == "fragmented" else (1 - mean) / 1.5
    pnodes, affinity = [], []
    for pnode, part in zip(host.pnodes, numbers.uniform(mean - reach, mean + reach, len(host.pnodes)), strict=True):
        pnodes.append(replace(pnode, memory_kib=round(pnode.memory_kib * (1 - part)) // 1024 * 1024))
        affinity += [pnode.pcpus] * round(len(pnode.pcpus) * part)
    running = (Domain(name="running", affinity=tuple(affinity)),) if affinity else ()
    return replace(host, pnodes=tuple(pnodes), domains=running)


def guests(host: Host, shape: str, *, alone: bool) -> tuple[Guest, ...]:
    """Cut guests to the host's measure: one, or as many as ask for three quarters of what is free."""
    free = [pnode.memory_kib for pnode in host.pnodes if pnode.memory_kib and pnode.pcpus]
    running = sum(len(domain.affinity) for domain in host.domains)
    idle = (sum(len(pnode.pcpus) for pnode in host.pnodes) - running) / len(free)
    made: list[Guest] = []
    asked = 0
    for name in cycle(MIXED if shape == "mixed" else (shape,)):
        guest = _guest(f"{name}-{len(made)}", SHAPES[name], fmean(free), idle)
        asked += guest.memory_kib
        if made and (asked > FILL * sum(free) or len(made) == MOST_GUESTS or alone):
            return tuple(made)
        made.append(guest)
    return tuple(made)


def _guest(name: str, shape: tuple[tuple[float, float], ...], free_kib: float, idle: float) -> Guest:
    vnodes, first = [], 0
    for memory, cpus in shape:
        width = max(1, round(cpus * idle))
        size = max(1, round(memory * free_kib / 1024)) * 1024
        vnodes.append(Vnode(memory_kib=size, vcpus=tuple(range(first, first + width))))
        first += width
    return Guest(name=name, vnodes=tuple(vnodes))
