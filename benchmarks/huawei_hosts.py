"""
Hosts and guests of a cloud: "Dataset for Topology-Aware VM Placement" of Huawei Cloud (mdl1104 on GitHub, CC0).

The data states for each host the free cpus and GiB of its two nodes, and for each request cpus, GiB and one or two
nodes. It is read from the folder ``fleet`` of the corpus.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from benchmarks.shapes import FILL, GIB, MOST_REAL_GUESTS, guest
from placer.instance import Guest, Host, Instance, Pnode

EVERY = 40
"""Every fortieth host is taken, so that the runs take minutes. Chosen, not tuned."""
STEP = 37
"""Distance between the first requests of two neighbouring hosts of the file. Chosen, not tuned."""


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """Read a file."""
    with (folder / "fleet" / name).open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@cache
def numbers(folder: Path) -> list[int]:
    """List the positions of the chosen hosts, which have free memory and cpus on both nodes."""
    hosts = rows(folder, "PM_res.csv")
    return [i for i in range(0, len(hosts), EVERY) if all(int(value) for value in hosts[i].values())]


def instance(folder: Path, number: int) -> Instance:
    """Give a host with consecutive requests for three quarters of its memory; each host starts at another request."""
    row = rows(folder, "PM_res.csv")[number]
    first, pnodes = 0, []
    for node in (1, 2):
        width = int(row[f"CPU{node}"])
        pcpus = tuple(range(first, first + width))
        pnodes.append(Pnode(id=node - 1, memory_kib=int(row[f"RAM{node}"]) * GIB, pcpus=pcpus))
        first += width
    host = Host(name=f"fleet/{number}", pnodes=tuple(pnodes))
    return Instance(host=host, guests=requests(rows(folder, "VM_data_C1.csv"), host, STEP * number))


def requests(asked: list[dict[str, str]], host: Host, start: int) -> tuple[Guest, ...]:
    """Take requests as long as a quarter of the memory stays free, skipping larger ones; the first is always taken."""
    left_kib = FILL * sum(pnode.memory_kib for pnode in host.pnodes)
    made: list[Guest] = []
    for i in range(len(asked)):
        row = asked[(start + i) % len(asked)]
        count, vcpus, memory_kib = int(row["numa"]), int(row["flavor_vcpus"]), int(row["flavor_ram"]) * GIB
        if not made or memory_kib <= left_kib:
            made.append(guest(f"request-{i}", [(memory_kib // count, vcpus // count)] * count))
            left_kib -= memory_kib
        if len(made) == MOST_REAL_GUESTS:
            break
    return tuple(made)
