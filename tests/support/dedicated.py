"""Hosts with SMT siblings, and guests whose vcpus are dedicated."""

from __future__ import annotations

from typing import Any

from placer.instance import Guest, Host, Pnode
from tests.support.building import GIB, a_guest


def smt_host(*memory_gib: int, cores: int = 4, **more: Any) -> Host:
    """Pnode p has pcpus from 2 * cores * p on; pcpu i and i + cores are siblings."""
    pnodes = []
    for p, gib in enumerate(memory_gib):
        first = 2 * cores * p
        core_groups = tuple((first + i, first + i + cores) for i in range(cores))
        pcpus = tuple(range(first, first + 2 * cores))
        pnodes.append(Pnode(id=p, memory_kib=gib * GIB, pcpus=pcpus, cores=core_groups))
    return Host(pnodes=tuple(pnodes), **more)


def owning(*vcpus: int, name: str = "rt", policy: str = "prefer", **more: Any) -> Guest:
    """A guest with vnodes of 1 GiB whose every vcpu is dedicated."""
    return a_guest(*(GIB,) * len(vcpus), vcpus=vcpus, name=name, cpu_policy="dedicated", thread_policy=policy, **more)
