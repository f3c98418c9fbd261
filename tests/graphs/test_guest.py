"""Guests as graphs."""

from __future__ import annotations

from placer.graphs.guest import guest_graph
from tests.support.building import GIB, a_guest


def test_a_guest_graph_carries_the_traffic_of_each_pair() -> None:
    """Two vcpus beside 1 GiB and one beside 3: a quarter and three quarters of what each reads, in thousandths."""
    graph = guest_graph(a_guest(GIB, 3 * GIB, vcpus=(2, 1)))

    assert graph.nodes[0] == {"memory_kib": GIB, "vcpus": (0, 1)}
    traffic = {(v, w): data["traffic"] for v, w, data in graph.edges(data=True)}
    assert traffic == {(0, 0): 500, (0, 1): 1500, (1, 0): 250, (1, 1): 750}


def test_a_vnode_without_vcpus_sends_nothing() -> None:
    graph = guest_graph(a_guest(GIB, GIB, vcpus=(1, 0)))

    assert set(graph.edges) == {(0, 0), (0, 1)}
