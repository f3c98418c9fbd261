"""Hosts as graphs."""

from __future__ import annotations

from placer.graphs.host import host_graph, reachable_parts
from placer.instance import Host, Pnode
from tests.support.building import GIB

SPARSE = Host(
    name="power",
    pnodes=(
        Pnode(id=0, memory_kib=4 * GIB, reserve_kib=GIB, pcpus=(0, 1, 2, 3), cores=((0, 1), (2, 3))),
        Pnode(id=8, memory_kib=4 * GIB, pcpus=(4, 5)),
        Pnode(id=252, memory_kib=2 * GIB),
    ),
    slit=((10, 40, 80), (41, 10, 255), (80, -1, 10)),
)


def test_a_host_graph_has_a_node_per_pnode_with_what_it_holds() -> None:
    graph = host_graph(SPARSE)

    assert graph.name == "power"
    assert graph.nodes[0] == {"memory_kib": 4 * GIB, "reserve_kib": GIB, "pcpus": (0, 1, 2, 3), "cores": 2}
    assert graph.nodes[8]["cores"] == 2  # a host that states no siblings: each pcpu is a core
    assert graph.nodes[252]["pcpus"] == ()


def test_a_host_graph_has_an_edge_where_memory_can_be_reached_with_its_distance() -> None:
    edges = {(p, q): data["distance"] for p, q, data in host_graph(SPARSE).edges(data=True)}

    assert edges == {(0, 0): 10, (0, 8): 40, (0, 252): 80, (8, 0): 41, (8, 8): 10, (252, 0): 80, (252, 252): 10}


def test_a_host_without_distances_is_drawn_with_those_that_are_assumed() -> None:
    graph = host_graph(Host(pnodes=(Pnode(id=1, memory_kib=4), Pnode(id=5, memory_kib=4))))

    assert (graph.edges[1, 1]["distance"], graph.edges[1, 5]["distance"]) == (10, 20)


def test_parts_that_cannot_reach_each_other_are_told_apart() -> None:
    apart = ((10, 20, 255, 255), (20, 10, 255, 255), (255, 255, 10, 255), (255, 255, 255, 10))
    host = Host(pnodes=tuple(Pnode(id=i, memory_kib=4) for i in (3, 1, 2, 0)), slit=apart)

    assert reachable_parts(host) == [(0,), (1, 3), (2,)]
    assert reachable_parts(SPARSE) == [(0, 8, 252)]
