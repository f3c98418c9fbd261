"""Each kind of term prices whole arrays of assignments; figures worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment import (
    ConvexLoad,
    Flow,
    IntArray,
    Linear,
    Problem,
    ResidualCapacity,
    Resource,
    SetOnSite,
    Solution,
    Status,
)


def ints(*rows: object) -> IntArray:
    return np.array(rows, dtype=np.int64)


def a_problem(
    m: int = 2,
    n: int = 2,
    *,
    tiers: tuple[tuple[Linear | Flow | ConvexLoad | ResidualCapacity | SetOnSite, ...], ...] = (),
    resources: tuple[Resource, ...] = (),
    groups: tuple[IntArray, ...] | None = None,
    incompatible: IntArray | None = None,
) -> Problem:
    return Problem(
        allowed=np.ones((n, m), dtype=bool),
        resources=resources,
        groups=groups if groups is not None else (np.arange(n),),
        incompatible=np.zeros((m, m), dtype=bool) if incompatible is None else incompatible.astype(bool),
        tiers=tiers,
    )


def test_a_linear_term_sums_each_items_price_on_its_site() -> None:
    term = Linear(name="t", cost=ints([1, 20], [300, 4000]))
    assert term.evaluate(ints([0, 0], [0, 1], [1, 0], [1, 1])).tolist() == [301, 4001, 320, 4020]


def test_a_flow_goes_from_the_senders_site_to_the_receivers_and_to_itself() -> None:
    term = Flow(name="t", items=ints(0, 2), flow=ints([1, 10], [0, 100]), distance=ints([2, 5], [7, 3]))
    # item 1 does not take part; (0, 1): 1 x d00 + 10 x d01 + 100 x d11, (1, 0): 1 x d11 + 10 x d10 + 100 x d00
    assert term.evaluate(ints([0, 9, 1], [1, 9, 0], [1, 9, 1])).tolist() == [352, 273, 333]


def test_a_crowd_pays_for_the_load_of_each_pool_and_not_for_sites_without_one() -> None:
    table = ints([0, 0, 1, 3, 6, 10], [0, 7, 14, 21, 28, 35])
    term = ConvexLoad(name="t", weight=ints(2, 3), pool_of=ints(0, 0, 1, -1), table=table)
    assert term.evaluate(ints([0, 1], [0, 2], [3, 0], [3, 3])).tolist() == [10, 1 + 21, 3, 0]
    assert term.loads(ints([0, 2], [3, 1])).tolist() == [[2, 3], [3, 0]]


def test_room_counts_only_sites_in_use_and_rounds_down_on_each() -> None:
    term = ResidualCapacity(name="t", weight=ints(5, 4), room=ints(26, 19, -1), unit=10)
    # (26 - 9) // 10; (26 - 5) // 10 + (19 - 4) // 10; nothing for the site that does not count
    assert term.evaluate(ints([0, 0], [0, 1], [2, 2], [2, 1])).tolist() == [1, 2 + 1, 0, 1]


def test_a_set_touches_a_site_once_however_many_of_its_items_are_there() -> None:
    term = SetOnSite(name="t", sets=(ints(0, 1), ints(2)), site=1)
    assert term.evaluate(ints([0, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1])).tolist() == [0, 1, 2, 1]


def test_a_problem_prices_tier_by_tier() -> None:
    low, high = Linear(name="a", cost=ints([1, 2], [3, 4])), Linear(name="b", cost=ints([10, 20], [30, 40]))
    problem = a_problem(tiers=((), (high, low), (low,)))
    assert problem.evaluate(ints([0, 1], [1, 0])).tolist() == [[0, 10 + 40 + 1 + 4, 5], [0, 20 + 30 + 2 + 3, 5]]


def test_an_assignment_is_feasible_within_masks_capacities_and_compatible_sites() -> None:
    problem = Problem(
        allowed=np.array([[True, True, True], [True, True, False], [True, True, True]]),
        resources=(Resource(weight=ints(3, 2, 1), capacity=ints(5, 3, 6)),),
        groups=(ints(0, 1), ints(2)),
        incompatible=ints([0, 1, 0], [1, 0, 0], [0, 0, 0]).astype(bool),
        tiers=(),
    )
    verdicts = {
        (0, 0, 1): True,
        (0, 0, 0): False,  # 6 on a site of 5
        (2, 2, 0): False,  # item 1 may not use site 2
        (0, 1, 2): False,  # the group of items 0 and 1 on incompatible sites
        (2, 0, 1): True,  # items of different groups may use them
        (2, 1, 1): True,  # exactly full
    }
    rows = ints(*verdicts)
    assert problem.feasible(rows).tolist() == list(verdicts.values())


def test_sites_too_far_apart_for_a_group_bar_nothing_for_items_that_are_alone() -> None:
    apart = ints([0, 1], [1, 0])
    assert a_problem(groups=(ints(0), ints(1)), incompatible=apart).all_conflicts == ()
    (conflict,) = a_problem(incompatible=apart).all_conflicts
    assert conflict.items.tolist() == [[False, True], [True, False]]


def test_without_items_there_is_one_assignment_and_it_costs_nothing() -> None:
    problem = a_problem(n=0, groups=(), tiers=((ResidualCapacity(name="t", weight=ints(), room=ints(5, 5), unit=1),),))
    nothing = np.zeros((1, 0), dtype=np.int64)
    assert problem.feasible(nothing).tolist() == [True]
    assert problem.evaluate(nothing).tolist() == [[0]]


@pytest.mark.parametrize(
    ("bounds", "status"), [((1, 2), Status.OPTIMAL), ((1, 1), Status.FEASIBLE), ((), Status.FEASIBLE)]
)
def test_only_bounds_that_equal_every_cost_make_an_answer_optimal(bounds: tuple[int, ...], status: Status) -> None:
    assert Solution.status_for((1, 2), bounds) is status
