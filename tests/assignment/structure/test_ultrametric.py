"""Which distances form a hierarchy, and its clusters, by hand."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from placer.assignment.structure.ultrametric import Level, is_hierarchical, levels, subdominant
from tests.support.building import OPTERON_6272, Slit, tree_slit

EPYC: Slit = tree_slit((2, 4, 8), (10, 16, 19, 21))


@pytest.mark.parametrize(
    "slit",
    [
        tree_slit((8,), (10, 20)),
        tree_slit((4, 8), (10, 12, 32)),
        EPYC,
        ((10,),),
        ((10, 10), (10, 10)),
        ((10, 21, 21), (21, 12, 16), (21, 16, 10)),
    ],
    ids=["flat", "two levels", "four levels", "one pnode", "all one", "unequal local distances"],
)
def test_clusters_within_clusters_are_a_hierarchy(slit: Slit) -> None:
    assert is_hierarchical(np.array(slit))


@pytest.mark.parametrize(
    "slit",
    [
        OPTERON_6272,
        ((10, 20), (21, 10)),
        ((10, 16, 21), (16, 10, 16), (21, 16, 10)),
        ((10, 20), (20, 25)),
    ],
    ids=["Opteron 6272", "asymmetric", "a chain", "farther from itself than from others"],
)
def test_other_distances_are_none(slit: Slit) -> None:
    assert not is_hierarchical(np.array(slit))


def test_a_permuted_hierarchy_is_still_one() -> None:
    order = np.random.default_rng(1).permutation(8)
    distance = np.array(EPYC)[np.ix_(order, order)]
    assert is_hierarchical(distance)
    found, _ = levels(distance)
    sizes = sorted((len(cluster.sites), cluster.height, cluster.parent_height) for cluster in found)
    assert sizes == [(1, 10, 16)] * 8 + [(2, 16, 19)] * 4 + [(4, 19, 21)] * 2


def test_a_flat_host_has_only_its_single_pnodes() -> None:
    single = [Level((p,), 10, 20) for p in range(3)]
    assert levels(np.array(tree_slit((3,), (10, 20)))) == (single, 20)


def test_clusters_that_are_no_closer_than_what_is_around_them_are_left_out() -> None:
    # pnode 0 is as far from itself as from the others
    distance = np.array(((20, 20, 20), (20, 10, 16), (20, 16, 10)))
    found, height = levels(distance)
    assert height == 20
    assert set(found) == {Level((1, 2), 16, 20), Level((1,), 10, 16), Level((2,), 10, 16)}


@pytest.mark.parametrize("slit", [EPYC, tree_slit((8,), (10, 20)), ((10, 21, 21), (21, 12, 16), (21, 16, 10))])
def test_squares_of_counts_per_cluster_give_the_sum_of_distances(slit: Slit) -> None:
    distance, random = np.array(slit), np.random.default_rng(2)
    found, height = levels(distance)
    for _ in range(30):
        sites = random.integers(len(distance), size=5)
        counts = sum(
            (cluster.parent_height - cluster.height) * int(np.isin(sites, cluster.sites).sum()) ** 2
            for cluster in found
        )
        assert distance[np.ix_(sites, sites)].sum() == height * 25 - counts


def test_the_ultrametric_below_an_opteron_is_flat() -> None:
    """Its pnodes are 16 or 22 apart, and steps of 16 lead from each to all others."""
    assert (subdominant(np.array(OPTERON_6272)) == np.where(np.eye(8), 10, 16)).all()


def test_the_ultrametric_below_is_the_least_of_the_longest_steps_of_all_paths() -> None:
    for seed in range(20):
        distance = np.random.default_rng(seed).integers(1, 30, (5, 5))
        below, both = subdominant(distance), np.minimum(distance, distance.T)
        assert is_hierarchical(below)
        paths = [path for k in range(4) for path in product(range(5), repeat=k)]
        for p, q in product(range(5), repeat=2):
            steps = [[both[a, b] for a, b in pairwise((p, *path, q))] for path in paths]
            assert below[p, q] == min(map(max, steps))
        assert (below <= both).all()


@pytest.mark.parametrize("slit", [EPYC, tree_slit((4, 8), (10, 12, 32))])
def test_a_hierarchy_is_its_own_ultrametric_below(slit: Slit) -> None:
    assert (subdominant(np.array(slit)) == np.array(slit)).all()
