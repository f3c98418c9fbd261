"""What each group can look like: nothing that a better assignment needs is left out, and answers stay the best."""

from __future__ import annotations

import numpy as np
import pytest

from placer.assignment import IntArray, Problem, Solution, Status, group_assignments
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.context import SearchContext
from placer.assignment.cpsat import cpsat
from placer.assignment.group_assignments import near_assignments
from placer.assignment.structure.symmetry import item_classes
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Instance, Placement
from placer.lowering.lower import lower
from tests.solving.test_flexible import loosened
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.random_instances import random_instance


def costs_of(problem: Problem, site_of: IntArray) -> tuple[int, ...]:
    return tuple(problem.evaluate(site_of[None, :])[0].tolist())


def listed(instance: Instance, pnode_of: dict[str, tuple[int, ...]], tried: int | None = None) -> list[list[list[int]]]:
    """List the assignments of the guests of two vnodes and more beside a known placement."""
    problem = lower(instance, hint=Placement(pnode_of=dict(pnode_of))).problem
    index = TermIndex(problem)
    assert problem.hint is not None
    costs = costs_of(problem, problem.hint)
    found, _ = near_assignments(index, SearchContext(), costs, lower_bounds(index), tried)
    return [sorted(rows.tolist()) for rows in found.values()]


def test_beside_a_placement_with_every_access_local_a_guest_is_on_one_pnode() -> None:
    host = a_host(4 * GIB, 4 * GIB, 4 * GIB, slit=((10, 12, 20), (12, 10, 20), (20, 20, 10)))
    instance = an_instance(host, a_guest(GIB, 2 * GIB))
    assert listed(instance, {"db": (1, 1)}) == [[[0, 0], [1, 1], [2, 2]]]


def test_what_a_known_placement_costs_more_a_guest_may_cost_more() -> None:
    # both vnodes on one pnode, or on the two that are near; but not 20 apart
    host = a_host(4 * GIB, 4 * GIB, 4 * GIB, slit=((10, 12, 20), (12, 10, 20), (20, 20, 10)))
    instance = an_instance(host, a_guest(GIB, 2 * GIB))
    assert listed(instance, {"db": (0, 1)}) == [[[0, 0], [0, 1], [1, 0], [1, 1], [2, 2]]]


def test_of_equal_vnodes_each_number_on_each_pnode_is_listed_once() -> None:
    host = a_host(2 * GIB, 2 * GIB, slit=((10, 12), (12, 10)))
    assert listed(an_instance(host, a_guest(GIB, GIB, GIB)), {"db": (0, 0, 1)}) == [[[0, 0, 1], [0, 1, 1]]]


def test_a_guest_that_fits_no_pnode_in_two_pieces_has_no_assignment_there() -> None:
    host = a_host(2 * GIB, 3 * GIB, slit=((10, 12), (12, 10)))
    assert listed(an_instance(host, a_guest(2 * GIB, 3 * GIB)), {"db": (0, 1)}) == [[[0, 1]]]


def test_a_share_of_the_gap_leaves_out_what_costs_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_assignments, "FEW", 0)
    host = a_host(*(9 * GIB,) * 3, slit=((10, 12, 20), (12, 10, 20), (20, 20, 10)))
    instance = an_instance(host, *(a_guest(GIB, 2 * GIB, name=name) for name in "ab"))
    known: dict[str, tuple[int, ...]] = {"a": (0, 2), "b": (0, 2)}
    assert listed(instance, known, 0) == [[[0, 0], [1, 1], [2, 2]]] * 2
    assert [len(rows) for rows in listed(instance, known)] == [9, 9]


def drawn(seed: int) -> Instance:
    return loosened(seed) if seed % 4 == 0 else random_instance(seed)


def random_assignment(problem: Problem, seed: int) -> IntArray | None:
    """Give an assignment that keeps the rules, by trial; None where 300 trials find none."""
    numbers = np.random.default_rng(seed)
    columns = [numbers.choice(np.flatnonzero(allowed), 300) for allowed in problem.allowed if allowed.any()]
    if len(columns) < problem.n:
        return None
    rows = np.column_stack(columns)
    good = rows[problem.feasible(rows)]
    return good[0] if len(good) else None


@pytest.mark.parametrize("few", [0, 2000])
def test_beside_any_known_assignment_the_model_finds_and_proves_the_best(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a model without lists proves from nothing, a model with lists proves from a random assignment."""
    monkeypatch.setattr(group_assignments, "FEW", few)
    compared = with_lists = nearer = 0
    for seed in range(few // 20, few // 20 + 60):
        problem = lower(drawn(seed), allow_unplaced=seed % 3 == 0).problem
        start = random_assignment(problem, seed)
        if start is None or problem.n > 12:
            continue
        index = TermIndex(problem)
        costs, bounds = costs_of(problem, start), lower_bounds(index)
        lists, most = near_assignments(index, SearchContext(), costs, bounds, 0)
        limits = SearchContext(workers=1, time_limit_s=120)
        known = Solution(status=Status.FEASIBLE, site_of=start, costs=costs, bounds=bounds)
        found = cpsat(problem, limits, known=known, polish_patience=None)
        nothing = Solution(status=Status.UNKNOWN, bounds=(0,) * len(problem.tiers))
        expected = cpsat(problem, SearchContext(workers=1, time_limit_s=120), known=nothing, polish_patience=None)
        assert (found.status, found.costs) == (expected.status, expected.costs), seed
        compared, with_lists, nearer = compared + 1, with_lists + bool(lists), nearer + (most is not None)
    assert compared > 25
    assert with_lists > 15
    assert few or nearer


def test_a_better_assignment_is_always_listed() -> None:
    """Of random assignments each is listed beside every one that costs as much or more."""
    seen = 0
    for seed in range(60):
        problem = lower(random_instance(seed)).problem
        worse = random_assignment(problem, seed)
        if worse is None:
            continue
        index = TermIndex(problem)
        numbers = np.random.default_rng(seed + 1)
        rows = np.column_stack([numbers.choice(np.flatnonzero(allowed), 200) for allowed in problem.allowed])
        for members in item_classes(index):
            rows[:, members] = np.sort(rows[:, members])
        lists, _ = near_assignments(index, SearchContext(), costs_of(problem, worse), lower_bounds(index))
        for row in rows[problem.feasible(rows)]:
            if costs_of(problem, row) <= costs_of(problem, worse):
                seen += 1
                for g, assignments in lists.items():
                    assert (assignments == row[problem.groups[g]]).all(axis=1).any(), (seed, g)
    assert seen > 100
