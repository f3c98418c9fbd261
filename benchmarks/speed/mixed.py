"""Many guests with dedicated vcpus, rules, devices, and numbers of vnodes to choose, drawn from a seed."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from benchmarks.speed.hosts import GIB, Numbers, crowded, hierarchical
from placer.instance import Device, Flexible, Guest, Host, Instance, Rule

POLICIES = ("prefer", "require", "isolate")


def mixed(host: Host, guests: int, vnodes: int, seed: int, *, vcpus_per_core: float = 0.9) -> Instance:
    """
    Fill 85 % of the memory; three in ten guests have dedicated vcpus, two in five a rule, three in ten a device.

    Raises
    ------
    ValueError
        If there are too few guests for their rules.
    """
    numbers = np.random.default_rng(seed)
    instance = crowded(host, guests, vnodes, vcpus_per_core=vcpus_per_core, numbers=numbers)
    return with_devices(with_rules(with_dedicated(instance, numbers), numbers), numbers)


def with_dedicated(instance: Instance, numbers: Numbers, share: float = 0.3) -> Instance:
    """Give that share of the guests dedicated vcpus, with each policy of threads in turn."""
    return replace(
        instance,
        guests=tuple(
            replace(guest, cpu_policy="dedicated", thread_policy=POLICIES[i % 3]) if numbers.random() < share else guest
            for i, guest in enumerate(instance.guests)
        ),
    )


def with_rules(instance: Instance, numbers: Numbers) -> Instance:
    """Let a tenth of the guests stand together in pairs, and three tenths apart in pairs or threes."""
    count = len(instance.guests)
    whole = [guest.name for guest in instance.guests if len(guest.vnodes) == 1]
    numbers.shuffle(whole)
    together = [Rule(together=(whole.pop(), whole.pop())) for _ in range(count // 20)]
    bound = {name for rule in together for name in rule.together or ()}
    narrow = [guest.name for guest in instance.guests if len(guest.vnodes) <= 2 and guest.name not in bound]
    numbers.shuffle(narrow)
    apart = [Rule(apart=tuple(narrow.pop() for _ in range(2 + i % 2))) for i in range(count // 8)]
    return replace(instance, rules=(*together, *apart))


def with_devices(instance: Instance, numbers: Numbers) -> Instance:
    """Give three in ten guests a device of their own, spread over the pnodes."""
    count = 3 * len(instance.guests) // 10
    pnodes = instance.host.pnodes
    devices = tuple(Device(id=f"0000:{k:02x}:00.0", pnode=pnodes[3 * k % len(pnodes)].id) for k in range(count))
    owner = dict(zip(numbers.permutation(len(instance.guests))[:count].tolist(), devices, strict=True))
    guests = (
        replace(guest, devices=(owner[i].id,)) if i in owner else guest for i, guest in enumerate(instance.guests)
    )
    return replace(instance, host=replace(instance.host, devices=devices), guests=tuple(guests))


def with_flexible(instance: Instance, numbers: Numbers, count: int = 10) -> Instance:
    """Leave the number of vnodes of so many guests to placer, of those that no rule puts together with others."""
    bound = {member for rule in instance.rules for member in rule.together or ()}
    free = [i for i, guest in enumerate(instance.guests) if guest.name not in bound]
    chosen = {free[j] for j in numbers.permutation(len(free))[:count].tolist()}
    return replace(instance, guests=tuple(_flexible(g) if i in chosen else g for i, g in enumerate(instance.guests)))


def large_tree() -> Host:
    """Give a host of 16 pnodes with 24 cores and 256 GiB each."""
    host = hierarchical(16, cores=24)
    return replace(host, pnodes=tuple(replace(pnode, memory_kib=256 * GIB) for pnode in host.pnodes))


def _flexible(guest: Guest) -> Guest:
    memory = sum(vnode.memory_kib for vnode in guest.vnodes)
    return Guest(name=guest.name, flexible=Flexible(memory_kib=memory, vcpu_count=guest.vcpu_count))
