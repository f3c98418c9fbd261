"""Nested clusters of pnodes that are near each other, for pictures."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

from placer.instance import Host

MOST_LEVELS = 3
"""Most levels of clusters: a machine has packages, boards and itself; deeper boxes within boxes are not read."""


@dataclass(frozen=True, kw_only=True)
class Nearby:
    """
    A pnode, or a cluster of pnodes that are nearer to each other than to the pnodes outside.

    Parameters
    ----------
    pnodes
        Positions of its pnodes, ascending.
    parts
        The clusters and pnodes inside, by their first pnode; none in a single pnode.
    least, most
        The smallest and the largest distance between pnodes of two of its parts, in either direction; 0 in a single
        pnode.
    """

    pnodes: tuple[int, ...]
    parts: tuple[Nearby, ...] = ()
    least: int = 0
    most: int = 0


def nearness(host: Host) -> Nearby:
    """
    Cut a host into clusters: the connected components of its graph at each distance (single linkage).

    Two pnodes are as far apart as the shorter of the two directions. Components are those of a minimum spanning tree,
    which are the same at every distance (Gower and Ross 1969). Distances that would make more than
    :data:`MOST_LEVELS` levels are taken together where the gaps between them are smallest.

    Examples
    --------
    >>> from placer.instance import Host, Pnode
    >>> near = nearness(Host(pnodes=[Pnode(id=p, memory_kib=4) for p in range(3)], slit=[[10, 12, 40], [12, 10, 40],
    ...     [40, 40, 10]]))
    >>> [part.pnodes for part in near.parts], near.most
    ([(0, 1), (2,)], 40)
    """
    import networkx as nx

    count, distances = len(host.pnodes), host.distances
    graph = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_weighted_edges_from(
        (p, q, min(distances[p][q], distances[q][p])) for p, q in combinations(range(count), 2)
    )
    links = list(nx.minimum_spanning_tree(graph).edges(data="weight"))
    clusters = [Nearby(pnodes=(p,)) for p in range(count)]
    for level in _levels(sorted({weight for _, _, weight in links})):
        joined = nx.Graph()
        joined.add_nodes_from(range(count))
        joined.add_edges_from((p, q) for p, q, weight in links if weight <= level)
        components = sorted(sorted(component) for component in nx.connected_components(joined))
        clusters = [_joined([each for each in clusters if each.pnodes[0] in inside], host) for inside in components]
    return clusters[0]


def _levels(weights: list[int]) -> list[int]:
    """Give the distances at which clusters are joined: the ends of the runs between the widest gaps."""
    gaps = sorted(pairwise(weights), key=lambda gap: (gap[0] - gap[1], gap[0]))[: MOST_LEVELS - 1]
    return sorted({low for low, _ in gaps} | set(weights[-1:]))


def _joined(parts: list[Nearby], host: Host) -> Nearby:
    """Make one cluster of several; one alone stays as it is."""
    if len(parts) == 1:
        return parts[0]
    parts = sorted(parts, key=lambda part: part.pnodes)
    between = [
        host.distances[p][q]
        for first in parts
        for second in parts
        if first is not second
        for p in first.pnodes
        for q in second.pnodes
    ]
    pnodes = tuple(sorted(p for part in parts for p in part.pnodes))
    return Nearby(pnodes=pnodes, parts=tuple(parts), least=min(between), most=max(between))
