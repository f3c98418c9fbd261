"""Each group placed alone: bounds worked by hand, and never above the optimum."""

from __future__ import annotations

from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.context import SearchContext
from placer.assignment.group_relaxation import group_bounds
from placer.assignment.structure.term_index import TermIndex
from placer.lowering.lower import lower
from tests.support.building import GIB, OPTERON_6272, a_guest, a_host, an_instance
from tests.support.oracle import best
from tests.support.random_instances import random_instance


def test_no_bound_of_groups_placed_alone_is_above_the_optimum() -> None:
    raised = 0
    for seed in range(160):
        instance, allow_unplaced = random_instance(seed), seed % 4 == 0
        expected = best(instance, allow_unplaced)
        if expected is not None:
            index = TermIndex(lower(instance, allow_unplaced=allow_unplaced).problem)
            plain = lower_bounds(index)
            grouped = group_bounds(index, SearchContext(), plain)
            assert all(low <= cost for low, cost in zip(grouped, expected[0], strict=True)), seed
            assert all(low <= high for low, high in zip(plain, grouped, strict=True)), seed
            raised += grouped != plain
    assert raised > 8


def test_a_guest_alone_weighs_its_distances_against_the_cores_it_would_share() -> None:
    # three vnodes fit a pnode; 6 vcpus on its 4 cores share in 2 pairs of 2000, and 2 + 2 costs only 1000 x 2 more
    host = a_host(3 * GIB, 3 * GIB, pcpus=4, slit=((10, 12), (12, 10)))
    instance = an_instance(host, a_guest(*(GIB,) * 4, vcpus=(2,) * 4), price=1)
    index = TermIndex(lower(instance).problem)
    assert group_bounds(index, SearchContext(), lower_bounds(index))[2] == 16 * 500 * 10 + 8 * 500 * 2


def test_a_guest_alone_pays_for_load_only_what_an_even_spread_does_not() -> None:
    # 6 vcpus of each guest on 2 x 4 cores: 12 share in 4 pairs at best, and 6 on one pnode cost no more than that
    host = a_host(8 * GIB, 8 * GIB, pcpus=4, slit=((10, 12), (12, 10)))
    guests = [a_guest(GIB, GIB, vcpus=(3, 3), name=f"g{i}") for i in range(2)]
    index = TermIndex(lower(an_instance(host, *guests, price=1)).problem)
    assert group_bounds(index, SearchContext(), lower_bounds(index))[2] == 12 * 1000 * 10 + 4 * 2000


def test_a_guest_alone_costs_at_least_its_best_dies() -> None:
    # three of the Opteron's dies can all be 16 apart, such as {0, 1, 4}; the pairs alone know no more
    slit = OPTERON_6272
    instance = an_instance(a_host(*(3 * GIB,) * 8, slit=slit), a_guest(*(2 * GIB,) * 3))
    index = TermIndex(lower(instance).problem)
    assert group_bounds(index, SearchContext(), lower_bounds(index))[2] == 3 * 333 * (10 + 2 * 16)
