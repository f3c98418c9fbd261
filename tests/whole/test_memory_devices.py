"""Memory devices of libvirt that a nodemask binds: their memory counts, and is read, where it lies."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.formats.base import ParsedHost
from placer.formats.libvirt.read_domain import read_libvirt_domain
from placer.instance import Guest, Host, HugePages, Placement, Pnode, Vnode
from placer.job.emit import emit_guests
from placer.job.request import Request, assemble, with_chosen_vnodes
from placer.job.settled import settled
from placer.solving.pipeline import solve
from placer.solving.result import Result
from tests.support.building import GIB
from tests.support.oracle import best
from tests.support.random_instances import random_instance

HOST = Host(
    pnodes=(
        Pnode(id=0, memory_kib=6 * GIB, pcpus=(0, 1)),
        Pnode(id=1, memory_kib=6 * GIB, pcpus=(2, 3)),
        Pnode(id=4, memory_kib=6 * GIB),
    ),
    slit=((10, 30, 17), (30, 10, 25), (17, 25, 10)),
)
"""Two nodes with cpus, and one of CXL memory that is nearer to the first."""


def device(gib: int, mask: str, page: str = "") -> str:
    return (
        f"<memory model='dimm'><source>{page}<nodemask>{mask}</nodemask></source>"
        f"<target><size unit='GiB'>{gib}</size><node>0</node></target></memory>"
    )


def domain(devices: str, more: str = "", cell: str = "<cell id='0' cpus='0-1' memory='2' unit='GiB'/>") -> str:
    return (
        f"<domain type='kvm'>\n<name>db</name><memory unit='GiB'>2</memory><vcpu>2</vcpu>\n{more}"
        f"<os><type arch='x86_64'>hvm</type></os>\n<cpu><numa>{cell}</numa></cpu><devices>{devices}</devices></domain>"
    )


def solved(text: str, host: Host = HOST) -> tuple[Request, Result]:
    request = settled(assemble(ParsedHost(host=host), [read_libvirt_domain(text, "db.xml", host)]))
    answer = solve(request.instance)
    return with_chosen_vnodes(request, answer.instance or request.instance, optimal=True), answer


@pytest.mark.parametrize(
    ("devices", "pnodes", "mean"),
    [
        (device(4, "1"), (1, 1), 10),
        (device(4, "4"), (0, 4), (2 * 10 + 4 * 17) / 6),
        (device(5, "1"), (0, 1), (2 * 10 + 5 * 30) / 7),  # 7 GiB do not fit pnode 1
        (device(3, "0") + device(5, "4"), (0, 0, 4), (5 * 10 + 5 * 17) / 10),
        (device(5, "1,4"), (0, 4), (2 * 10 + 5 * 17) / 7),
    ],
)
def test_a_cell_stands_near_to_the_memory_of_its_devices(devices: str, pnodes: tuple[int, ...], mean: float) -> None:
    request, answer = solved(domain(devices))
    assert answer.placement == Placement(pnode_of={"db": pnodes})
    assert answer.mean_access_distance == pytest.approx(mean, abs=0.02)  # shares are whole thousandths
    written = emit_guests(request, answer.placement, (), "libvirt")["db"]
    assert f"<devices>{devices}</devices>" in written
    assert f"<memnode cellid='0' mode='strict' nodeset='{pnodes[0]}'/>" in written


def test_a_nodeset_of_the_guest_binds_no_device_that_has_a_nodemask() -> None:
    tune = "<numatune><memory mode='strict' nodeset='0'/></numatune>"
    assert solved(domain(device(4, "1"), tune))[1].placement == Placement(pnode_of={"db": (0, 1)})


def test_a_device_larger_than_its_pnode_has_no_place() -> None:
    answer = solved(domain(device(7, "1")))[1]
    assert answer.status is Status.INFEASIBLE
    assert answer.reason is not None
    assert answer.reason.startswith('guest "db" vnode 1 needs 7 GiB; the most that a pnode it may use has')


def test_a_device_takes_the_huge_pages_of_its_cell_or_its_own_pages() -> None:
    pool = HugePages(page_size=GIB, total=3)
    pnodes = [replace(HOST.pnodes[p], huge_pages=(pool,)) for p in (0, 1)]
    host = replace(HOST, pnodes=(*pnodes, HOST.pnodes[2]))
    backing = "<memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>"
    # 2 + 1 pages fit pnode 1; with 2 + 2 the cell goes elsewhere; ordinary memory beside 2 pages fits again
    assert solved(domain(device(1, "1"), backing), host)[1].placement == Placement(pnode_of={"db": (1, 1)})
    assert solved(domain(device(2, "1"), backing), host)[1].placement == Placement(pnode_of={"db": (0, 1)})
    small = "<pagesize unit='KiB'>4</pagesize>"
    assert solved(domain(device(2, "1", small), backing), host)[1].placement == Placement(pnode_of={"db": (1, 1)})
    assert solved(domain(device(4, "1"), backing), host)[1].status is Status.INFEASIBLE


def test_a_device_stays_with_the_memory_where_vcpus_are_bound_elsewhere() -> None:
    more = "<cputune><vcpupin vcpu='0' cpuset='2'/><vcpupin vcpu='1' cpuset='3'/></cputune>"
    more += "<numatune><memnode cellid='0' mode='strict' nodeset='4'/></numatune>"
    guest = solved(domain(device(1, "0"), more))[0].instance.guests[0]
    assert [(vnode.vcpus_of, vnode.memory_of) for vnode in guest.vnodes] == [(None, None), (0, None), (None, 0)]
    assert guest.seen_vnodes == 1
    answer = solved(domain(device(1, "0"), more))[1]
    assert answer.placement is not None
    assert answer.placement.pnode_of == {"db": (4, 1, 0)}


def test_the_oracle_finds_nothing_better() -> None:
    chance = Random(5)
    placed = 0
    for seed in range(60):
        instance = random_instance(seed)
        guests: list[Guest] = []
        for guest in instance.guests:
            plain = guest.flexible is None and guest.form == "vnuma" and not guest.traffic
            ids = [pnode.id for pnode in instance.host.pnodes]
            masks = [chance.sample(ids, k=chance.randint(1, len(ids)))] if plain and chance.random() < 0.7 else []
            extra = [Vnode(memory_kib=2**18, pnodes=mask, memory_of=0) for mask in masks]
            guests.append(replace(guest, vnodes=(*guest.vnodes, *extra)))
        instance = replace(instance, guests=tuple(guests))
        try:
            truth = best(instance)
        except ValueError:  # too many to enumerate
            continue
        answer = solve(instance)
        if truth is None:
            assert answer.status is Status.INFEASIBLE, seed
        else:
            assert tuple(tier.cost for tier in answer.tiers) == truth[0], seed
            placed += any(vnode.memory_of is not None for guest in guests for vnode in guest.vnodes)
    assert placed > 10
