"""For every hard rule a small placement that breaks it alone, for every term one that costs what a hand works out."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from placer.instance import (
    Cpupool,
    Device,
    Flexible,
    Guest,
    Host,
    HugePages,
    Instance,
    Objective,
    Placement,
    Pnode,
    Rule,
    Vnode,
)
from placer.instance.future import FutureCapacity
from tests.support.building import GIB, a_guest, a_host

Pnodes = tuple[int | None, ...]
Pcpus = tuple[int | None, ...]


@dataclass(frozen=True)
class Breach:
    """An instance, a placement of it that breaks one rule alone, and one that keeps every rule, maybe in part."""

    instance: Instance
    broken: Placement
    kept: Placement
    allow_unplaced: bool = False


@dataclass(frozen=True)
class Bill:
    """An instance, a placement of it, what one term costs there, and the placement that was to be kept."""

    instance: Instance
    placement: Placement
    cost: int
    keep: Placement | None = None


def breach(host: Host, guest: Guest, broken: Pnodes, kept: Pnodes) -> Breach:
    """One guest that breaks a rule by its pnodes."""
    instance = Instance(host=host, guests=(guest,))
    return Breach(instance, Placement(pnode_of={"db": broken}), Placement(pnode_of={"db": kept}))


def between(rule: Rule, broken: tuple[int, int], kept: tuple[int, int]) -> Breach:
    """Two guests that break a rule between them."""
    instance = Instance(host=TWO, guests=(a_guest(GIB), a_guest(GIB, name="web")), rules=(rule,))
    placements = [Placement(pnode_of={"db": (db,), "web": (web,)}) for db, web in (broken, kept)]
    return Breach(instance, placements[0], placements[1])


def owning(policy: str, cores: tuple[tuple[int, ...], ...], broken: Pcpus, kept: Pcpus) -> Breach:
    """Two dedicated vcpus that can have their pcpus on pnode 1, but not on pnode 0 with the first of the cores."""
    first, *rest = cores
    pnodes = (
        Pnode(id=0, memory_kib=4 * GIB, pcpus=first, cores=(first,)),
        Pnode(id=1, memory_kib=4 * GIB, pcpus=tuple(pcpu for core in rest for pcpu in core), cores=tuple(rest)),
    )
    guest = a_guest(GIB, vcpus=(2,), cpu_policy="dedicated", thread_policy=policy)
    return Breach(
        Instance(host=Host(pnodes=pnodes), guests=(guest,)),
        Placement(pnode_of={"db": (0,)}, pcpu_of={"db": broken}),
        Placement(pnode_of={"db": (1,)}, pcpu_of={"db": kept}),
    )


def bill(guest: Guest, pnodes: Pnodes, cost: int, keep: Pnodes | None = None, host: Host | None = None) -> Bill:
    """One guest and what it costs."""
    instance = Instance(host=host or TWO, guests=(guest,))
    before = None if keep is None else Placement(pnode_of={"db": keep})
    return Bill(instance, Placement(pnode_of={"db": pnodes}), cost, before)


TWO = a_host(4 * GIB, 4 * GIB)
"""Two pnodes of 4 GiB and 4 pcpus, 10 and 20 apart."""
POOLS = (Cpupool(name="Pool-0", pcpus=(0, 1, 2, 3)), Cpupool(name="rt", pcpus=(4, 5, 6, 7)))
NO_PCPUS = Host(pnodes=(Pnode(id=0, memory_kib=GIB), Pnode(id=1, memory_kib=2 * GIB, pcpus=(0, 1))))
DISK = Device(id="0000:01:00.0", pnode=1)

BREACHES = {
    "unplaced": breach(TWO, a_guest(GIB), (None,), (0,)),
    "fixed_pnode": breach(
        TWO, Guest(name="db", vnodes=(Vnode(memory_kib=GIB, vcpus=(0,), pnode=1),)), broken=(0,), kept=(1,)
    ),
    "pnodes": breach(TWO, a_guest(GIB, pnodes=(1,)), (0,), (1,)),
    "memoryless": breach(a_host(0, 4 * GIB), a_guest(GIB), (0,), (1,)),
    "hard_affinity": breach(TWO, a_guest(GIB, hard_affinity=((4,),)), (0,), (1,)),
    "cpupool": breach(replace(TWO, cpupools=POOLS), a_guest(GIB), (1,), (0,)),
    "memory_only": breach(NO_PCPUS, a_guest(GIB, GIB, vcpus=(1, 0)), (1, 0), (1, 1)),
    "unreachable": breach(replace(TWO, slit=((10, 255), (255, 10))), a_guest(GIB, GIB), (0, 1), (0, 0)),
    "one_to_one": breach(TWO, a_guest(GIB, GIB, one_to_one=True), (0, 0), (0, 1)),
    "memory": breach(a_host(GIB, 4 * GIB), a_guest(2 * GIB), (0,), (1,)),
    "claims": Breach(
        Instance(host=replace(TWO, claimed_kib=6 * GIB), guests=(a_guest(2 * GIB), a_guest(GIB, name="web"))),
        Placement(pnode_of={"db": (0,), "web": (1,)}),
        Placement(pnode_of={"db": (0,), "web": (None,)}),
        allow_unplaced=True,
    ),
    "huge_pages": breach(
        replace(
            TWO, pnodes=tuple(replace(p, huge_pages=(HugePages(page_size=GIB, total=p.id + 1),)) for p in TWO.pnodes)
        ),
        a_guest(2 * GIB, page_size=GIB),
        (0,),
        (1,),
    ),
    "overcommit": breach(replace(TWO, overcommit=1.0), a_guest(GIB, GIB, vcpus=(3, 3)), (0, 0), (0, 1)),
    "set_room": breach(
        replace(a_host(2 * GIB, 2 * GIB), low_zone_kib=GIB),
        a_guest(GIB, GIB // 2, form="set", one_to_one=True, type="pv"),
        (0, 1),
        (1, 0),
    ),
    "set_affinity": breach(
        replace(a_host(2 * GIB, 2 * GIB, 2 * GIB), low_zone_kib=0),
        a_guest(GIB, GIB, vcpus=(1, 0), form="set", one_to_one=True, type="pv", hard_affinity=((0, 4),)),
        (0, 2),
        (0, 1),
    ),
    "dedicated": owning("prefer", ((0,), (1, 2)), broken=(0, 0), kept=(1, 2)),
    "thread_policy": owning("isolate", ((0, 1), (2, 3), (4, 5)), broken=(0, 1), kept=(2, 4)),
    "apart": between(Rule(apart=("db", "web")), (0, 0), (0, 1)),
    "together": between(Rule(together=("db", "web")), (0, 1), (1, 1)),
    "exclusive": between(Rule(exclusive="db"), (0, 0), (0, 1)),
}
"""By the name of the rule."""

BILLS = {
    "unplaced_guests": bill(a_guest(GIB), (None,), 1),
    "unplaced": bill(a_guest(GIB), (None,), GIB + 1024),
    "access_distance": bill(a_guest(GIB), (0,), 1000 * 10),
    # five vcpus on four cores are one pair, in which each pays 15
    "core_sharing": bill(a_guest(GIB, vcpus=(5,)), (0,), 2 * 15_000),
    # a GiB less is left, worth 7 less; the GiB before that is worth 2
    "future_capacity": Bill(
        Instance(
            host=TWO,
            guests=(a_guest(GIB),),
            objective=Objective(
                future=FutureCapacity(memory_step_kib=GIB, tables=[[[0], [0], [1], [3], [10]]], table_of=[0, 0])
            ),
        ),
        Placement(pnode_of={"db": (0,)}),
        10 - 3,
    ),
    "vnodes": bill(Guest(name="db", flexible=Flexible(memory_kib=2 * GIB, vcpu_count=2)), (0, 1), 2),
    "device_distance": bill(a_guest(GIB, devices=(DISK.id,)), (0,), 1000 * 20, host=replace(TWO, devices=(DISK,))),
    "soft_affinity": bill(a_guest(GIB, soft_affinity=((4,),)), (0,), 1000),
    "vdistance": bill(a_guest(GIB, GIB, vdistances=((10, 15), (15, 10))), (0, 1), 2 * 1000 * (20 - 15)),
    "device_pnodes": bill(a_guest(GIB, vcpus=(3,)), (1,), 3000, host=replace(TWO, devices=(DISK,))),
    "moved": bill(a_guest(GIB), (0,), 1, keep=(1,)),
    "shape": bill(a_guest(GIB), (0,), 3 * 1024),
}
"""By the name of the term."""
