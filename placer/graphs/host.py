"""Hosts as weighted networkx graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placer.instance import UNREACHABLE, Host

if TYPE_CHECKING:
    import networkx as nx


def host_graph(host: Host) -> nx.DiGraph:
    """
    Draw the pnodes of a host as a graph.

    Returns
    -------
    networkx.DiGraph
        A node per pnode id with ``memory_kib``, ``reserve_kib``, ``pcpus`` and ``cores`` (their number); an edge from
        p to q with ``distance`` where q's memory is reachable from p's pcpus, loops included.

    Examples
    --------
    >>> from placer.instance import Host, Pnode
    >>> graph = host_graph(Host(pnodes=(Pnode(id=0, memory_kib=4), Pnode(id=8, memory_kib=4))))
    >>> graph.edges[0, 8]["distance"]
    20
    """
    import networkx as nx

    graph = nx.DiGraph(name=host.name)
    for pnode in host.pnodes:
        graph.add_node(
            pnode.id,
            memory_kib=pnode.memory_kib,
            reserve_kib=pnode.reserve_kib,
            pcpus=pnode.pcpus,
            cores=pnode.core_count,
        )
    for p, row in zip(host.pnodes, host.distances, strict=True):
        graph.add_edges_from(
            (p.id, q.id, {"distance": d}) for q, d in zip(host.pnodes, row, strict=True) if d < UNREACHABLE
        )
    return graph


def reachable_parts(host: Host) -> list[tuple[int, ...]]:
    """
    Cut the host into parts that cannot reach each other at all.

    Returns
    -------
    list of tuple of int
        Pnode ids, ascending; one part on an ordinary host.
    """
    import networkx as nx

    parts = nx.weakly_connected_components(host_graph(host))
    return sorted(tuple(sorted(part)) for part in parts)
