"""The workloads of the benchmark: hosts, shapes of guests, loads and orders of arrival, from fixed seeds."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks import huawei_hosts
from benchmarks.hosts import CORPUS, FOLDER, LOADS, SHIPPED, corpus, host, loaded
from benchmarks.shapes import GIB, MIB, SET, cut, guest, real
from placer.formats.native.instance_json import read_instance
from placer.instance import Host, Instance
from placer.solving.vnode_counts import settle

VECTORS = tuple(f"rfc-{letter}" for letter in "abcdefghi")
KINDS = (("uneven", "one"), ("four", "one"), ("mixed", "storm"), ("mixed", "batch"))
"""Shapes cut to the host's measure, and how they arrive."""
SET_KINDS = ((SET, "one"), (SET, "storm"), (SET, "batch"))
REAL_KINDS = (("real", "one"), ("real", "storm"), ("real", "batch"))
GQAP, FLEET = "gqap", "fleet"
SIZES = (2, 4, 6, 8, 10, 12, 16, 32, 64)
"""Vnodes and pnodes of the scaling series; a guest of four on larger hosts, and guests of any size on the largest."""
TIGHT = (0.6, 0.95)
"""Of what is free on the pnode that it would just fit, the least and the most that a vnode of those series asks for."""
VCPU_KIB = 4 * GIB
"""Memory for each vcpu of those guests."""


@dataclass(frozen=True, kw_only=True, order=True)
class Workload:
    """
    A host and guests to place on it.

    Parameters
    ----------
    host
        Name of a host, see :mod:`benchmarks.hosts`; of a shipped instance for a vector; of a file for ``gqap``.
    shape
        One of :data:`benchmarks.shapes.PARTS`, ``mixed``, ``set`` for guests without NUMA, ``real``, ``vector`` for the
        shipped guests as they are, ``tight-N`` for one guest of N vnodes that just fits, ``gqap``, or ``fleet`` for
        requests of a cloud.
    load
        One of :data:`LOADS`, or ``as given``.
    arrival
        ``one`` guest; a ``storm``, in order and each without knowledge of the next; a ``batch`` known ahead.
    seed
        Seed of the load and of the contestants that draw random numbers.
    """

    host: str
    shape: str
    load: str
    arrival: str
    seed: int

    def key(self) -> tuple[str, ...]:
        """Give the fields of the workload as words."""
        return tuple(map(str, astuple(self)))

    def instance(self) -> Instance:
        """Build the instance."""
        if self.shape == "vector":
            return read_instance(FOLDER / f"{self.host}.json")
        if self.shape == FLEET:
            return huawei_hosts.instance(corpus() or Path(), int(self.host.removeprefix("fleet/")))
        filled = loaded(host(self.host), self.load, self.seed)
        alone = self.arrival == "one"
        if self.shape.startswith("tight-"):
            return tight(filled, int(self.shape.removeprefix("tight-")), self.seed)
        if self.shape == "real":
            return Instance(host=filled, guests=real(filled, self.seed, alone=alone))
        guests = cut(filled, self.shape, alone=alone)
        return Instance(host=filled, guests=tuple(settle(guest, filled, None)[0] for guest in guests))


def vectors() -> list[Workload]:
    """List the vectors of the patches of 2013."""
    return [Workload(host=name, shape="vector", load="as given", arrival="one", seed=0) for name in VECTORS]


def quick() -> list[Workload]:
    """List a set that is small enough to run on every change."""
    hosts = ("xeon-2s", "kunpeng-uneven", "epyc-8n", "opteron-8n")
    return [*vectors(), *combined(hosts, ("empty", "fragmented", "85%"), (1,), KINDS)]


def full() -> list[Workload]:
    """List all workloads; those with hosts of the corpus only if the corpus is on this machine."""
    found = [*vectors(), *scaling(), *combined(SHIPPED, tuple(LOADS), (1,), SET_KINDS)]
    for hosts, seeds in ((SHIPPED[:-1], (1, 2)), (SHIPPED[-1:], (1,))):
        found += combined(hosts, tuple(LOADS), seeds, (*KINDS, *REAL_KINDS))
    if corpus() is not None:
        found += combined(tuple(CORPUS), ("fragmented", "85%"), (1,), (*KINDS[2:], *REAL_KINDS, *SET_KINDS))
        found += [*gqap(), *of_fleet()]
    return found


def scaling() -> list[Workload]:
    """List the scaling series of one guest each: as many vnodes as pnodes, four vnodes, and 64 pnodes."""
    sizes = {(n, n) for n in SIZES} | {(4, m) for m in (8, 16, 32)} | {(n, 64) for n in (2, 4, 8, 16, 32)}
    return [
        Workload(host=f"tree-{m}", shape=f"tight-{n}", load="fragmented", arrival="one", seed=1)
        for n, m in sorted(sizes)
    ]


def gqap() -> list[Workload]:
    """List the published sets of quadratic assignments."""
    folder = corpus()
    names = [] if folder is None else sorted(p.name for p in (folder / GQAP).glob("[0-9]*"))
    return [Workload(host=name, shape=GQAP, load="as given", arrival="batch", seed=0) for name in names]


def of_fleet() -> list[Workload]:
    """List hosts of a cloud with requests of that cloud."""
    folder = corpus()
    return [
        Workload(host=f"fleet/{number}", shape=FLEET, load="as given", arrival=arrival, seed=0)
        for number, arrival in product([] if folder is None else huawei_hosts.numbers(folder), ("batch", "storm"))
    ]


def combined(
    hosts: tuple[str, ...], loads: tuple[str, ...], seeds: tuple[int, ...], kinds: tuple[tuple[str, str], ...]
) -> list[Workload]:
    """Combine hosts, loads, seeds and kinds; an empty host with fixed guests needs only the first seed."""
    return [
        Workload(host=host, shape=shape, load=load, arrival=arrival, seed=seed)
        for host, load, seed, (shape, arrival) in product(hosts, loads, seeds, kinds)
        if load != "empty" or seed == seeds[0] or (shape == "real" and arrival != "one")
    ]


def tight(host: Host, count: int, seed: int) -> Instance:
    """Make a guest of N vnodes in random order, of which each just fits one of the N emptiest pnodes."""
    numbers = np.random.default_rng(seed)
    emptiest = sorted(host.pnodes, key=lambda pnode: (-pnode.memory_kib, pnode.id))[:count]
    parts = numbers.uniform(*TIGHT, count)
    kib = [int(p.memory_kib * part) // MIB * MIB for p, part in zip(emptiest, parts.tolist(), strict=True)]
    sizes = [(kib[i], max(1, round(kib[i] / VCPU_KIB))) for i in numbers.permutation(count).tolist()]
    return Instance(host=host, guests=(guest("one", sizes),))
