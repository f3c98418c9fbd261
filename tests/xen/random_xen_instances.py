"""Random instances that today's Xen could start: hvm, whole MiB, at most 128 vcpus, pnodes 0 to n - 1."""

from __future__ import annotations

from random import Random

from msgspec.structs import replace

from placer.instance import Cpupool, Guest, Host, Instance, Pnode, Vnode
from placer.instance.guest import Form

MIB = 1024
Masks = tuple[tuple[int, ...] | None, ...]


def random_xen_instance(seed: int) -> Instance:
    """1 to 3 guests of 1 to 8 vnodes, now and then 32, on 1 to 8 pnodes; nine in ten can be placed."""
    random = Random(seed)
    guests = [_vnodes(random) for _ in range(random.choice((1, 1, 2, 3)))]
    host = _host(random, guests)
    instance = Instance(host=host, guests=tuple(_guest(random, f"g{i}", v, host) for i, v in enumerate(guests)))
    divided = random.random() < 0.3 and all(len(pnode.pcpus) in (0, 8, 20) for pnode in host.pnodes)
    instance = _in_pools(random, instance) if divided else instance
    if random.random() < 0.3 and all(len(pnode.pcpus) > 2 for pnode in host.pnodes):
        return replace(instance, guests=tuple(_with_dedicated(random, guest) for guest in instance.guests))
    return instance


def _in_pools(random: Random, instance: Instance) -> Instance:
    """Give every other pcpu to a pool of its own, and some guests to that."""
    pcpus = sorted(instance.host.position_of_pcpu)
    first = random.choice(("Pool-0", "Pool-node0"))
    pools = (Cpupool(name=first, pcpus=tuple(pcpus[::2]), id=0), Cpupool(name="rt", pcpus=tuple(pcpus[1::2])))
    guests = [replace(guest, pool=random.choice((None, first, "rt"))) for guest in instance.guests]
    return replace(instance, host=replace(instance.host, cpupools=pools), guests=tuple(guests))


def _with_dedicated(random: Random, guest: Guest) -> Guest:
    """Let one vcpu or two own a pcpu; without overhead, which would follow them to their pnodes."""
    count = random.randint(1, 2)
    if guest.vcpu_count <= count:
        return replace(guest, overhead_kib=0, cpu_policy="dedicated", thread_policy="isolate")
    some = tuple(sorted(random.sample(range(guest.vcpu_count), count)))
    policy = random.choice(("prefer", "isolate", "require"))
    return replace(guest, overhead_kib=0, cpu_policy="mixed", dedicated_vcpus=some, thread_policy=policy)


def _vnodes(random: Random) -> list[Vnode]:
    count = 32 if random.random() < 0.02 else random.choice((1, 1, 2, 2, 2, 3, 4, 4, 6, 8))
    total = random.randint(count, min(128, 6 * count))
    equal = random.random() < 0.5
    size = random.randint(128, 6000)
    owners = [v * count // total for v in range(total)] if equal else [random.randrange(count) for _ in range(total)]
    if random.random() < 0.2:
        random.shuffle(owners)
    vnodes = []
    for v in range(count):
        memory_mib = size if equal else random.choice((random.randint(128, 6000), 1024 * random.randint(1, 4)))
        if v and random.random() < 0.03:
            memory_mib = 0
        vcpus = tuple(vcpu for vcpu, owner in enumerate(owners) if owner == v)
        vnodes.append(Vnode(memory_kib=memory_mib * MIB, vcpus=vcpus))
    return vnodes


def _host(random: Random, guests: list[list[Vnode]]) -> Host:
    count = random.choice((1, 2, 2, 3, 4, 4, 6, 8))
    sizes = [vnode.memory_kib for vnodes in guests for vnode in vnodes]
    fair = sum(sizes) // count
    width, first, pnodes = random.choice((1, 2, 3, 8, 20)), 0, []
    for p in range(count):
        memory_kib = int(max(sizes) * random.choice((0.8, 1, 1)) + fair * random.uniform(0.6, 2.5))
        pcpus = tuple(range(first, first + (0 if p and random.random() < 0.05 else width)))
        smt = random.choice((1, 2)) if width % 2 == 0 else 1
        cores = tuple(pcpus[i : i + smt] for i in range(0, len(pcpus), smt)) if smt > 1 else ()
        pnodes.append(Pnode(id=p, memory_kib=memory_kib, pcpus=pcpus, cores=cores))
        first += len(pcpus)
    return Host(pnodes=tuple(pnodes), slit=_slit(random, count))


def _slit(random: Random, count: int) -> tuple[tuple[int, ...], ...] | None:
    if random.random() < 0.1:
        return None
    values = random.choice(((21,), (12, 20, 31), (10, 11, 16, 254), (17, 28, 300, 255), (10, 12)))
    return tuple(tuple(10 if p == q else random.choice(values) for q in range(count)) for p in range(count))


def _guest(random: Random, name: str, vnodes: list[Vnode], host: Host) -> Guest:
    forms: tuple[Form, ...] = ("whole", "whole", "vnuma") if len(vnodes) == 1 else ("vnuma", "vnuma", "parts")
    count, vcpus = len(vnodes), sum(len(vnode.vcpus) for vnode in vnodes)
    memory_mib = sum(vnode.memory_kib for vnode in vnodes) // MIB
    wanted = tuple(tuple(10 if v == w else random.randint(10, 60) for w in range(count)) for v in range(count))
    return Guest(
        name=name,
        vnodes=tuple(_maybe_fixed(random, vnode, host) for vnode in vnodes),
        form=random.choice(forms),
        hard_affinity=_masks(random, vcpus, host) if random.random() < 0.2 else None,
        soft_affinity=_masks(random, vcpus, host) if random.random() < 0.2 else None,
        vdistances=wanted if random.random() < 0.2 else None,
        memory_only_pnodes=random.random() < 0.3,
        overhead_kib=0 if random.random() < 0.3 else vcpus * MIB + 4 * memory_mib + 2 * MIB,
    )


def _maybe_fixed(random: Random, vnode: Vnode, host: Host) -> Vnode:
    if random.random() < 0.95:
        return vnode
    return Vnode(memory_kib=vnode.memory_kib, vcpus=vnode.vcpus, pnode=random.choice(host.pnodes).id)


def _masks(random: Random, vcpus: int, host: Host) -> Masks | None:
    """Leave out one pcpu here and there, so that every pnode with two stays possible; at least one vcpu has a mask."""
    pcpus = [pcpu for pnode in host.pnodes for pcpu in pnode.pcpus]
    if len(pcpus) < 2:
        return None
    masks = [
        None if random.random() < 0.3 else tuple(sorted(random.sample(pcpus, len(pcpus) - 1))) for _ in range(vcpus)
    ]
    return tuple(masks) if any(masks) else None
