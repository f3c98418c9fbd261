"""What runs on a host of Xen, as rebalancing sees it: the outputs of a real Xen 4.17, and texts made by hand."""

from __future__ import annotations

import dataclasses
import json

import pytest
from msgspec.structs import replace

import placer
from placer.errors import InputError
from placer.formats.base import GuestSource, ParsedGuest
from placer.formats.xl.numa_dump import DumpedDomain, NumaDump, read_numa_dump
from placer.instance import Cpupool, Domain, Host, Pnode, Vnode
from placer.rebalance.observed import running_host
from tests.support.commands import INSTANCES

GIB = 1 << 20
RUNNING = INSTANCES / "xl" / "running"
HOST = Host(
    pnodes=[Pnode(id=p, memory_kib=2 * GIB, reserve_kib=3 * GIB * p, pcpus=range(4 * p, 4 * p + 4)) for p in (0, 1)],
    domains=[
        Domain(name="Domain-0", domid=0, affinity=[None]),
        Domain(name="a", domid=1, affinity=[(0, 1)] * 3),
        Domain(name="stub", domid=7, affinity=[None]),
    ],
)
GUEST = ParsedGuest(
    name="a", type="hvm", vcpu_count=3, memory_kib=3 * GIB, maxmem_kib=3 * GIB, domid=1, overhead_kib=10
)


def dump(**memory: dict[int, int]) -> NumaDump:
    domains = {int(name[1:]): held for name, held in memory.items()}
    return NumaDump(
        free_kib={},
        domains={d: DumpedDomain(domid=d, memory_kib=held, pnode_of=None) for d, held in domains.items()},
    )


def test_a_real_host() -> None:
    host = placer.read_host(
        RUNNING / "xl-info.txt", running=RUNNING / "xl-list.json", vcpu_list=RUNNING / "vcpu-list.txt"
    )
    guests = placer.read_guests(RUNNING / "xl-list.json", host)
    there = running_host(host.host, guests, read_numa_dump((RUNNING / "dmesg.txt").read_text(), "dmesg"))
    assert there.placement.pnode_of == {"app": (1, 1), "cache": (0,), "db": (2, 3), "desk": (3, 2), "web": (0,)}
    assert [resident.name for resident in there.residents if resident.repin] == ["web"]  # bound to pnode 1 by hand
    assert {r.name: r.kinds for r in there.residents}["db"] == ("restart",)
    assert {r.name: r.kinds for r in there.residents}["web"] == ("migrate", "save")
    assert list(there.others) == ["Domain-0"]


def test_a_guest_on_two_pnodes_is_a_vnode_for_each_with_its_overhead_and_vcpus() -> None:
    there = running_host(HOST, [GUEST], dump(d0={0: 5}, d1={0: 2 * GIB, 1: GIB}, d7={1: 9}))
    assert [(vnode.memory_kib, vnode.vcpus) for vnode in there.instance.guests[0].vnodes] == [
        (2 * GIB + 8, (0, 1)),
        (GIB + 8, (2,)),
    ]
    assert there.residents[0].memory_kib == 3 * GIB and not there.residents[0].repin  # near a part of it
    assert there.others == {"Domain-0": {0: 5}, "stub": {1: 9}}
    pnodes = there.instance.host.pnodes
    assert [pnode.memory_kib for pnode in pnodes] == [4 * GIB + 8, 3 * GIB + 8]
    assert [pnode.reserve_kib for pnode in pnodes] == [0, 3 * GIB]
    assert there.notes == (
        "less than the reserve is free on pnode 1: what runs there may stay, and what arrives leaves the reserve free",
    )
    assert [domain.name for domain in there.instance.host.domains] == ["Domain-0", "stub"]


def test_strays_are_no_part() -> None:
    there = running_host(HOST, [GUEST], dump(d1={0: 3 * GIB, 1: 700}))
    assert there.placement.pnode_of == {"a": (0,)} and not there.residents[0].repin
    assert there.instance.guests[0].memory_kib == 3 * GIB + 700 + 12


def source(**build: object) -> GuestSource:
    return GuestSource(kind="libxl", place="xl-list.json", text=json.dumps({"b_info": build}))


