"""Who may stand where, as a graph, by hand."""

from __future__ import annotations

import networkx as nx
from msgspec.structs import replace

from placer.graphs.instance import instance_graph, usable_pnodes
from placer.instance import Cpupool, Flexible, Rule, VnodeOf
from tests.support.building import GIB, a_guest, a_host, an_instance

HOST = replace(
    a_host(*(4 * GIB,) * 4, pcpus=2),
    cpupools=(Cpupool(name="Pool-0", pcpus=(0, 1, 2, 3)), Cpupool(name="rt", pcpus=(4, 5, 6, 7))),
)


def test_a_guest_may_use_what_its_pool_its_affinity_and_its_pnodes_allow() -> None:
    assert usable_pnodes(a_guest(GIB), HOST) == [0, 1]
    assert usable_pnodes(a_guest(GIB, pool="rt"), HOST) == [2, 3]
    assert usable_pnodes(a_guest(GIB, pool="rt", pnodes=(0, 3)), HOST) == [3]
    assert usable_pnodes(a_guest(GIB, hard_affinity=((1, 4),)), HOST) == [0]
    assert usable_pnodes(a_guest(GIB, vcpus=(2,), hard_affinity=((0,), (2,))), HOST) == []
    assert usable_pnodes(a_guest(GIB, GIB, hard_affinity=((0,), (2,))), HOST) == [0, 1]


def test_a_vnode_that_names_its_pnode_and_a_guest_that_is_not_cut_yet() -> None:
    guest = a_guest(GIB)
    fixed = replace(guest, vnodes=(replace(guest.vnodes[0], pnode=1),))
    assert usable_pnodes(fixed, HOST) == [1]
    flexible = replace(guest, vnodes=(), form="vnuma", flexible=Flexible(memory_kib=GIB, vcpu_count=2), pool="rt")
    assert usable_pnodes(flexible, HOST) == [2, 3]


def test_cpupools_and_rules_decide_which_guests_hang_together() -> None:
    guests = [a_guest(GIB, name="a"), a_guest(GIB, name="b"), a_guest(GIB, name="c", pool="rt")]
    graph = instance_graph(an_instance(HOST, *guests))
    assert nx.is_bipartite(graph)
    parts = [{name for kind, name in part if kind == "guest"} for part in nx.connected_components(graph)]
    assert sorted(map(sorted, parts)) == [["a", "b"], ["c"]]

    ruled = replace(an_instance(HOST, *guests), rules=(Rule(apart=("a", VnodeOf(guest="c", vnode=0))),))
    joined = instance_graph(ruled)
    assert joined.nodes["rule", 0] == {"bipartite": 0, "kind": "apart"}
    assert set(joined["rule", 0]) == {("pnode", p) for p in range(4)}
    assert nx.is_connected(joined)
