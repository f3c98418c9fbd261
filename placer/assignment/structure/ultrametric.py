"""Distances that form a hierarchy of clusters, as on most real hosts: core die, socket, board, rack."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placer.assignment import IntArray


@dataclass(frozen=True)
class Cluster:
    """
    Sites no further apart than ``height``.

    Parameters
    ----------
    sites
        Ascending.
    height
        The largest distance within it.
    parent_height
        That of the cluster around it.
    """

    sites: tuple[int, ...]
    height: int
    parent_height: int


def is_hierarchical(distance: IntArray) -> bool:
    """Whether the distances are symmetric, and being within any distance is transitive (an ultrametric)."""
    if (distance != distance.T).any() or (np.diagonal(distance)[:, None] > distance).any():
        return False
    via = np.maximum(distance[:, :, None], distance[None, :, :]).min(axis=1)
    return bool((distance <= via).all())


def clusters(distance: IntArray) -> tuple[list[Cluster], int]:
    """
    Cut a hierarchical distance matrix into its clusters.

    Returns
    -------
    clusters : list of Cluster
        Every cluster that is closer than the one around it, single sites included; not the whole.
    height : int
        The largest distance of all.
    """
    whole = int(distance.max())
    found: list[Cluster] = []
    _cut(distance, list(range(len(distance))), whole, found)
    return found, whole


def _cut(distance: IntArray, sites: list[int], height: int, found: list[Cluster]) -> None:
    """Split ``sites``, all within ``height``, into what is strictly closer."""
    left = list(sites)
    while left:
        near = [q for q in left if distance[left[0], q] < height or q == left[0]]
        left = [q for q in left if q not in near]
        inner = int(distance[np.ix_(near, near)].max())
        if inner < height:
            found.append(Cluster(tuple(near), inner, height))
        if len(near) > 1:
            _cut(distance, near, inner, found)
