"""Random hosts with running guests, small enough for an oracle or of the size of a server."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from random import Random

from msgspec.structs import replace

from placer.instance import Guest, Host, Instance, Placement, Pnode, Rule, Vnode
from placer.rebalance.running import Kind, Resident, RunningHost

GIB = 1 << 20


def small_host(seed: int) -> RunningHost:
    """Give a host of 2 or 3 pnodes of 8 GiB with up to 5 guests of whole GiB, some of them on two pnodes or stuck."""
    random = Random(seed)
    pnodes = random.choice((2, 3, 3))
    free = [8] * pnodes
    guests, residents = [], []
    where: dict[str, tuple[int | None, ...]] = {}
    for i in range(random.randint(2, 5)):
        size, vcpus = random.randint(1, 5), random.randint(1, 4)
        order = random.sample(range(pnodes), pnodes)
        split = random.random() < 0.2 and size > 1 and vcpus > 1
        parts = [(p, size) for p in order if free[p] >= size][:1]
        if split or not parts:
            first, second = order[:2]
            half = (size + 1) // 2
            parts = (
                [(first, half), (second, size - half)] if free[first] >= half and free[second] >= size - half else []
            )
        if not parts or not all(kib for _, kib in parts):
            continue
        for p, gib in parts:
            free[p] -= gib
        name = f"g{i}"
        cut = [range(0, vcpus)] if len(parts) == 1 else [range(0, (vcpus + 1) // 2), range((vcpus + 1) // 2, vcpus)]
        vnodes = [Vnode(memory_kib=gib * GIB, vcpus=each) for (_, gib), each in zip(parts, cut, strict=True)]
        guests.append(Guest(name=name, vnodes=vnodes))
        where[name] = tuple(p for p, _ in parts)
        kinds: tuple[Kind, ...] = () if random.random() < 0.15 else ("migrate", "save")
        residents.append(
            Resident(name=name, memory_kib=size * GIB, kinds=kinds, stuck="" if kinds else "it has devices")
        )
    slit = [[10 if p == q else random.choice((16, 20)) for q in range(pnodes)] for p in range(pnodes)]
    host = Host(
        pnodes=[
            Pnode(
                id=p,
                memory_kib=8 * GIB,
                pcpus=range(4 * p, 4 * p + 4),
                cores=[(4 * p, 4 * p + 1), (4 * p + 2, 4 * p + 3)],
            )
            for p in range(pnodes)
        ],
        slit=slit,
        claimed_kib=random.choice((0, 0, 2 * GIB)) if sum(free) > 2 else 0,
    )
    return RunningHost(
        instance=Instance(host=host, guests=guests), placement=Placement(pnode_of=where), residents=tuple(residents)
    )


def host_of(
    rooms: list[int],
    guests: Mapping[str, tuple[int | tuple[int, ...], int | tuple[int, ...]]],
    *,
    vcpus: int = 1,
    claimed: int = 0,
    **facts: Mapping[str, object],
) -> RunningHost:
    """
    Give a host of so many GiB on each pnode, with 4 pcpus each.

    Parameters
    ----------
    guests
        Name -> GiB and pnode of each vnode; several vnodes without vnuma are memory that lies on several pnodes.
    vcpus
        Vcpus of each vnode.
    claimed
        GiB that are claimed.
    facts
        Fields of the residents: field -> name -> value.
    """
    made, residents = [], []
    where: dict[str, tuple[int | None, ...]] = {}
    for name, (sizes, pnodes) in guests.items():
        gib = sizes if isinstance(sizes, tuple) else (sizes,)
        where[name] = pnodes if isinstance(pnodes, tuple) else (pnodes,)
        vnodes = [Vnode(memory_kib=g * GIB, vcpus=range(v * vcpus, (v + 1) * vcpus)) for v, g in enumerate(gib)]
        made.append(Guest(name=name, vnodes=vnodes))
        own = {field: values[name] for field, values in facts.items() if name in values}
        residents.append(Resident(name=name, memory_kib=sum(gib) * GIB, **own))  # type: ignore[arg-type]
    pnodes_of_host = [Pnode(id=p, memory_kib=g * GIB, pcpus=range(4 * p, 4 * p + 4)) for p, g in enumerate(rooms)]
    host = Host(pnodes=pnodes_of_host, claimed_kib=claimed * GIB)
    return RunningHost(
        instance=Instance(host=host, guests=made), placement=Placement(pnode_of=where), residents=tuple(residents)
    )


def ruled(
    running: RunningHost,
    *,
    rules: Iterable[Rule] | None = None,
    guests: Iterable[Guest] | None = None,
    pnodes: Iterable[Pnode] | None = None,
) -> RunningHost:
    """Give the host with other rules, guests or pnodes; residents follow the guests."""
    instance = running.instance
    made = replace(
        instance,
        host=instance.host if pnodes is None else replace(instance.host, pnodes=tuple(pnodes)),
        guests=instance.guests if guests is None else tuple(guests),
        rules=instance.rules if rules is None else tuple(rules),
    )
    known = {resident.name: resident for resident in running.residents}
    residents = tuple(known.get(g.name, Resident(name=g.name, memory_kib=g.memory_kib)) for g in made.guests)
    where = {g.name: running.placement.pnode_of.get(g.name, (0,) * len(g.vnodes))[: len(g.vnodes)] for g in made.guests}
    return RunningHost(instance=made, placement=Placement(pnode_of=where), residents=residents)


def with_others(running: RunningHost, others: dict[str, dict[int, int]]) -> RunningHost:
    """Give the host with domains that never move."""
    return dataclasses.replace(running, others=others)
