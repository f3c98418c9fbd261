"""Moves between pnodes as networkx graphs: what has to leave before something else can come."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx


def move_graph(leaves: Mapping[str, Collection[int]], comes: Mapping[str, Collection[int]]) -> nx.DiGraph:
    """
    Draw which moves may have to wait for which.

    Parameters
    ----------
    leaves, comes
        Name of what moves -> ids of the pnodes that it leaves, and of those that it comes to.

    Returns
    -------
    networkx.DiGraph
        A node for each move, with an edge from a to b if b comes to a pnode that a leaves: b may need that room.

    Examples
    --------
    >>> graph = move_graph({"a": [0], "b": [1], "c": [2]}, {"a": [1], "b": [0], "c": [0]})
    >>> sorted(graph.edges)
    [('a', 'b'), ('a', 'c'), ('b', 'a')]
    """
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(leaves)
    graph.add_edges_from((a, b) for a in leaves for b in comes if a != b and set(leaves[a]) & set(comes[b]))
    return graph


def waiting_groups(graph: nx.DiGraph) -> list[list[str]]:
    """
    Order moves so that each stands behind all that it may wait for; moves that wait for each other stand together.

    A group that comes later never leaves a pnode to which an earlier one comes, so the groups can be planned one by
    one, each with all groups before it done and none behind it begun.

    Returns
    -------
    list of list of str
        The strongly connected components, generation after generation, each sorted by name.

    Examples
    --------
    >>> waiting_groups(move_graph({"a": [0], "b": [1], "c": [2]}, {"a": [1], "b": [0], "c": [0]}))
    [['a', 'b'], ['c']]
    """
    import networkx as nx

    condensed = nx.condensation(graph)
    generations = nx.topological_generations(condensed)
    groups = (sorted(condensed.nodes[c]["members"]) for generation in generations for c in generation)
    return list(groups)


def circle(graph: nx.DiGraph) -> list[str]:
    """Give one circle of moves each of which waits for the one before; empty where there is none."""
    import networkx as nx

    try:
        return [a for a, _ in nx.find_cycle(graph)]
    except nx.NetworkXNoCycle:
        return []
