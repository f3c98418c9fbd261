"""Arguments are written by hand after QEMU's documentation; tests/xen/test_qemu.py starts a real QEMU with such."""

from __future__ import annotations

import re

import pytest

from placer.errors import EmissionError
from placer.formats.base import GuestSource
from placer.formats.configured_guest import ConfiguredGuest, write_vnodes
from placer.formats.qemu import emit_qemu
from placer.instance import Guest, Topology, Vnode
from tests.support.building import GIB, MIB, a_guest, a_host

HOST = a_host(4 * GIB, 4 * GIB, 4 * GIB, slit=((10, 21, 31), (22, 10, 255), (10, 21, 10)))


def write(guest: Guest, *pnodes: int | None, source: GuestSource | None = None) -> str:
    vnodes = write_vnodes(guest, HOST, pnodes)
    memory = guest.memory_kib
    return emit_qemu(
        ConfiguredGuest(guest=guest, host=HOST, vnodes=vnodes, memory_kib=memory, maxmem_kib=memory, source=source)
    )


def a_domain(inside: str) -> GuestSource:
    return GuestSource(kind="libvirt", place="db.xml", text=f"<domain type='kvm'>{inside}</domain>")


def test_each_vnode_has_a_backend_bound_to_its_pnode_and_each_ordered_pair_a_distance() -> None:
    assert write(a_guest(GIB, 512 * MIB, vcpus=(2, 2)), 1, 0) == (
        "-m size=1572864K\n"
        "-smp 4,sockets=2,cores=2,threads=1\n"
        "-object memory-backend-ram,id=ram-node0,size=1048576K,host-nodes=1,policy=bind\n"
        "-numa node,nodeid=0,memdev=ram-node0,cpus=0-1\n"
        "-object memory-backend-ram,id=ram-node1,size=524288K,host-nodes=0,policy=bind\n"
        "-numa node,nodeid=1,memdev=ram-node1,cpus=2-3\n"
        "-numa dist,src=0,dst=1,val=22\n"
        "-numa dist,src=1,dst=0,val=21\n"
    )


def test_distances_are_within_what_a_slit_can_hold() -> None:
    text = write(a_guest(GIB, GIB, GIB), 1, 2, 0)
    assert "src=0,dst=1,val=254" in text
    assert "src=1,dst=2,val=11" in text


def test_scattered_vcpus_and_vnodes_without_vcpus_or_memory_are_nodes_too() -> None:
    vnodes = (Vnode(memory_kib=GIB, vcpus=(3, 0, 1)), Vnode(memory_kib=0, vcpus=(2,)), Vnode(memory_kib=GIB))
    text = write(Guest(name="db", vnodes=vnodes), 0, 0, 1)
    assert "-smp 4,sockets=4,cores=1,threads=1\n" in text
    assert re.findall("-numa node.*", text) == [
        "-numa node,nodeid=0,memdev=ram-node0,cpus=0-1,cpus=3",
        "-numa node,nodeid=1,cpus=2",
        "-numa node,nodeid=2,memdev=ram-node2",
    ]


def test_vcpus_of_vnodes_that_are_not_alike_share_no_socket() -> None:
    assert "-smp 3,sockets=3,cores=1,threads=1\n" in write(a_guest(GIB, GIB, vcpus=(2, 1)), 0, 1)


def test_a_guest_written_whole_has_one_backend_and_no_nodes() -> None:
    assert write(a_guest(GIB, vcpus=(4,), form="whole"), 2) == (
        "-m size=1048576K\n"
        "-smp 4,sockets=1,cores=4,threads=1\n"
        "-object memory-backend-ram,id=ram,size=1048576K,host-nodes=2,policy=bind\n"
        "-machine memory-backend=ram\n"
    )


def test_parts_on_one_pnode_are_one_node() -> None:
    text = write(a_guest(GIB, GIB, vcpus=(1, 1), form="parts"), 1, 1)
    assert "-numa node,nodeid=0,memdev=ram-node0,cpus=0-1\n" in text
    assert "size=2097152K,host-nodes=1" in text


def test_a_guest_keeps_the_topology_that_it_states() -> None:
    stated = Topology(dies=2, threads=2)
    assert "-smp 4,sockets=1,dies=2,cores=1,threads=2\n" in write(
        a_guest(GIB, GIB, vcpus=(2, 2), topology=stated), 0, 1
    )


def test_a_guest_that_placer_cut_has_no_socket_in_two_nodes() -> None:
    cut = a_guest(GIB, GIB, vcpus=(4, 2), form="parts", topology=Topology(cores=3, threads=2))
    assert "-smp 6,sockets=3,cores=1,threads=2\n" in write(cut, 0, 1)
    assert "-smp 6,sockets=1,cores=3,threads=2\n" in write(cut, 1, 1)  # written as one node


def test_a_domain_keeps_its_kind_of_memory() -> None:
    shared = a_domain("<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>")
    assert ("-object memory-backend-memfd,id=ram-node0,size=1048576K,host-nodes=0,policy=bind,share=on\n") in write(
        a_guest(GIB), 0, source=shared
    )


@pytest.mark.parametrize(
    ("guest", "inside", "message"),
    [
        (a_guest(GIB, type="pv"), "", "it is of type pv, QEMU runs hvm"),
        (a_guest(GIB, vcpus=(0,)), "", "it has no vcpus"),
        (a_guest(GIB + 4), "", "vnode 0 has 1048580 KiB, expected a multiple of 8 KiB"),
        (a_guest(GIB, hard_affinity=((0, 1),)), "", "its vcpus are bound to pcpus, which no argument of QEMU does"),
        (a_guest(GIB), "<memoryBacking><hugepages/></memoryBacking>", "it asks for huge pages"),
        (
            a_guest(GIB),
            "<memoryBacking><source type='file'/></memoryBacking>",
            "its memory lies in files that libvirt names",
        ),
        (a_guest(*[8] * 129), "", "129 vnodes, QEMU takes at most 128"),
    ],
)
def test_a_guest_that_arguments_cannot_express_is_refused(guest: Guest, inside: str, message: str) -> None:
    with pytest.raises(EmissionError, match=f'^guest "db": {re.escape(message)}'):
        write(guest, *[0] * len(guest.vnodes), source=a_domain(inside))


def test_a_vnode_without_a_pnode_and_a_guest_of_xen_are_refused() -> None:
    with pytest.raises(EmissionError, match="vnode 1 has no pnode to bind its memory to"):
        write(a_guest(GIB, GIB), 0, None)
    with pytest.raises(EmissionError, match=r"db.cfg is a guest of Xen; --format xl or libxl writes it"):
        write(a_guest(GIB), 0, source=GuestSource(kind="xl", place="db.cfg", text=""))
