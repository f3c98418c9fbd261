"""Each encoding of flows against every assignment, without local search."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment import Flow, Problem
from tests.support.building import GIB, OPTERON_6272, Slit, a_guest, a_host, an_instance, tree_slit
from tests.support.model_alone import assert_exact, assert_problem_exact

EPYC: Slit = tree_slit((2, 4, 8), (10, 16, 19, 21))


@pytest.mark.parametrize("slit", [EPYC, OPTERON_6272], ids=["counts per cluster", "slots"])
@pytest.mark.parametrize(("count", "pnodes"), [(4, 8), (5, 6), (6, 4)])
def test_equal_vnodes_cost_the_least_of_all_assignments(slit: Slit, count: int, pnodes: int) -> None:
    part = tuple(row[:pnodes] for row in slit[:pnodes])
    host = a_host(*((3 + p % 2 * 2) * GIB for p in range(pnodes)), slit=part)
    assert_exact(an_instance(host, a_guest(*(2 * GIB,) * count)))


@pytest.mark.parametrize("slit", [EPYC, OPTERON_6272], ids=["hierarchical", "irregular"])
def test_unequal_vnodes_cost_the_least_of_all_assignments(slit: Slit) -> None:
    part = tuple(row[:5] for row in slit[:5])
    assert_exact(an_instance(a_host(*(4 * GIB,) * 5, slit=part), a_guest(*(GIB * s for s in (1, 2, 3, 3, 4)))))


def test_one_way_and_asymmetric_flows_cost_the_least_of_all_assignments() -> None:
    slit = ((10, 12, 30, 22), (25, 10, 14, 40), (11, 33, 10, 17), (21, 16, 28, 10))
    guest = a_guest(*(GIB,) * 4, traffic=((0, 9, 0, 2), (0, 0, 7, 0), (1, 0, 0, 5), (4, 0, 0, 0)))
    assert_exact(an_instance(a_host(*(GIB,) * 4, slit=slit), guest))


@pytest.mark.parametrize("seed", range(6))
def test_flows_of_every_pattern_over_any_distances_cost_the_least_of_all_assignments(seed: int) -> None:
    random = np.random.default_rng(seed)
    flow = random.integers(0, 4, (4, 4)) * (random.random((4, 4)) < 0.7)
    if seed % 2:
        flow = np.maximum(flow, flow.T)
    term = Flow(name="f", items=np.arange(4), flow=flow, distance=random.integers(0, 7, (3, 3)))
    apart = np.zeros((3, 3), dtype=bool)
    allowed = np.array([[1, 1, 1], [1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=bool)
    assert_problem_exact(
        Problem(allowed=allowed, resources=(), groups=(np.arange(4),), incompatible=apart, tiers=((term,),))
    )
