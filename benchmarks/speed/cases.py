"""Cases of the speed table: hosts with guests drawn from a seed, and files of the corpus."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from benchmarks.gqap import read_problem, read_qaplib
from benchmarks.hosts import FOLDER, loaded
from benchmarks.speed.hosts import GIB, crowded, fragmented, gb200, hierarchical, mesh, one_guest, single
from benchmarks.speed.mixed import large_tree, mixed, with_flexible
from benchmarks.speed.run import Make
from benchmarks.speed.traffic import talking
from placer.formats.native.instance_json import read_instance
from placer.instance import Host, Instance


def shipped(name: str) -> Host:
    """Give the host of an example instance without its running guests."""
    return replace(read_instance(FOLDER / f"{name}.json").host, domains=())


def singles(name: str, seed: int) -> dict[str, Make]:
    """Give a guest of each size, equal and unequal, on an empty and on a fragmented host."""

    def make(load: str, count: int, equal: bool) -> Instance:
        numbers = np.random.default_rng([seed, count, equal])
        return single(loaded(shipped(name), load, seed), count, equal=equal, numbers=numbers)

    return {
        f"{load}, {count} {'equal' if equal else 'unequal'}": partial(make, load, count, equal)
        for load in ("empty", "fragmented")
        for count in range(2, 9)
        for equal in (True, False)
    }


def forty(vcpus_per_core: float, seed: int) -> dict[str, Make]:
    """Give forty guests on eight pnodes."""

    def make() -> Instance:
        numbers = np.random.default_rng(seed)
        return crowded(shipped("forty-guests"), 40, 80, vcpus_per_core=vcpus_per_core, numbers=numbers)

    return {"40 guests": make}


def two_hundred(vcpus_per_core: float, seed: int) -> dict[str, Make]:
    """Give two hundred guests on a tree of 64 pnodes."""

    def make() -> Instance:
        numbers = np.random.default_rng(seed)
        return crowded(hierarchical(64, cores=16), 200, 420, vcpus_per_core=vcpus_per_core, numbers=numbers)

    return {"200 guests": make}


def equal(seed: int) -> dict[str, Make]:
    """Give equal vnodes on trees."""

    def make(count: int) -> Instance:
        host = fragmented(hierarchical(2 * count), np.random.default_rng(seed))
        return one_guest(host, [24 * GIB] * count, [4] * count)

    return {f"{count} on {2 * count}": partial(make, count) for count in (16, 32)}


def unequal(host: Host, count: int, numbers: np.random.Generator, *, traffic: bool) -> Instance:
    """Give a guest whose vnodes differ in memory and vcpus."""
    usable = [pnode.memory_kib for pnode in host.pnodes if pnode.memory_kib]
    sizes = [round(part * sum(usable) / len(usable)) // 1024 * 1024 for part in numbers.uniform(0.2, 0.6, count)]
    widths = numbers.integers(1, 9, count).tolist()
    return one_guest(host, sizes, widths, numbers.integers(0, 10, (count, count)).tolist() if traffic else None)


def own_traffic(seed: int) -> dict[str, Make]:
    """Give the case of dense traffic, with vnodes whose traffic with themselves is as random as all other."""

    def make() -> Instance:
        numbers = np.random.default_rng(seed)
        return unequal(fragmented(hierarchical(64), numbers), 32, numbers, traffic=True)

    return {"32 on 64": make}


def unequal_on_phytium(seed: int) -> dict[str, Make]:
    """Give the case of 16 vnodes on 16 pnodes whose distances do not nest."""
    return {"16 on 16": lambda: unequal(shipped("phytium-16n"), 16, np.random.default_rng(seed), traffic=False)}


def unequal_on_gb200(seed: int) -> dict[str, Make]:
    """Give the case of a host with pnodes of memory alone."""

    def make() -> Instance:
        numbers = np.random.default_rng(seed)
        sizes = (numbers.integers(28, 113, 12) * GIB).tolist()
        return one_guest(gb200(), sizes, [int(w) * (v % 3 < 2) for v, w in enumerate(numbers.integers(1, 9, 12))])

    return {"12 on 34": make}


def equal_on_mesh(seed: int) -> dict[str, Make]:
    """Give equal vnodes on a mesh."""

    def make() -> Instance:
        return one_guest(fragmented(mesh(8), np.random.default_rng(seed)), [24 * GIB] * 16, [4] * 16)

    return {"16 on 8 x 8": make}


def corpus(name: str) -> Path | None:
    """Find a file or folder of the corpus, if PLACER_CORPUS is set."""
    folder = os.environ.get("PLACER_CORPUS")
    return Path(folder) / name if folder else None


def gqap(pattern: str, _seed: int) -> dict[str, Make]:
    """Give the generalized problems of the corpus whose file names match."""
    folder = corpus("gqap")
    return {path.name: partial(read_problem, path) for path in sorted(folder.glob(pattern))} if folder else {}


def with_traffic(shape: str, counts: tuple[int, ...], seed: int) -> dict[str, Make]:
    """Give one shape of traffic for guests of these sizes."""
    return {f"{shape}, {count} vnodes": partial(talking, shape, count, seed) for count in counts}


def in_shapes(shapes: tuple[str, ...], count: int, seed: int) -> dict[str, Make]:
    """Give these shapes of traffic for a guest of one size."""
    return {shape: partial(talking, shape, count, seed) for shape in shapes}


def shapes_on_shipped_hosts(seed: int) -> dict[str, Make]:
    """Give rings and a stencil on hosts that ship with placer."""
    asked = (("ring", 24, "epyc-8n"), ("stencil", 24, "epyc-8n"), ("ring", 16, "opteron-8n"))
    return {
        f"{shape} of {count} on {name}": partial(lambda s, c, n: talking(s, c, seed, shipped(n)), shape, count, name)
        for shape, count, name in asked
    }


def forty_mixed(seed: int) -> dict[str, Make]:
    """Give forty guests with dedicated vcpus, rules and devices."""
    return {"40 guests": lambda: mixed(shipped("forty-guests"), 40, 80, seed)}


def hundred_mixed(seed: int) -> dict[str, Make]:
    """Give a hundred of them on 16 pnodes."""
    return {"100 guests": lambda: mixed(large_tree(), 100, 180, seed)}


def some_flexible(seed: int) -> dict[str, Make]:
    """Give forty of them, ten with a number of vnodes to choose."""

    def make() -> Instance:
        return with_flexible(mixed(shipped("forty-guests"), 40, 80, seed), np.random.default_rng(seed))

    return {"40 guests, 10 of them flexible": make}


def thousand(seed: int) -> dict[str, Make]:
    """Give a thousand guests on 128 pnodes."""

    def make() -> Instance:
        numbers = np.random.default_rng(seed)
        return crowded(hierarchical(128, cores=16), 1000, 1857, vcpus_per_core=0.8, numbers=numbers)

    return {"1,000 guests": make}


def one_after_the_other(name: str, count: int, seed: int) -> dict[str, Make]:
    """Give lists of guests for one process, all of one number of vnodes, each alone on a host of another load."""

    def make(vnodes: int) -> list[Instance]:
        numbers, empty = np.random.default_rng([seed, vnodes]), shipped(name)
        hosts = [loaded(empty, "fragmented", 100 * seed + i) for i in range(20)]
        return [single(hosts[i % 20], vnodes, equal=i % 2 == 0, numbers=numbers) for i in range(count)]

    return {f"{count} guests of {vnodes} vnodes": partial(make, vnodes) for vnodes in (2, 4)}


def qaplib(names: tuple[str, ...], _seed: int) -> dict[str, Make]:
    """Give these instances of QAPLIB, or all of the corpus."""
    folder = corpus("qaplib")
    found = sorted(folder.glob("*.dat")) if folder else []
    return {path.name: partial(read_qaplib, path) for path in found if not names or path.stem in names}
