"""What is said of the cores and sockets of a guest that placer cut."""

from __future__ import annotations

from placer.instance import Flexible, Guest, Instance, Placement, Topology
from placer.instance.note import grouped
from placer.job.request import Request
from placer.job.topology_notes import topology_notes
from tests.support.building import GIB, a_host

HOST = a_host(8 * GIB, 8 * GIB, 8 * GIB)


def said(topology: Topology | None, k: int, *pnodes: int | None) -> list[str]:
    flexible = Flexible(memory_kib=8 * GIB, vcpu_count=topology.vcpu_count if topology else 6)
    guest = Guest(name="db", flexible=flexible, topology=topology).split_into(k)
    request = Request(instance=Instance(host=HOST, guests=(guest,)))
    return list(topology_notes(request, Placement(pnode_of={"db": pnodes})))


def test_a_changed_topology_is_said_with_both() -> None:
    assert said(Topology(cores=3, threads=2), 2, 0, 1) == [
        'guest "db": its topology 1 socket x 3 cores x 2 threads is written as 3 sockets x 1 core x 2 threads, so that '
        "no socket lies in two vnodes; --migratable keeps it"
    ]


def test_a_core_that_is_cut_is_said_with_the_way_out() -> None:
    lines = said(Topology(cores=2, threads=2), 3, 0, 1, 2)
    assert lines[0] == (
        'guest "db": threads of 1 of its 2 cores lie in different vnodes, as there are fewer cores than vnodes; '
        "--vnodes 1-2 cuts no core"
    )


def test_nothing_is_said_where_nothing_is_cut() -> None:
    assert said(None, 2, 0, 1) == []
    assert said(Topology(sockets=2, cores=3), 2, 0, 1) == []
    assert said(Topology(cores=3, threads=2), 2, 0, 0) == []  # written as one vnode
    assert said(Topology(cores=3, threads=2), 1, 0) == []
    assert said(Topology(cores=3, threads=2), 2, 0, None) == []


def test_what_is_so_of_several_guests_is_said_once() -> None:
    flexible = Flexible(memory_kib=8 * GIB, vcpu_count=6)
    guests = [Guest(name=n, flexible=flexible, topology=Topology(cores=3, threads=2)).split_into(2) for n in ("a", "b")]
    request = Request(instance=Instance(host=HOST, guests=tuple(guests)))
    assert grouped(topology_notes(request, Placement(pnode_of={"a": (0, 1), "b": (1, 2)}))) == [
        "each of 2 guests: its topology is written as another one, so that no socket lies in two vnodes; "
        "--migratable keeps it: a, b"
    ]
