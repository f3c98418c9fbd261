"""Capacities, sites that exclude each other and prices of load in the model, against every assignment."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.assignment import ReducedSlotsLoad, Status
from placer.instance import Domain, Host, Pnode
from placer.lowering.lower import lower
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance
from tests.support.model_alone import assert_exact, assert_problem_exact, solve_by_model


def test_equal_guests_and_lone_equal_vnodes_cost_the_least_of_all_assignments() -> None:
    host = a_host(*(4 * GIB,) * 3, slit=((10, 16, 21), (16, 10, 20), (21, 20, 10)), pcpus=2)
    twins = [a_guest(2 * GIB, GIB, name=name, vcpus=(2, 1)) for name in "ab"]
    singles = [a_guest(GIB, name=name, vcpus=(2,)) for name in "cd"]
    assert_exact(an_instance(host, *twins, *singles))
    assert_exact(an_instance(host, *twins, *singles), allow_unplaced=True)


@pytest.mark.parametrize(
    "guests",
    [
        [a_guest(2 * GIB, 2 * GIB, 2 * GIB)],
        [a_guest(2 * GIB, name=name) for name in "abcd"],
        [a_guest(2 * GIB, 2 * GIB, name="a"), a_guest(3 * GIB, name="b"), a_guest(GIB, GIB, name="c")],
    ],
    ids=["one guest", "equal guests", "unequal guests"],
)
def test_the_least_is_left_out_where_not_everything_fits(guests: list[object]) -> None:
    host = a_host(3 * GIB, 2 * GIB, slit=((10, 21), (21, 10)))
    assert_exact(an_instance(host, *guests), allow_unplaced=True)  # type: ignore[arg-type]


def test_pnodes_that_exclude_each_other_hold_no_two_vnodes_of_a_guest() -> None:
    cut = 255
    slit = ((10, 20, cut, 20), (20, 10, 20, cut), (cut, 20, 10, 20), (20, cut, 20, 10))
    host = a_host(*(2 * GIB,) * 4, slit=slit)
    assert_exact(an_instance(host, a_guest(*(2 * GIB,) * 2), a_guest(*(2 * GIB,) * 2, name="b")))
    assert_exact(an_instance(host, a_guest(*(2 * GIB,) * 3)))


def test_crowded_cores_cost_the_least_of_all_assignments() -> None:
    host = Host(
        pnodes=tuple(
            Pnode(id=p, memory_kib=8 * GIB, pcpus=tuple(range(4 * p, 4 * p + width)))
            for p, width in enumerate((1, 4, 2))
        )
    )
    guests = [a_guest(GIB, name="a", vcpus=(6,)), a_guest(GIB, GIB, name="b", vcpus=(3, 2)), a_guest(1, name="c")]
    old = Domain(name="old", affinity=((0,), (0,), (4, 5), (8,), (8,), (8, 0), None, None))
    for price in (0.001, 2, 15, None):
        assert_exact(an_instance(host, *guests, price=price))
        assert_exact(an_instance(replace(host, domains=(old,)), *guests, price=price))


def test_cores_filled_by_dedicated_vcpus_crowd_the_others() -> None:
    pnodes = []
    for p in range(2):
        first = 4 * p
        cores = ((first, first + 1), (first + 2, first + 3))
        pnodes.append(Pnode(id=p, memory_kib=8 * GIB, pcpus=tuple(range(first, first + 4)), cores=cores))
    guests = [
        a_guest(GIB, name="rt", vcpus=(2,), cpu_policy="dedicated"),
        a_guest(GIB, name="io", vcpus=(1,), cpu_policy="dedicated"),
        a_guest(GIB, GIB, name="web", vcpus=(4, 1)),
    ]
    problem = lower(an_instance(Host(pnodes=tuple(pnodes)), *guests)).problem
    assert any(isinstance(term, ReducedSlotsLoad) for tier in problem.tiers for term in tier)
    assert_problem_exact(problem)


@pytest.mark.parametrize("odd_kib", [0, 1, 700])
def test_the_room_left_costs_the_least_of_all_assignments_also_with_odd_sizes(odd_kib: int) -> None:
    host = a_host(9 * MIB, 5 * MIB + 1000, 7 * MIB + 3, 4 * MIB + odd_kib)
    guests = [a_guest(2 * MIB + odd_kib, MIB, name="a"), a_guest(3 * MIB + odd_kib, name="b"), a_guest(1, name="c")]
    assert_exact(an_instance(host, *guests, price=0))


def test_soft_affinity_and_wanted_distances_cost_the_least_of_all_assignments() -> None:
    slit = ((10, 16, 21, 21), (16, 10, 21, 21), (21, 21, 10, 16), (21, 21, 16, 10))
    wanted = ((10, 21, 16), (21, 10, 30), (16, 30, 10))
    guest = a_guest(GIB, GIB, GIB, vdistances=wanted, soft_affinity=((0, 4), (12,), None))
    assert_exact(an_instance(a_host(*(2 * GIB,) * 4, slit=slit), guest))


def test_sizes_up_to_exbibytes_stay_exact() -> None:
    large = 2**42
    host = a_host(large, large - 1, large - 2)
    guests = [a_guest(large - i, name=f"g{i}") for i in range(4)]
    solution = solve_by_model(lower(an_instance(host, *guests, price=0), allow_unplaced=True).problem)
    # g3 is the cheapest to leave out, and then the others fill their pnodes
    assert (solution.status, solution.costs) == (Status.OPTIMAL, (1, large - 3 + 1024, 30_000 + 20_000, 0, 0))
