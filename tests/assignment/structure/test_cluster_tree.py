"""Clusters of sites, by hand."""

from __future__ import annotations

import numpy as np

from placer.assignment.structure.cluster_tree import Cluster, cluster_tree
from tests.support.building import tree_slit


def test_clusters_nest_in_any_order_of_distances_and_a_path_of_four_does_not() -> None:
    # 0 and 1 are far from each other, and both nearer to 2
    assert cluster_tree(np.array([[[0, 9, 5], [9, 0, 5], [5, 5, 0]]])) is not None
    path = np.array([[1, 1, 2, 2], [1, 1, 1, 2], [2, 1, 1, 1], [2, 2, 1, 1]])
    assert cluster_tree(path[None]) is None


def test_a_hierarchy_is_cut_at_its_largest_distance_first() -> None:
    pair = [Cluster(p, p + 1, (Cluster(p), Cluster(p + 1))) for p in (0, 2, 4)]
    tree = cluster_tree(np.array(tree_slit((2, 4, 6), (10, 16, 19, 21)))[None])
    assert tree == Cluster(0, 4, (Cluster(0, 2, (pair[0], pair[1])), pair[2]))
    assert tree is not None
    assert tree.sites == (0, 1, 2, 3, 4, 5)


def test_two_tiers_nest_only_in_common_clusters() -> None:
    near = np.array(tree_slit((2, 4), (10, 16, 21)))
    crossed = near[np.ix_([0, 2, 1, 3], [0, 2, 1, 3])]
    assert cluster_tree(np.stack([near, near])) == cluster_tree(near[None])
    assert cluster_tree(np.stack([near, crossed])) is None  # whatever is cut, 0-1-3-2-0 or more holds together
