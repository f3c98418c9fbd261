"""Small random instances with everything that an Instance can say. The same seed gives the same instance."""

from __future__ import annotations

from random import Random
from typing import Any

from msgspec.structs import replace

from placer.instance import (
    Cpupool,
    Device,
    Domain,
    Guest,
    Host,
    HugePages,
    Instance,
    Objective,
    Placement,
    Pnode,
    Rule,
    Vnode,
    VnodeOf,
)
from placer.instance.future import FutureCapacity
from placer.instance.guest import Form
from placer.instance.instance import Shape

GIB = 1024**2
Masks = tuple[tuple[int, ...] | None, ...]


ORDERINGS: tuple[Any, ...] = (
    "distance",
    "cores-first",
    "room-first",
    ({"core_sharing": 2, "access_distance": 3}, {"soft_affinity": 1, "device_distance": 7}),
    ({"shape": 1}, {"access_distance": 1, "vdistance": 2}),
    ({"device_distance": 5, "access_distance": 1, "core_sharing": 1}, {"shape": 1}, {"soft_affinity": 2}),
    ({"access_distance": 1}, {"device_pnodes": 1}, {"shape": 1}, {"core_sharing": 1}),
    ({"access_distance": 1, "device_pnodes": 40}, {"soft_affinity": 1}),
)
"""Tiers by name, and tiers that somebody wrote."""


def random_instance(seed: int) -> Instance:
    """1 to 3 guests with 3 to 5 vnodes in all on 2 to 5 pnodes, two of five impossible to place."""
    random = Random(seed)
    sizes = _sizes(random)
    vnodes = [_vnodes(random, size, unit=random.choice((GIB, GIB, 512 * 1024, 1000))) for size in sizes]
    host = _host(random, sum(vnode.memory_kib for each in vnodes for vnode in each))
    guests = tuple(_guest(random, f"g{i}", each, host) for i, each in enumerate(vnodes))
    shape: Shape = "none" if random.random() < 0.15 else "pack"
    price = random.choice((0, 0.5, 1.25, 3, 40)) if random.random() < 0.25 else None
    if random.random() < 0.3:
        host = replace(host, domains=tuple(_domain(random, f"d{i}", host) for i in range(random.randint(1, 3))))
    rules: tuple[Rule, ...] = ()
    if random.random() < 0.22:
        rules = tuple(_rule(random, guests) for _ in range(random.randint(1, 2)))
    if random.random() < 0.1:
        guests = (replace(guests[0], one_to_one=True), *guests[1:])
    if random.random() < 0.12:
        host = replace(host, overcommit=random.choice((1, 1.5, 2.75, 4)))
    if random.random() < 0.2:
        host = replace(host, cpupools=_cpupools(random, host))
        names = [None, None, *(pool.name for pool in host.cpupools)]
        guests = tuple(replace(guest, pool=random.choice(names)) for guest in guests)
        domains = [replace(domain, pool=random.choice(names)) for domain in host.domains]
        host = replace(host, domains=tuple(domains))
    if random.random() < 0.15:
        guests, host = _owning(random, guests, host)
    objective = Objective(core_sharing_price=price, shape=shape)
    return _with_wishes(Random(seed + 10**6), Instance(host=host, guests=guests, rules=rules, objective=objective))


def with_claims(seed: int, instance: Instance) -> Instance:
    """Claims that leave about as much as all guests need, or as much as some of them do."""
    random = Random(seed)
    needed = sum(guest.memory_kib + guest.overhead_kib for guest in instance.guests)
    unclaimed = int(needed * random.choice((0.4, 0.7, 0.99, 1.02, 1.3))) + random.choice((0, 3, 8))
    free = sum(pnode.memory_kib for pnode in instance.host.pnodes)
    return replace(instance, host=replace(instance.host, claimed_kib=max(0, free - unclaimed)))


