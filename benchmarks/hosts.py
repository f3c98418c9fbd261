"""The hosts of the benchmark by name: hosts of example instances, of the corpus, and trees of any size."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from benchmarks.speed.hosts import hierarchical
from placer.formats.hosts import read_host
from placer.formats.native.instance_json import read_instance
from placer.instance import Domain, Host

FOLDER = Path(__file__).resolve().parent.parent / "instances"
SHIPPED = (
    *("xeon-2s", "kunpeng-uneven", "power9-sparse", "granite-rapids", "epyc-8n", "opteron-8n", "hygon-memoryless"),
    *("forty-guests", "hpe-16n-hana"),
)
"""Instances whose hosts are real, or at least their distances; see instances/README.md for each."""
CORPUS = {
    "corpus/xeon-cod-4n": "hwloc-xml/hwloc-tests-v2.14-28intel64-2p2g7c-CoDgroups.v1.xml",
    "corpus/xeon-4s": "hwloc-xml/nri-4-socket-server-nosnc.xml",
    "corpus/kunpeng-4n": "hwloc-xml/linux-128arm-2pa2n8cluster4co.xml",
    "corpus/power8-4n": "libvirt-capabilities/caps_libvirt_ibm_S822L_le.out",
    "corpus/xeon-snc-pmem": "hwloc-xml/nri-server-2s-6n-pmem.xml",
    "corpus/irregular-8n": "hwloc-xml/hwloc-tests-v2.14-64intel64-3g2n+2n-irregulargroups+pci+disallowed.xml",
    "corpus/altix-17n": "hwloc-xml/linux-128ia64-17n4s2c.xml",
    "corpus/novascale-24n": "hwloc-xml/hwloc-tests-v2.14-192em64t-24n8c2t.xml",
}
"""Real topologies in the folder ``hosts`` of the corpus, where PLACER_CORPUS says where it lies."""
LOADS = {"empty": 0.0, "fragmented": 0.4, "50%": 0.5, "70%": 0.7, "85%": 0.85, "95%": 0.95}
"""Mean share of each pnode's memory and pcpus that is in use."""


def corpus() -> Path | None:
    """Give the folder of the corpus; None if PLACER_CORPUS is not set."""
    folder = os.environ.get("PLACER_CORPUS")
    return Path(folder) if folder else None


@cache
def host(name: str) -> Host:
    """Read or make a host."""
    folder = corpus()
    if name.startswith("tree-"):
        return hierarchical(int(name.removeprefix("tree-")))
    if name in CORPUS and folder is not None:
        return read_host(str(folder / "hosts" / CORPUS[name])).host
    return read_instance(FOLDER / f"{name}.json").host


def loaded(host: Host, load: str, seed: int) -> Host:
    """
    Take memory and pcpus from every pnode, unevenly.

    The share in use is drawn uniformly from an interval around the load: 0 to 0.8 for ``fragmented``, else a third of
    the remaining share to either side. The running vcpus are bound to their pnode.
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
