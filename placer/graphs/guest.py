"""Guests as weighted networkx graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placer.graphs.traffic import traffic
from placer.instance import Guest

if TYPE_CHECKING:
    import networkx as nx


def guest_graph(guest: Guest) -> nx.DiGraph:
    """
    Draw the vnodes of a guest as a graph.

    Returns
    -------
    networkx.DiGraph
        A node per vnode with ``memory_kib`` and ``vcpus``; an edge from v to w with ``traffic`` where the vcpus of v
        use the memory of w, loops included.
    """
    import networkx as nx

    graph = nx.DiGraph(name=guest.name)
    for v, vnode in enumerate(guest.vnodes):
        graph.add_node(v, memory_kib=vnode.memory_kib, vcpus=vnode.vcpus)
    for v, row in enumerate(traffic(guest).tolist()):
        graph.add_edges_from((v, w, {"traffic": t}) for w, t in enumerate(row) if t)
    return graph
