"""Random batches of guests that placer plans and a real Xen creates: kinds and options mixed, of whole MiB."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from msgspec.structs import replace

import placer
from placer.instance import Guest, Host, Instance
from tests.xen.xen_guest_files import GuestFiles, vnuma

MIB = 1024
MOST_GUESTS = 6
LEAST_MIB = 48
HEADS = {
    "hvm": 'type = "hvm"\nkernel = "/guest/tables"\nvga = "none"\nvnc = 0; sdl = 0; nographic = 1\n',
    "pvh": 'type = "pvh"\nkernel = "/tmp/idle"\n',
    "pv": 'type = "pv"\nkernel = "/tmp/idle"\n',
}
"""What a guest of each type is started with: nothing that uses its memory, and no screen."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """
    Guests to place and create together.

    Parameters
    ----------
    files
        Guest name -> its xl.cfg.
    options
        Options of ``placer solve``.
    features
        What is mixed in it, sorted.
    dedicated
        Guests some of whose vcpus are to own a pcpu, which no xl.cfg can say: :func:`with_dedicated` does.
    """

    files: GuestFiles
    options: tuple[str, ...]
    features: tuple[str, ...]
    dedicated: frozenset[str] = frozenset()


def random_batch(seed: int, host: Host, pools: Sequence[str] = ()) -> Batch:
    """
    Make 2 to 6 guests that take from a third to nearly all of what a host has free.

    Parameters
    ----------
    host
        As Xen describes it, so that a seed means the same guests wherever as much is free.
    pools
        Names of its cpupools.
    """
    random = Random(seed)
    free = [pnode.memory_kib // MIB for pnode in host.pnodes]
    left, files, features = random.uniform(0.35, 0.97) * sum(free), dict[str, str](), set[str]()
    dedicates = random.random() < 0.2
    while len(files) < 2 or (left > LEAST_MIB and len(files) < MOST_GUESTS):
        make = _hvm_kinds(random) if dedicates else random.choice(_KINDS)
        type_, mib, lines, found = make(random, max(free), host)
        name = f"g{len(files)}"
        if pools and random.random() < 0.6:
            lines = [*lines, f'pool = "{random.choice(pools)}"']
            found = found | {"pool"}
        files[name] = "".join(f"{line}\n" for line in (f'name = "{name}"', HEADS[type_].rstrip(), *lines))
        features |= found | {type_}
        left -= mib
    options: tuple[str, ...] = ()
    if random.random() < 0.25 and not dedicates:
        options, features = ("--migratable",), features | {"migratable"}
    owners = frozenset(name for name in files if dedicates and random.random() < 0.5)
    features |= {"dedicated"} if owners else set()
    return Batch(files=files, options=options, features=tuple(sorted(features)), dedicated=owners)


def with_dedicated(batch: Batch, instance: Instance) -> str:
    """Write the instance of a batch with one vcpu of each guest in ``dedicated`` owning its pcpu."""
    guests = [_owning(guest) if guest.name in batch.dedicated else guest for guest in instance.guests]
    return placer.dump_instance(replace(instance, guests=guests))


def _owning(guest: Guest) -> Guest:
    if guest.vcpu_count == 1:
        return replace(guest, cpu_policy="dedicated")
    return replace(guest, cpu_policy="mixed", dedicated_vcpus=(0,))


_Made = tuple[str, int, list[str], set[str]]
"""Type, memory in MiB, lines of the file, and features."""


def _most_pcpus(host: Host) -> int:
    return max(len(pnode.pcpus) for pnode in host.pnodes)


def _sized(mib: int, vcpus: int) -> list[str]:
    return [f"memory = {mib}", f"vcpus = {vcpus}"]


def _rows(random: Random, largest: int, host: Host) -> _Made:
    """Hvm with vnodes of its own, now and then on a pnode of its own choice."""
    count = random.choice((1, 2, 2, 3, 4))
    vcpus = random.randint(count, count * 2)
    owners = [v % count for v in range(vcpus)]
    sizes = [random.randint(LEAST_MIB, max(LEAST_MIB + 1, largest * 2 // 3)) for _ in range(count)]
    rows = [
        (size, ",".join(str(vcpu) for vcpu, owner in enumerate(owners) if owner == v)) for v, size in enumerate(sizes)
    ]
    fixed = random.random() < 0.15
    pnodes = [random.choice([*host.pnodes]).id for _ in rows] if fixed else []
    return (
        "hvm",
        sum(sizes),
        [*_sized(sum(sizes), vcpus), vnuma(*rows, pnodes=pnodes)],
        {"vnuma"} | ({"pnode="} if fixed else set()),
    )


def _plain(random: Random, largest: int, host: Host) -> _Made:
    """Hvm that fits a pnode, with an odd number of MiB."""
    mib = random.randint(LEAST_MIB, max(LEAST_MIB + 1, largest * 9 // 10))
    return "hvm", mib, _sized(mib, random.randint(1, _most_pcpus(host))), set()


def _large(random: Random, largest: int, host: Host) -> _Made:
    """Hvm that fits no pnode."""
    mib = random.randint(largest, largest * 2)
    return "hvm", mib, _sized(mib, random.randint(2, 6)), {"larger than a pnode"}


def _wide(random: Random, largest: int, host: Host) -> _Made:
    """Little memory and more vcpus than a pnode has pcpus."""
    mib, type_ = random.randint(LEAST_MIB, largest // 2), random.choice(("hvm", "pv", "pvh"))
    return type_, mib, _sized(mib, _most_pcpus(host) + random.randint(1, 3)), {"more vcpus than a pnode"}


def _bound(random: Random, largest: int, host: Host) -> _Made:
    """Pinned to some pnodes by ``cpus=`` or drawn to them by ``cpus_soft=``."""
    mib, type_ = random.randint(LEAST_MIB, largest // 2), random.choice(("hvm", "pv", "pvh"))
    some = random.sample([*host.pnodes], random.choice((1, 1, 2))) if len(host.pnodes) > 1 else [*host.pnodes]
    pcpus = ",".join(str(pcpu) for pnode in some for pcpu in pnode.pcpus)
    vcpus, key = random.randint(1, 3), random.choice(("cpus", "cpus_soft"))
    return type_, mib, [*_sized(mib, vcpus), f"{key} = [{', '.join([repr(pcpus)] * vcpus)}]"], {key}


def _other(random: Random, largest: int, host: Host) -> _Made:
    """Pv or pvh, which have no vnuma, on one pnode or on a set."""
    mib = random.randint(LEAST_MIB, largest * 3 // 2)
    return random.choice(("pv", "pvh")), mib, _sized(mib, random.randint(1, 4)), set()


def _ballooning(random: Random, largest: int, host: Host) -> _Made:
    """Starts with less than it may have."""
    mib, type_ = random.randint(LEAST_MIB, largest * 4 // 5), random.choice(("hvm", "pv", "pvh"))
    most = mib * random.randint(11, 20) // 10
    return type_, mib, [*_sized(mib, random.randint(1, 3)), f"maxmem = {most}"], {"memory below maxmem"}


def _hvm_kinds(random: Random) -> Callable[[Random, int, Host], _Made]:
    return random.choice((_rows, _plain))


_KINDS = (_rows, _rows, _rows, _plain, _plain, _large, _wide, _bound, _bound, _other, _other, _ballooning)
