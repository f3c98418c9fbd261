"""Distances that form a hierarchy of clusters, as on most real hosts: core die, socket, board, rack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from placer.assignment import IntArray
from placer.assignment.structure.cluster_tree import Cluster, cluster_tree


@dataclass(frozen=True)
class Level:
    """
    A cluster: sites no further apart than ``height``.

    Parameters
    ----------
    sites
        Ascending.
    height
        The largest distance within it.
    parent_height
        The height of the cluster around it.
    """

    sites: tuple[int, ...]
    height: int
    parent_height: int


def is_hierarchical(distance: IntArray) -> bool:
    """Whether the distances are an ultrametric: symmetric, with d(p, p) <= d(p, r) <= max(d(p, q), d(q, r))."""
    if (distance != distance.T).any() or (np.diagonal(distance)[:, None] > distance).any():
        return False
    via = np.maximum(distance[:, :, None], distance[None, :, :]).min(axis=1)
    return bool((distance <= via).all())


def subdominant(distance: IntArray) -> IntArray:
    """
    Return the largest ultrametric that is nowhere larger, of distances and those back, ``[m, m]``.

    That of two sites is the least, over all paths from one to the other, of the longest step: single linkage (Jardine
    and Sibson, Mathematical Taxonomy, 1971).

    Examples
    --------
    >>> subdominant(np.array([[0, 1, 9], [1, 0, 2], [9, 2, 0]])).tolist()
    [[0, 1, 2], [1, 0, 2], [2, 2, 0]]
    """
    nearest = np.minimum(distance, distance.T)
    for via in range(len(nearest)):
        nearest = np.minimum(nearest, np.maximum(nearest[:, via, None], nearest[None, via, :]))
    return nearest


def levels(distance: IntArray) -> tuple[list[Level], int]:
    """
    Return the clusters of hierarchical distances.

    Parameters
    ----------
    distance
        ``[m, m]``, for which :func:`is_hierarchical` holds.

    Returns
    -------
    levels : list of Level
        Every cluster of a smaller height than the cluster around it, single sites included; not the whole.
    height : int
        The largest distance of all.
    """
    tree, whole = cluster_tree(distance[None]), int(distance.max())
    assert tree is not None, "a hierarchy nests"
    return [level for part in tree.parts for level in _levels(distance, part, whole)], whole


def _levels(distance: IntArray, cluster: Cluster, around: int) -> Iterator[Level]:
    height = int(distance[cluster.p, cluster.q if cluster.parts else cluster.p])
    if height < around:
        yield Level(cluster.sites, height, around)
    for part in cluster.parts:
        yield from _levels(distance, part, height)