def with_huge_pages(seed: int, instance: Instance) -> Instance:
    """Some vnodes in huge pages of two sizes, of which pnodes have some, none, or all of their memory."""
    random = Random(seed)
    sizes, used = (GIB // 4, GIB), set()
    guests = []
    for guest in instance.guests:
        common = random.choice((None, None, *sizes))
        vnodes = []
        for vnode in guest.vnodes:
            own = random.choice(sizes) if random.random() < 0.3 else None
            size = own or common
            used |= {size} - {None}
            kib = vnode.memory_kib if size is None else -(-vnode.memory_kib // size) * size
            vnodes.append(replace(vnode, memory_kib=kib, page_size=own))
        flexible = guest.flexible
        if flexible and common:
            used.add(common)
            flexible = replace(flexible, memory_kib=-(-flexible.memory_kib // common) * common)
        guests.append(replace(guest, vnodes=tuple(vnodes), flexible=flexible, page_size=common))
    pnodes = []
    for i, pnode in enumerate(instance.host.pnodes):
        pools = []
        for size in sizes:
            if i == 0 or random.random() < 0.8:
                total = random.randint(0, 4 + 12 * GIB // size)
                pools.append(HugePages(page_size=size, total=total, free=random.choice((None, total // 2, total))))
        less = random.choice((1, 1, 2, 1000))
        pnodes.append(replace(pnode, memory_kib=pnode.memory_kib // less, huge_pages=tuple(pools)))
    return replace(instance, host=replace(instance.host, pnodes=tuple(pnodes)), guests=tuple(guests))


def with_future(seed: int, instance: Instance) -> Instance:
    """What is left free is worth something by one of two tables, with steps that fit the sizes of vnodes or do not."""
    random = Random(seed)

    def table(rows: int, columns: int) -> tuple[tuple[int, ...], ...]:
        rises = [[random.choice((0, 0, 0, 900, 7_000, 40_000)) for _ in range(columns)] for _ in range(rows)]
        worth = [[0] * (columns + 1) for _ in range(rows + 1)]
        for i in range(rows):
            for j in range(columns):
                worth[i + 1][j + 1] = max(worth[i][j + 1], worth[i + 1][j]) + rises[i][j]
        return tuple(tuple(row[1:]) for row in worth)

    future = FutureCapacity(
        memory_step_kib=random.choice((GIB, GIB // 2, 1000, 700_001)),
        pcpu_step=random.choice((1, 1, 2)),
        tables=[table(random.randint(1, 8), random.choice((1, 1, 4))) for _ in range(2)],
        table_of=[random.randrange(2) for _ in instance.host.pnodes],
    )
    objective = replace(instance.objective, future=future)
    if random.random() < 0.3:
        tiers = ({"access_distance": 1, "core_sharing": 2}, {"future_capacity": 3, "soft_affinity": 1}, {"shape": 1})
        objective = replace(objective, tiers=tiers)
    return replace(instance, objective=objective)


def _with_wishes(random: Random, instance: Instance) -> Instance:
    """Now and then devices, a bandwidth in the place of distances, another shape or another order of the tiers."""
    host, guests, objective = instance.host, instance.guests, instance.objective
    if random.random() < 0.15:
        ids = [pnode.id for pnode in host.pnodes]
        devices = tuple(Device(id=f"0000:0{i}:00.0", pnode=random.choice(ids)) for i in range(random.randint(1, 4)))
        names = [device.id for device in devices]
        host = replace(host, devices=devices)
        guests = tuple(replace(g, devices=tuple(random.sample(names, random.randint(0, len(names))))) for g in guests)
    guests, host = _with_offline_vcpus(Random(repr(instance)), guests, host)
    if random.random() < 0.08:
        host = replace(host, bandwidth=_bandwidth(random, len(host.pnodes)))
    if random.random() < 0.12:
        objective = replace(objective, shape="spread")
    if random.random() < 0.15:
        objective = replace(objective, tiers=random.choice(ORDERINGS))
    return Instance(host=host, guests=guests, rules=instance.rules, objective=objective)


def _with_offline_vcpus(random: Random, guests: tuple[Guest, ...], host: Host) -> tuple[tuple[Guest, ...], Host]:
    """Now and then guests, and domains that run, with some vcpus offline."""

    def some(count: int) -> tuple[int, ...] | None:
        if not count or random.random() < 0.85:
            return None
        return tuple(sorted(random.sample(range(count), random.randint(1, count))))

    guests = tuple(replace(guest, online_vcpus=some(guest.vcpu_count)) for guest in guests)
    domains = tuple(replace(domain, online_vcpus=some(len(domain.affinity))) for domain in host.domains)
    return guests, replace(host, domains=domains)


def _bandwidth(random: Random, count: int) -> tuple[tuple[int, ...], ...]:
    """More from a pnode's own memory than from that of others, now and then nothing at all."""
    rows = [[random.choice((12, 40, 55, 80, 130)) for _ in range(count)] for _ in range(count)]
    for p in range(count):
        rows[p][p] = random.choice((100, 120, 128))
    if random.random() < 0.2:
        rows[0][-1] = 0
    if random.random() < 0.2:
        rows[-1] = [0] * count
    return tuple(map(tuple, rows))


def random_placement(seed: int, instance: Instance) -> Placement:
    """Any placement, most of them with rules broken and some with vnodes left out."""
    random = Random(seed)
    ids = [pnode.id for pnode in instance.host.pnodes]
    left_out = [None] if random.random() < 0.4 else []
    pnode_of = {guest.name: tuple(random.choice([*ids, *left_out]) for _ in guest.vnodes) for guest in instance.guests}
    return Placement(pnode_of=pnode_of, pcpu_of=_owned(random, instance, pnode_of))


def _owned(
    random: Random, instance: Instance, pnode_of: dict[str, tuple[int | None, ...]]
) -> dict[str, tuple[int | None, ...]]:
    """Give dedicated vcpus pcpus of their pnodes, most of them different ones."""
    left = {pnode.id: random.sample(pnode.pcpus, len(pnode.pcpus)) for pnode in instance.host.pnodes}
    owned = {}
    for guest in instance.guests:
        row: list[int | None] = [None] * guest.vcpu_count
        for vnode, pnode in zip(guest.vnodes, pnode_of[guest.name], strict=True):
            for vcpu in guest.dedicated.intersection(vnode.vcpus):
                pcpus = left.get(pnode, []) if pnode is not None else []
                row[vcpu] = (
                    pcpus.pop()
                    if pcpus and random.random() < 0.97
                    else random.choice((None, *sorted(instance.host.position_of_pcpu)[:1]))
                )
        if guest.dedicated and random.random() < 0.98:
            owned[guest.name] = tuple(row)
    return owned


def _sizes(random: Random) -> list[int]:
    total = random.choice((3, 4, 4, 5, 5))
    cuts = sorted(random.sample(range(1, total), random.randint(0, 2)))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]


def _vnodes(random: Random, count: int, unit: int) -> list[Vnode]:
    equal = random.random() < 0.4
    size, width = random.randint(1, 6), random.randint(1, 4)
    vnodes: list[Vnode] = []
    first = 0
    for _ in range(count):
        if not equal:
            size = 0 if random.random() < 0.06 else random.randint(1, 8)
            width = 0 if random.random() < 0.15 else random.randint(1, 5)
        odd = random.choice((1, 1023, -3)) if size and random.random() < 0.1 else 0
        vnodes.append(Vnode(memory_kib=size * unit + odd, vcpus=tuple(range(first, first + width))))
        first += width
    return vnodes


def _host(random: Random, needed_kib: int) -> Host:
    count = random.choice((2, 3, 4, 4, 5))
    ids = sorted(random.sample(range(12), count)) if random.random() < 0.4 else list(range(count))
    slack = random.choice((1.6, 2.4, 3.2, 5, 8))
    smt, equal = random.choice((1, 1, 2)), random.random() < 0.3
    pnodes: list[Pnode] = []
    first = 0
    for pnode_id in ids:
        share = 1.0 if equal else random.uniform(0.4, 1.6)
        memory_kib = 0 if random.random() < 0.1 else int(needed_kib * slack * share / count)
        pcpus = () if random.random() < 0.1 else tuple(range(first, first + smt * random.randint(1, 5)))
        cores = tuple(pcpus[i : i + smt] for i in range(0, len(pcpus), smt)) if smt > 1 else ()
        reserve_kib = random.choice((0, 0, 0, 1024, memory_kib // 8))
        pnodes.append(Pnode(id=pnode_id, memory_kib=memory_kib, reserve_kib=reserve_kib, pcpus=pcpus, cores=cores))
        first += len(pcpus)
    return Host(pnodes=tuple(pnodes), slit=_slit(random, count))


def _slit(random: Random, count: int) -> tuple[tuple[int, ...], ...] | None:
    kind = random.choice(("absent", "ring", "symmetric", "symmetric", "any", "any", "cut"))
    if kind == "absent":
        return None
    values = [11, 12, 16, 20, 21, 31, 32]
    rows = [[10] * count for _ in range(count)]
    for p in range(count):
        for q in range(count):
            steps = min(abs(p - q), count - abs(p - q))
            if kind == "ring":
                rows[p][q] = 10 + 11 * steps
            elif p != q:
                rows[p][q] = rows[q][p] if kind == "symmetric" and q < p else random.choice(values)
    if kind == "any" and random.random() < 0.2:
        p = random.randrange(count)
        rows[p][p] = random.choice((5, 12))
    if kind == "cut":
        p, q = (random.randrange(count) for _ in range(2))
        rows[p][q] = random.choice((255, -1, 0xFFFFFFFF))
    return tuple(map(tuple, rows))


def _guest(random: Random, name: str, vnodes: list[Vnode], host: Host) -> Guest:
    count, ids = len(vnodes), [pnode.id for pnode in host.pnodes]
    forms: tuple[Form, ...] = ("vnuma", "parts", "whole") if count == 1 else ("vnuma", "vnuma", "parts")
    overhead_kib = (
        random.choice((1, 997, sum(vnode.memory_kib for vnode in vnodes) // 10)) if random.random() < 0.3 else 0
    )
    return Guest(
        name=name,
        vnodes=tuple(_fixed(random, vnode, ids) for vnode in vnodes),
        form=random.choice(forms),
        hard_affinity=_masks(random, vnodes, host) if random.random() < 0.25 else None,
        soft_affinity=_masks(random, vnodes, host) if random.random() < 0.25 else None,
        pnodes=tuple(random.sample(ids, random.randint((len(ids) + 1) // 2, len(ids))))
        if random.random() < 0.12
        else None,
        memory_only_pnodes=random.random() < 0.5,
        traffic=_traffic(random, count) if random.random() < 0.25 else None,
        vdistances=_vdistances(random, count) if random.random() < 0.25 else None,
        overhead_kib=overhead_kib,
    )


def _domain(random: Random, name: str, host: Host) -> Domain:
    """Give a running domain vcpus bound to one pnode, some pnodes or none."""
    masks = [_mask(random, host), random.choice([None, *(pnode.pcpus or None for pnode in host.pnodes)])]
    return Domain(name=name, affinity=tuple(random.choice(masks) for _ in range(random.randint(0, 7))))


def _cpupools(random: Random, host: Host) -> tuple[Cpupool, ...]:
    """
    Divide most pcpus among two or three pools, now and then all of a pnode's to one.

    Now and then the pools have ids, in any order, and now and then there is no Pool-0.
    """
    names = ["Pool-0", "b", "c"][: random.randint(2, 3)]
    pcpus_of: dict[str, list[int]] = {name: [] for name in (names[1:] if random.random() < 0.15 else names)}
    for pnode in host.pnodes:
        whole = random.choice((None, *names)) if random.random() < 0.4 else None
        for pcpu in pnode.pcpus:
            name = whole or random.choice((names[0], *names))
            if name in pcpus_of and random.random() < 0.95:
                pcpus_of[name].append(pcpu)
    ids: list[int | None] = [None] * len(pcpus_of)
    if random.random() < 0.4:
        ids = [None if random.random() < 0.3 else id for id in random.sample(range(4), len(pcpus_of))]
    return tuple(
        Cpupool(name=name, pcpus=tuple(pcpus), id=id) for (name, pcpus), id in zip(pcpus_of.items(), ids, strict=True)
    )


def _owning(random: Random, guests: tuple[Guest, ...], host: Host) -> tuple[tuple[Guest, ...], Host]:
    """Dedicate up to three vcpus of each of one or two guests, now and then some pcpus, and let a domain own one."""
    chosen = random.sample(range(len(guests)), min(len(guests), random.choice((1, 1, 2))))
    pcpus = sorted(host.position_of_pcpu)
    if pcpus and random.random() < 0.3:
        host = replace(host, dedicated_pcpus=tuple(sorted(random.sample(pcpus, random.randint(0, len(pcpus))))))
    if pcpus and random.random() < 0.3:
        host = replace(host, domains=(*host.domains, Domain(name="own", affinity=((random.choice(pcpus),),))))
    changed = [_dedicated(random, guest) if i in chosen else guest for i, guest in enumerate(guests)]
    return tuple(changed), host


def _dedicated(random: Random, guest: Guest) -> Guest:
    count, policy = guest.vcpu_count, random.choice(("prefer", "require", "isolate"))
    if not count:
        return guest
    if count <= 3:
        return replace(guest, cpu_policy="dedicated", thread_policy=policy)
    some = tuple(sorted(random.sample(range(count), random.randint(1, 3))))
    return replace(guest, cpu_policy="mixed", dedicated_vcpus=some, thread_policy=policy)


def _rule(random: Random, guests: tuple[Guest, ...]) -> Rule:
    """Keep guests or vnodes apart, together or alone."""
    vnodes = [VnodeOf(guest=guest.name, vnode=v) for guest in guests for v in range(len(guest.vnodes))]
    some = tuple(random.sample(vnodes, random.randint(2, min(3, len(vnodes)))))
    names = tuple(guest.name for guest in guests)
    kind = random.choice(("apart", "apart", "together", "together", "exclusive"))
    if kind == "exclusive":
        return Rule(exclusive=random.choice((names[0], vnodes[-1])))
    if kind == "together":
        return Rule(together=some)
    return Rule(apart=names if len(names) > 1 and random.random() < 0.5 else some)


def _fixed(random: Random, vnode: Vnode, ids: list[int]) -> Vnode:
    chance = random.random()
    if chance < 0.04:
        return Vnode(memory_kib=vnode.memory_kib, vcpus=vnode.vcpus, pnode=random.choice(ids))
    if chance < 0.1:
        some = random.sample(ids, random.randint((len(ids) + 1) // 2, len(ids)))
        return Vnode(memory_kib=vnode.memory_kib, vcpus=vnode.vcpus, pnodes=tuple(some))
    return vnode


def _masks(random: Random, vnodes: list[Vnode], host: Host) -> Masks | None:
    """Give each vnode's vcpus one mask, now and then each its own: of some pnodes, cut in places."""
    masks: list[tuple[int, ...] | None] = []
    for vnode in vnodes:
        mask = _mask(random, host)
        own = random.random() < 0.2
        masks += [_mask(random, host) if own else mask for _ in vnode.vcpus]
    return tuple(masks)


def _mask(random: Random, host: Host) -> tuple[int, ...] | None:
    pnodes = random.sample(host.pnodes, random.randint(max(1, len(host.pnodes) - 2), len(host.pnodes)))
    pcpus = [pcpu for pnode in pnodes for pcpu in pnode.pcpus]
    if not pcpus or random.random() < 0.3:
        return None
    return tuple(sorted(random.sample(pcpus, random.randint(max(1, len(pcpus) - 2), len(pcpus)))))


def _traffic(random: Random, count: int) -> tuple[tuple[int, ...], ...]:
    rows = [[random.choice((0, 0, 1, 3, 10, 1000)) for _ in range(count)] for _ in range(count)]
    rows[random.randrange(count)][random.randrange(count)] += 1
    return tuple(map(tuple, rows))


def _vdistances(random: Random, count: int) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(10 if v == w else random.choice((10, 11, 20, 21, 31, 254, 255)) for w in range(count))
        for v in range(count)
    )
