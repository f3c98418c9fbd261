"""Sets of items on nested sites: by hand, against the oracle and branch and bound, and Problems that it gives up."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from msgspec.structs import replace

from placer.assignment import Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.exact.branch_and_bound import branch_and_bound
from placer.assignment.exact.subset_dp import solve_by_subsets
from placer.instance import Instance
from placer.lowering.lower import lower
from tests.support.building import GIB, OPTERON_6272, a_guest, a_host, an_instance, nested_slit, tree_slit
from tests.support.oracle_agreement import agreements
from tests.support.random_instances import random_instance


def solved(instance: Instance, *, allow_unplaced: bool = False, time_limit_s: float = 60) -> Solution | None:
    problem = lower(instance, allow_unplaced=allow_unplaced).problem
    found = solve_by_subsets(problem, SearchContext(time_limit_s=time_limit_s))
    return found if isinstance(found, Solution) else None


def test_vnodes_with_most_traffic_share_the_near_pnodes() -> None:
    # one vnode a pnode; 0 and 1 are 12 apart, 2 and 3 too, 20 beyond; 0 talks to 2, 1 to 3, both ways
    host = a_host(GIB, GIB, GIB, GIB, slit=tree_slit((2, 4), (10, 12, 20)))
    traffic = ((0, 1, 5, 0), (1, 0, 0, 5), (5, 0, 0, 1), (0, 5, 1, 0))
    solution = solved(an_instance(host, a_guest(GIB, GIB, GIB, GIB, traffic=traffic)))
    assert solution is not None and solution.site_of is not None
    pairs = {tuple(sorted(solution.site_of[[v, w]].tolist())) for v, w in ((0, 2), (1, 3))}
    assert pairs == {(0, 1), (2, 3)}
    # 4000 thousandths over a sum of 24: 5 makes 833, 1 makes 167; four of each
    assert solution.costs[2] == 4 * 833 * 12 + 4 * 167 * 20
    assert solution.status is Status.OPTIMAL


def nested(seed: int) -> Instance:
    instance = random_instance(seed)
    slit = nested_slit(Random(seed), len(instance.host.pnodes))
    return replace(instance, host=replace(instance.host, slit=slit))


@pytest.mark.parametrize(("allow_unplaced", "least"), [(False, 120), (True, 30)])
def test_sets_find_what_the_oracle_finds(allow_unplaced: bool, least: int) -> None:
    """With unplaced vnodes the weighted sum of the tiers often passes the limit."""
    done, placed = agreements(
        map(nested, range(300)), lambda instance: solved(instance, allow_unplaced=allow_unplaced), allow_unplaced
    )
    assert done >= least
    assert placed >= least // 2


@pytest.mark.parametrize("seed", range(3))
def test_sets_agree_with_branch_and_bound_on_nine_vnodes(seed: int) -> None:
    random = Random(seed)
    memory = [random.randint(2, 5) * GIB for _ in range(8)]
    sizes = [random.randint(2, 8) * GIB // 4 for _ in range(9)]
    traffic = tuple(tuple(random.randint(0, 9) for _ in sizes) for _ in sizes)
    widths = tuple(random.randint(1, 4) for _ in sizes)
    host = a_host(*memory, slit=tree_slit((2, 4, 8), (10, 14, 21, 30)))
    problem = lower(an_instance(host, a_guest(*sizes, vcpus=widths, traffic=traffic))).problem
    solutions = [solve(problem, SearchContext(time_limit_s=60)) for solve in (solve_by_subsets, branch_and_bound)]
    proved = [solution for solution in solutions if isinstance(solution, Solution)]
    assert [solution.status for solution in proved] == [Status.OPTIMAL] * 2
    assert len({solution.costs for solution in proved}) == 1


def test_sixteen_vnodes_on_thirty_two_pnodes_are_proved() -> None:
    random = np.random.default_rng(1)
    host = a_host(*(random.integers(12, 60, 32) * GIB).tolist(), slit=tree_slit((4, 16, 32), (10, 16, 19, 21)))
    sizes: list[int] = (random.integers(8, 21, 16) * GIB).tolist()
    traffic = tuple(map(tuple, random.integers(0, 9, (16, 16)).tolist()))
    solution = solved(an_instance(host, a_guest(*sizes, traffic=traffic)))
    assert solution is not None
    assert solution.status is Status.OPTIMAL
    problem = lower(an_instance(host, a_guest(*sizes, traffic=traffic))).problem
    for v in range(16):  # no vnode costs less on another pnode
        rows = np.tile(np.asarray(solution.site_of), (32, 1))
        rows[:, v] = np.arange(32)
        assert (problem.evaluate(rows[problem.feasible(rows)])[:, 2] >= solution.costs[2]).all()


def test_sites_that_do_not_nest_and_many_items_are_given_up() -> None:
    flat = a_host(*(4 * GIB,) * 8)
    guest = a_guest(GIB, 2 * GIB)
    assert solved(an_instance(flat, guest)) is not None
    assert solved(an_instance(replace(flat, slit=OPTERON_6272), guest)) is None
    assert solved(an_instance(flat, a_guest(*(GIB,) * 19))) is None
    assert solved(an_instance(flat, guest), time_limit_s=0) is None
    one_sided = tuple(tuple(10 if p == q else 20 + p for q in range(8)) for p in range(8))
    assert solved(an_instance(replace(flat, slit=one_sided), guest)) is None
