"""Tiers whose flow is an outer product, written in totals of the sites: tables worked by hand."""

from __future__ import annotations

from itertools import product

import numpy as np

import placer
from placer.assignment import Flow
from placer.assignment.bounds.rank_one import outer_product, rank_one_form
from placer.assignment.structure.term_index import TermIndex
from placer.lowering.lower import lower
from tests.support.building import GIB, OPTERON_6272, a_guest, a_host, an_instance

COST, SHAPE = 2, 4
NONE = 2**60


def test_two_items_on_two_sites_are_tabulated_by_what_they_receive() -> None:
    """
    The items send 1 and 2 times 5, and receive 1 each.

    Site 0 holds a weight of 2: either item, but not both of 1 + 2. Site 1 holds both, and is the cheapest for each.
    """
    problem = placer.gqap(
        cost=[[7, 2], [9, 4]], flow=[[5, 5], [10, 10]], distance=[[0, 3], [4, 1]], weight=[1, 2], capacity=[2, 3]
    )
    form = rank_one_form(TermIndex(problem), 0)
    assert form is not None
    assert (form.scale, form.out, form.into, form.constant, form.tier_weight) == (5, 3, 2, 2 + 4, 1)
    assert form.down.tolist() == [[0, 1, 1, 1], [0, 1, 2, 2]]
    assert form.up.tolist() == [[0, 1, 3, 3], [0, 1, 2, 3]]
    # one item sends at least 1 and at most 2, both send 3, and no more can be received
    assert form.least_out.tolist() == [[0, 1, 3, NONE]] * 2
    assert form.most_out.tolist() == [[0, 2, 3, 3]] * 2
    assert not form.price.any()


def test_the_totals_of_the_sites_cost_what_the_flow_costs() -> None:
    random = np.random.default_rng(1)
    flow = 3 * np.outer(random.integers(0, 5, 4), random.integers(0, 5, 4))
    distance = random.integers(0, 30, (3, 3))
    problem = placer.gqap(
        cost=np.zeros((4, 3), dtype=int), flow=flow, distance=distance, weight=[0] * 4, capacity=[0] * 3
    )
    (term,) = (term for term in problem.tiers[0] if isinstance(term, Flow))
    vectors = outer_product(term, 4)
    assert vectors is not None
    scale, out, into = vectors
    rows = np.array(list(product(range(3), repeat=4)))
    on = rows[:, :, None] == np.arange(3)
    totals = (on * out[:, None]).sum(axis=1), (on * into[:, None]).sum(axis=1)
    costs = scale * ((totals[0] @ distance) * totals[1]).sum(axis=1)
    assert costs.tolist() == problem.evaluate(rows)[:, 0].tolist()


def test_what_is_left_on_a_pnode_in_use_is_a_lower_tier() -> None:
    """Pnodes of 2048 MiB and three vnodes of 1152: 896 are left beside one, and nothing beside more."""
    problem = lower(an_instance(a_host(*(2 * GIB,) * 2, pcpus=1), a_guest(*(GIB + GIB // 8,) * 3))).problem
    form = rank_one_form(TermIndex(problem), COST)
    assert form is not None
    assert form.left.tolist() == [[2048, 896, 0, 0, 0]] * 2
    assert form.tier_weight == 1 + 2 * 2048


def test_the_price_of_load_is_a_function_of_what_a_site_sends() -> None:
    """Two vnodes of 2 vcpus on pnodes of 2 cores: both on one pnode share each core, in 2 pairs at 2000 each."""
    problem = lower(an_instance(a_host(4 * GIB, 4 * GIB, pcpus=2), a_guest(GIB, GIB, vcpus=(2, 2)), price=1)).problem
    form = rank_one_form(TermIndex(problem), COST)
    assert form is not None
    assert form.out == 2
    assert form.price.tolist() == [[0, 0, 2 * 2000]] * 2


def test_what_is_no_outer_product_has_no_totals() -> None:
    traffic = ((1, 2), (2, 1))
    host = a_host(*(4 * GIB,) * 8, slit=OPTERON_6272)
    assert rank_one_form(TermIndex(lower(an_instance(host, a_guest(GIB, GIB, traffic=traffic))).problem), COST) is None
    twins = (a_guest(GIB, GIB), a_guest(GIB, GIB, name="web"))
    assert rank_one_form(TermIndex(lower(an_instance(host, *twins)).problem), COST) is None
    assert rank_one_form(TermIndex(lower(an_instance(host, twins[0])).problem), COST) is not None
    flow = Flow(name="", items=np.arange(2), flow=np.array([[1, 2], [2, 3]]), distance=np.eye(2, dtype=np.int64))
    assert outer_product(flow, 2) is None
