"""Terms summed up and sorted by kind, by hand."""

from __future__ import annotations

import numpy as np

from placer.assignment import ConvexLoad, Flow, Linear, Problem, ResidualCapacity, Resource, Term
from placer.assignment.structure.term_index import TermIndex

NEAR, FAR = np.array([[1, 5], [6, 2]]), np.array([[0, 9], [9, 0]])


def indexed(*tiers: tuple[Term, ...], resources: tuple[Resource, ...] = ()) -> TermIndex:
    """Three items on two sites."""
    return TermIndex(
        Problem(
            allowed=np.ones((3, 2), dtype=bool),
            resources=resources,
            groups=(np.arange(3),),
            incompatible=np.zeros((2, 2), dtype=bool),
            tiers=tiers,
        )
    )


def flow(*items: int, rows: list[list[int]], distance: np.ndarray = NEAR) -> Flow:
    return Flow(name="f", items=np.array(items), flow=np.array(rows), distance=distance)


def test_linear_terms_of_a_tier_are_summed_and_a_flow_to_itself_is_linear() -> None:
    cost = np.array([[1, 2], [3, 4], [5, 6]])
    index = indexed(
        (),
        (Linear(name="a", cost=cost), Linear(name="b", cost=10 * cost), flow(0, 2, rows=[[100, 0], [0, 1000]])),
    )
    assert index.linear[0].tolist() == [[0, 0]] * 3
    # items 0 and 2 pay their own flow times the diagonal of the distances, 1 and 2
    assert index.linear[1].tolist() == [[11 + 100, 22 + 200], [33, 44], [55 + 1000, 66 + 2000]]
    assert index.flows == []


def test_flows_are_merged_by_tier_and_distances() -> None:
    first, second = flow(0, 2, rows=[[7, 1], [2, 0]]), flow(1, 2, rows=[[0, 3], [0, 0]])
    index = indexed((first, second, flow(0, 1, rows=[[0, 4], [0, 0]], distance=FAR)), (second,))
    found = [(each.tier, each.distance.tolist(), each.flow.tolist()) for each in index.flows]
    assert found == [
        (0, NEAR.tolist(), [[0, 0, 1], [0, 0, 3], [2, 0, 0]]),
        (0, FAR.tolist(), [[0, 4, 0], [0, 0, 0], [0, 0, 0]]),
        (1, NEAR.tolist(), [[0, 0, 0], [0, 0, 3], [0, 0, 0]]),
    ]
    assert first.flow.tolist() == [[7, 1], [2, 0]]  # the terms themselves are left as they are


def test_the_other_terms_keep_their_tier_and_are_found_by_kind() -> None:
    room = ResidualCapacity(name="r", weight=np.array([1, 1, 1]), room=np.array([9, 9]), unit=1)
    load = ConvexLoad(name="l", weight=np.array([1, 0, 0]), pool_of=np.array([0, 0]), table=np.array([[0, 1]]))
    index = indexed((room,), (load, room))
    assert index.terms == [(0, room), (1, load), (1, room)]
    assert index.convex_loads == [(1, load)]
    assert index.residual_capacities == [(0, room), (1, room)]
    assert index.reduced_slots == []
    assert index.sets_on_site == []


def test_resources_are_rows_and_without_any_there_are_none() -> None:
    memory = Resource(weight=np.array([3, 2, 1]), capacity=np.array([4, 5]))
    pages = Resource(weight=np.array([0, 0, 7]), capacity=np.array([7, 0]))
    index = indexed(resources=(memory, pages))
    assert index.weight.tolist() == [[3, 2, 1], [0, 0, 7]]
    assert index.capacity.tolist() == [[4, 5], [7, 0]]
    assert (indexed().weight.shape, indexed().capacity.shape) == ((0, 3), (0, 2))
