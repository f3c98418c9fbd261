"""Each encoding against enumeration or brute force on instances made for it, with local search kept out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from msgspec.structs import replace
from ortools.sat.python import cp_model

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.cpsat import lexicographic as search
from placer.assignment.cpsat.encoding import encode
from placer.assignment.cpsat.variables import Variables
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Domain, Host, Instance, Pnode, Vnode
from placer.lowering.lower import lower
from tests.support.building import GIB, MIB, OPTERON_6272, Slit, a_guest, a_host, an_instance, tree_slit
from tests.support.random_instances import random_instance

EPYC: Slit = tree_slit((2, 4, 8), (10, 16, 19, 21))


@pytest.fixture
def _unaided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let CP-SAT find every assignment and prove every tier itself."""
    monkeypatch.setattr(search, "tabu_search", lambda *_args, **_more: None)
    monkeypatch.setattr(
        search,
        "solve_root",
        lambda problem, _budget: Solution(status=Status.UNKNOWN, bounds=(0,) * len(problem.tiers)),
    )


def brute_force(problem: Problem) -> tuple[int, ...] | None:
    rows = np.array(list(product(range(problem.m), repeat=problem.n)), dtype=np.int64)
    rows = rows[problem.feasible(rows)]
    return min(map(tuple, problem.evaluate(rows).tolist()), default=None)


def assert_exact(instance: Instance, *, allow_unplaced: bool = False) -> None:
    problem = lower(instance, allow_unplaced=allow_unplaced).problem
    solution = search.cpsat(problem, SearchContext(workers=1, time_limit_s=60))
    expected = brute_force(problem)
    assert (solution.costs or None) == expected
    assert solution.status is (Status.INFEASIBLE if expected is None else Status.OPTIMAL)
    assert solution.bounds == solution.costs


@pytest.mark.usefixtures("_unaided")
@pytest.mark.parametrize("slit", [EPYC, OPTERON_6272], ids=["counts per cluster", "slots"])
@pytest.mark.parametrize(("count", "pnodes"), [(4, 8), (5, 6), (6, 4)])
def test_equal_vnodes_cost_what_brute_force_finds(slit: Slit, count: int, pnodes: int) -> None:
    part = tuple(row[:pnodes] for row in slit[:pnodes])
    host = a_host(*((3 + p % 2 * 2) * GIB for p in range(pnodes)), slit=part)
    assert_exact(an_instance(host, a_guest(*(2 * GIB,) * count)))


@pytest.mark.usefixtures("_unaided")
@pytest.mark.parametrize("slit", [EPYC, OPTERON_6272], ids=["hierarchical", "irregular"])
def test_unequal_vnodes_cost_what_brute_force_finds(slit: Slit) -> None:
    part = tuple(row[:5] for row in slit[:5])
    assert_exact(an_instance(a_host(*(4 * GIB,) * 5, slit=part), a_guest(*(GIB * s for s in (1, 2, 3, 3, 4)))))


@pytest.mark.usefixtures("_unaided")
def test_one_way_and_asymmetric_flows_cost_what_brute_force_finds() -> None:
    slit = ((10, 12, 30, 22), (25, 10, 14, 40), (11, 33, 10, 17), (21, 16, 28, 10))
    guest = a_guest(*(GIB,) * 4, traffic=((0, 9, 0, 2), (0, 0, 7, 0), (1, 0, 0, 5), (4, 0, 0, 0)))
    assert_exact(an_instance(a_host(*(GIB,) * 4, slit=slit), guest))


@pytest.mark.usefixtures("_unaided")
def test_equal_guests_and_lone_equal_vnodes_cost_what_brute_force_finds() -> None:
    host = a_host(*(4 * GIB,) * 3, slit=((10, 16, 21), (16, 10, 20), (21, 20, 10)), pcpus=2)
    twins = [a_guest(2 * GIB, GIB, name=name, vcpus=(2, 1)) for name in "ab"]
    singles = [a_guest(GIB, name=name, vcpus=(2,)) for name in "cd"]
    assert_exact(an_instance(host, *twins, *singles))
    assert_exact(an_instance(host, *twins, *singles), allow_unplaced=True)


@pytest.mark.usefixtures("_unaided")
def test_what_is_left_out_costs_what_brute_force_finds() -> None:
    host = a_host(3 * GIB, 2 * GIB, slit=((10, 21), (21, 10)))
    for guests in (
        [a_guest(2 * GIB, 2 * GIB, 2 * GIB)],
        [a_guest(2 * GIB, name=name) for name in "abcd"],
        [a_guest(2 * GIB, 2 * GIB, name="a"), a_guest(3 * GIB, name="b"), a_guest(GIB, GIB, name="c")],
    ):
        assert_exact(an_instance(host, *guests), allow_unplaced=True)


