"""The levels of a flow: which sites are in a cluster, and what a level saves at most."""

from __future__ import annotations

import numpy as np

import placer
from placer.assignment.bounds.level_clusters import Level, LevelLoad, levels_of
from placer.assignment.structure.term_index import TermIndex
from tests.support.building import tree_slit


def levels_of_a_ring() -> list[Level]:
    """Eight items in a ring, two for each of four sites, which are two pairs."""
    link = np.roll(np.eye(8, dtype=np.int64), 1, axis=1)
    problem = placer.gqap(
        cost=np.zeros((8, 4), dtype=np.int64),
        flow=link,
        distance=tree_slit((2, 4), (10, 16, 21)),
        weight=[1] * 8,
        capacity=[2] * 4,
    )
    index = TermIndex(problem)
    return list(levels_of(index, index.flows[0], LevelLoad(index, 0)))


def test_a_level_saves_its_step_for_each_link_inside_its_clusters() -> None:
    """Of 8 links 4 stay on a site and save 6; 6 stay in a pair of sites and save 5."""
    sites, pairs = levels_of_a_ring()
    assert (sites.of_single_sites, pairs.of_single_sites) == (True, False)
    assert sites.saved(lambda: True) == 4 * 6
    assert pairs.saved(lambda: True) == 6 * 5
    assert (sites.all_inside, pairs.all_inside) == (8 * 6, 8 * 5)


def test_units_beyond_save_as_much_as_they_can_or_their_price() -> None:
    sites, _ = levels_of_a_ring()
    sites.saved(lambda: True)
    assert sites.most(np.arange(3)).tolist() == [24, 48, 48]
    assert sites.most(np.arange(3), price=7).tolist() == [24, 31, 38]


def test_there_is_no_price_of_load_without_a_load() -> None:
    problem = placer.gqap(cost=[[3, 1]], flow=[[0]], distance=[[0, 1], [1, 0]], weight=[1], capacity=[1, 1])
    assert LevelLoad(TermIndex(problem), 0).least.tolist() == [0]
