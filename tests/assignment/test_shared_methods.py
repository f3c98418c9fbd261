"""Methods that both portfolios hold: each gives up with its reason, or proves what the oracle finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from placer.assignment import Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.method import GaveUp, always
from placer.assignment.shared_methods import cpsat_model, tabu, tree_search
from placer.lowering.lower import lower
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.oracle import best

INSTANCE = an_instance(a_host(*(3 * GIB,) * 3), a_guest(2 * GIB, 2 * GIB))
PROBLEM = lower(INSTANCE).problem
EXPECTED = best(INSTANCE, False)


def test_branch_and_bound_proves_within_its_states_and_says_how_many_were_too_few() -> None:
    whole = tree_search("e", "any", always("it does"), lambda problem: 10**6).run(PROBLEM, SearchContext(), None)
    assert isinstance(whole, Solution)
    assert EXPECTED is not None
    assert (whole.status, whole.costs) == (Status.OPTIMAL, EXPECTED[0])
    given_up = tree_search("e", "any", always("it does"), lambda problem: problem.m - 2).run(
        PROBLEM, SearchContext(), None
    )
    assert isinstance(given_up, GaveUp)
    assert given_up.reason == "more than 1 partial placements"


def test_tabu_search_without_an_assignment_starts_from_any_that_cp_sat_finds_without_costs() -> None:
    assert EXPECTED is not None
    lines: list[str] = []
    method = tabu("t", "any", always("it does"))
    for known in (None, Solution(status=Status.UNKNOWN, bounds=EXPECTED[0])):
        context = SearchContext(time_limit_s=10, deterministic_limit=1.0, on_log=lines.append)
        found = method.run(PROBLEM, context, known)
        assert isinstance(found, Solution)
        assert found.costs == EXPECTED[0]
        assert found.status is (Status.FEASIBLE if known is None else Status.OPTIMAL)
    assert any("CP-SAT: tier 1," in line for line in lines)


def test_where_cp_sat_proves_that_there_is_none_so_does_the_search() -> None:
    full = replace(PROBLEM, resources=tuple(replace(r, capacity=r.capacity // 9) for r in PROBLEM.resources))
    found = tabu("t", "any", always("it does")).run(full, SearchContext(), Solution(status=Status.UNKNOWN))
    assert isinstance(found, Solution)
    assert (found.status, found.site_of, found.bounds) == (Status.INFEASIBLE, None, ())


def test_tabu_search_is_optimal_only_where_its_costs_reach_the_bounds_it_was_given() -> None:
    assert EXPECTED is not None
    start = np.array([2, 0])
    for bounds, status in ((EXPECTED[0], Status.OPTIMAL), ((0,) * len(EXPECTED[0]), Status.FEASIBLE)):
        known = Solution(status=Status.FEASIBLE, site_of=start, bounds=bounds)
        context = SearchContext(time_limit_s=10, deterministic_limit=1.0)
        found = tabu("t", "any", always("it does")).run(PROBLEM, context, known)
        assert isinstance(found, Solution)
        assert (found.status, found.costs) == (status, EXPECTED[0])


def test_the_model_proves_what_the_oracle_finds() -> None:
    found = cpsat_model("c", "any").run(PROBLEM, SearchContext(workers=1), None)
    assert isinstance(found, Solution)
    assert EXPECTED is not None
    assert (found.status, found.costs) == (Status.OPTIMAL, EXPECTED[0])