@pytest.mark.usefixtures("_unaided")
def test_pnodes_that_exclude_each_other_are_kept_apart() -> None:
    cut = 255
    slit = ((10, 20, cut, 20), (20, 10, 20, cut), (cut, 20, 10, 20), (20, cut, 20, 10))
    host = a_host(*(2 * GIB,) * 4, slit=slit)
    assert_exact(an_instance(host, a_guest(*(2 * GIB,) * 2), a_guest(*(2 * GIB,) * 2, name="b")))
    assert_exact(an_instance(host, a_guest(*(2 * GIB,) * 3)))


@pytest.mark.usefixtures("_unaided")
def test_crowded_cores_cost_what_brute_force_finds() -> None:
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


@pytest.mark.usefixtures("_unaided")
@pytest.mark.parametrize("odd_kib", [0, 1, 700])
def test_the_room_left_costs_what_brute_force_finds_also_with_odd_sizes(odd_kib: int) -> None:
    host = a_host(9 * MIB, 5 * MIB + 1000, 7 * MIB + 3, 4 * MIB + odd_kib)
    guests = [a_guest(2 * MIB + odd_kib, MIB, name="a"), a_guest(3 * MIB + odd_kib, name="b"), a_guest(1, name="c")]
    assert_exact(an_instance(host, *guests, price=0))


@pytest.mark.usefixtures("_unaided")
def test_soft_affinity_and_wanted_distances_cost_what_brute_force_finds() -> None:
    slit = ((10, 16, 21, 21), (16, 10, 21, 21), (21, 21, 10, 16), (21, 21, 16, 10))
    wanted = ((10, 21, 16), (21, 10, 30), (16, 30, 10))
    guest = a_guest(GIB, GIB, GIB, vdistances=wanted, soft_affinity=((0, 4), (12,), None))
    assert_exact(an_instance(a_host(*(2 * GIB,) * 4, slit=slit), guest))


@pytest.mark.usefixtures("_unaided")
def test_sizes_up_to_exbibytes_stay_exact() -> None:
    large = 2**42
    host = a_host(large, large - 1, large - 2)
    guests = [a_guest(large - i, name=f"g{i}") for i in range(4)]
    problem = lower(an_instance(host, *guests, price=0), allow_unplaced=True).problem
    solution = search.cpsat(problem, SearchContext(workers=1))
    # g3 is the cheapest to leave out, and then the others fill their pnodes
    assert (solution.status, solution.costs) == (Status.OPTIMAL, (1, large - 3 + 1024, 30_000 + 20_000, 0, 0))


def test_a_hint_is_a_complete_solution_of_the_model() -> None:
    checked = 0
    for seed in range(40):
        problem = lower(random_instance(seed), allow_unplaced=seed % 2 == 0).problem
        rows = np.random.default_rng(seed).integers(problem.m, size=(500, problem.n))
        good = rows[problem.feasible(rows)]
        if len(good):
            assert _holds(problem, good[0]), seed
            checked += 1
    assert checked > 25


def test_a_hint_is_complete_with_twins_counts_and_slots() -> None:
    twins = [a_guest(2 * GIB, GIB, GIB, GIB, name=name) for name in "abc"]
    guests = [*twins, a_guest(GIB, name="d"), a_guest(GIB, name="e")]
    for slit in (EPYC, OPTERON_6272):
        problem = lower(an_instance(a_host(*(9 * GIB,) * 8, slit=slit), *guests), allow_unplaced=True).problem
        for seed in range(5):
            assert _holds(problem, np.random.default_rng(seed).integers(9, size=problem.n)), seed


def _holds(problem: Problem, site_of: IntArray) -> bool:
    """Fix every variable to its hint: the model must hold and say the tier costs."""
    variables = Variables(TermIndex(problem))
    tiers = encode(variables)
    variables.hint(site_of)
    hint = variables.model.proto.solution_hint
    if len(set(hint.vars)) != len(variables.model.proto.variables):
        return False
    solver = cp_model.CpSolver()
    solver.parameters.fix_variables_to_their_hinted_value = True
    solver.parameters.num_workers = 1
    if solver.solve(variables.model) != cp_model.OPTIMAL:
        return False
    told = [solver.value(cost.expression()) for cost in tiers]
    decoded = problem.evaluate(variables.decode(solver.value)[None, :])[0].tolist()
    return bool(told == problem.evaluate(site_of[None, :])[0].tolist() == decoded)


def test_a_fixed_vnode_has_one_variable() -> None:
    guest = replace(a_guest(GIB, GIB), vnodes=(Vnode(memory_kib=GIB, pnode=1), Vnode(memory_kib=GIB, vcpus=())))
    variables = Variables(TermIndex(lower(an_instance(a_host(GIB, GIB), guest)).problem))
    assert [sorted(unit.count) for unit in variables.units] == [[1], [0, 1]]