@pytest.mark.parametrize(
    ("change", "kinds", "why"),
    [
        ({"assigned": ("0000:3b:00.0",)}, (), "devices are passed through to it (0000:3b:00.0)"),
        ({"source": source(disable_migrate="True")}, (), "nomigrate"),
        ({"source": source(arch_arm={"gic_version": "v3"})}, (), "ARM"),
        ({"stubdomain_kib": 1}, (), "stub domain"),
        ({"vnodes": (Vnode(memory_kib=3 * GIB, vcpus=(0, 1, 2), pnode=0),)}, ("restart",), "sees vnodes"),
        ({"source": source(disable_migrate="False", arch_arm={})}, ("migrate", "save"), ""),
    ],
)
def test_what_can_move(change: dict[str, object], kinds: tuple[str, ...], why: str) -> None:
    guest = dataclasses.replace(GUEST, **change)  # type: ignore[arg-type]
    (resident,) = running_host(HOST, [guest], dump(d1={0: 3 * GIB})).residents
    assert resident.kinds == kinds and why in resident.stuck


@pytest.mark.parametrize(
    ("masks", "pcpus"),
    [
        (None, ""),
        ([None] * 3, ""),
        ([(0, 1, 2, 3)] * 3, ""),  # all of pnode 0
        ([(0, 1, 2, 3), (4, 5, 6, 7), None], ""),
        ([tuple(range(8))] * 3, ""),
        ([(0, 1)] * 3, "0-1"),
        ([(0,), (1,), (5,)], "0-1,5"),  # a pcpu for each vcpu
        ([(0, 1, 2, 3), (0, 1, 2, 3), (2, 3, 4)], "0-4"),
    ],
)
def test_pcpus_of_its_own_are_those_that_are_no_whole_pnodes(masks: list[tuple[int, ...] | None], pcpus: str) -> None:
    guest = dataclasses.replace(GUEST, hard_affinity=None if masks is None else tuple(masks))
    (resident,) = running_host(HOST, [guest], dump(d1={0: 3 * GIB})).residents
    assert resident.pcpus == pcpus
    named = any(mask is not None for mask in masks or [])
    assert resident.notes == () if not named else "in place of which" in resident.notes[0]


def test_within_a_cpupool_its_pcpus_of_a_pnode_are_whole() -> None:
    half = [Cpupool(name="Pool-0", pcpus=[0, 1, 4, 5]), Cpupool(name="rest", pcpus=[2, 3, 6, 7])]
    guest = dataclasses.replace(GUEST, hard_affinity=((0, 1),) * 3)
    (resident,) = running_host(replace(HOST, cpupools=tuple(half)), [guest], dump(d1={0: 3 * GIB})).residents
    assert resident.pcpus == ""


def test_a_ballooned_guest_is_moved_with_what_it_holds() -> None:
    there = running_host(HOST, [GUEST], dump(d1={0: GIB}))
    assert there.residents[0].memory_kib == GIB
    assert there.residents[0].notes == (
        "it holds 2 GiB less than it was started with, and is moved with what it holds",
    )


def test_parts_of_two_times_are_refused_and_a_guest_without_memory_is_left() -> None:
    with pytest.raises(InputError, match='guest "a" is not among the domains of the NUMA dump'):
        running_host(HOST, [GUEST], dump(d7={0: 1}))
    with pytest.raises(InputError, match='guest "a" is not among the domains of the host'):
        running_host(HOST, [dataclasses.replace(GUEST, domid=5)], dump(d5={0: 1}))
    there = running_host(HOST, [GUEST], dump(d1={0: 0}))
    assert (
        there.notes[0] == 'guest "a" is left as it is: it is not known on which pnodes it lies' and not there.residents
    )


def test_a_vnode_that_xen_places_nowhere_leaves_its_guest_alone() -> None:
    guest = dataclasses.replace(GUEST, vnodes=(Vnode(memory_kib=3 * GIB, vcpus=(0, 1, 2)),))
    seen = DumpedDomain(domid=1, memory_kib={0: GIB}, pnode_of=(None,))
    assert not running_host(HOST, [guest], NumaDump(free_kib={}, domains={1: seen})).residents
