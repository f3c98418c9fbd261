"""Clusters of pnodes: worked by hand."""

from __future__ import annotations

from placer.graphs.nearness import MOST_LEVELS, Nearby, nearness
from tests.support.building import OPTERON_6272, a_host, tree_slit


def depth(near: Nearby) -> int:
    return 1 + max((depth(part) for part in near.parts), default=-1)


def test_nested_distances_give_nested_clusters() -> None:
    near = nearness(a_host(*[4] * 8, slit=tree_slit((2, 4, 8), (10, 12, 20, 40))))
    assert (near.least, near.most, near.pnodes) == (40, 40, tuple(range(8)))
    assert [part.pnodes for part in near.parts] == [(0, 1, 2, 3), (4, 5, 6, 7)]
    assert [(part.pnodes, part.most) for part in near.parts[0].parts] == [((0, 1), 12), ((2, 3), 12)]
    assert near.parts[0].parts[0].parts[1] == Nearby(pnodes=(1,))


def test_one_pnode_is_no_cluster_and_equal_distances_make_one() -> None:
    assert nearness(a_host(4)) == Nearby(pnodes=(0,))
    assert [part.pnodes for part in nearness(a_host(4, 4, 4)).parts] == [(0,), (1,), (2,)]


def test_pnodes_linked_irregularly_are_one_cluster_with_its_range_of_distances() -> None:
    near = nearness(a_host(*[4] * 8, slit=OPTERON_6272))
    assert (len(near.parts), near.least, near.most) == (8, 16, 22)


def test_the_shorter_direction_joins_and_both_are_in_the_range() -> None:
    near = nearness(a_host(4, 4, 4, slit=((10, 12, 40), (50, 10, 40), (40, 40, 10))))
    assert near.parts[0] == Nearby(pnodes=(0, 1), parts=(Nearby(pnodes=(0,)), Nearby(pnodes=(1,))), least=12, most=50)


def test_many_distances_are_taken_together_at_the_widest_gaps() -> None:
    count = 12
    slit = tuple(
        tuple(10 if p == q else 11 + max(p, q) + 60 * (max(p, q) >= 6) for q in range(count)) for p in range(count)
    )
    near = nearness(a_host(*[4] * count, slit=slit))
    assert depth(near) <= MOST_LEVELS
    assert set(range(6)) in [set(part.pnodes) for part in near.parts]


def test_pnodes_that_cannot_reach_each_other_are_far() -> None:
    near = nearness(a_host(4, 4, slit=((10, 255), (255, 10))))
    assert (near.least, near.most) == (255, 255)
