"""Solves that end in time, with what is known by then. The solver here never ends by itself and looks at no clock."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, current_thread

import numpy as np
import pytest

from placer.assignment import Decision, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.in_time import in_time, within
from tests.assignment.test_incumbents import two_items

SITES = np.array([0, 1])


@pytest.fixture(autouse=True)
def none_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the small Problem of these tests run like a large one."""
    monkeypatch.setattr("placer.assignment.in_time.SMALL", 0)


def endless(known: Callable[[Problem, SearchContext], None]) -> Callable[[Problem, SearchContext], Solution]:
    """Make a solver that tells what it knows, and never ends."""

    def solver(problem: Problem, context: SearchContext) -> Solution:
        known(problem, context)
        while True:
            pass

    return solver


def test_a_solver_that_ends_gives_its_own_solution() -> None:
    mine = Solution(status=Status.INFEASIBLE)
    assert in_time(lambda _problem, _context: mine, two_items(), SearchContext()) is mine


def test_a_solver_that_does_not_end_leaves_its_best_assignment_and_bounds() -> None:
    def known(problem: Problem, context: SearchContext) -> None:
        context.begin(problem, Decision(method="endless", because="it is the only one"))
        context.keep(problem, SITES)
        context.prove(problem, (3,))

    solution = in_time(endless(known), two_items(), SearchContext(time_limit_s=0.2))
    assert (solution.status, solution.costs, solution.bounds) == (Status.FEASIBLE, (4,), (3,))
    assert [decision.method for decision in solution.decisions] == ["endless"]


def test_what_is_found_of_other_problems_does_not_count() -> None:
    solution = in_time(
        endless(lambda _problem, context: context.keep(two_items(), SITES)),
        two_items(),
        SearchContext(time_limit_s=0.2),
    )
    assert solution.status is Status.UNKNOWN
    assert solution.attempts


def test_a_solver_is_left_soon_after_the_stop_event_too() -> None:
    stop = Event()
    solver = endless(lambda _problem, _context: stop.set())
    assert in_time(solver, two_items(), SearchContext(time_limit_s=1e9, stop=stop)).status is Status.UNKNOWN


def test_a_part_of_a_solve_may_be_shorter_than_the_whole() -> None:
    def outer(problem: Problem, context: SearchContext) -> Solution:
        part = two_items()
        short = SearchContext(time_limit_s=0.1, incumbents=context.incumbents)
        found = in_time(endless(lambda each, limits: limits.keep(each, SITES)), part, short)
        assert found.site_of is not None
        context.keep(problem, found.site_of)
        return endless(lambda *_: None)(problem, context)

    solution = in_time(outer, two_items(), SearchContext(time_limit_s=2.0))
    assert solution.costs == (4,)


def test_callbacks_hear_nothing_of_a_solve_that_was_left() -> None:
    lines: list[str] = []
    may_go_on = Event()
    inside: list[SearchContext] = []

    def work(context: SearchContext) -> int:
        inside.append(context)
        may_go_on.wait(60)
        return 7

    context = SearchContext(time_limit_s=0.1, on_log=lines.append, on_progress=lambda _: lines.append("progress"))
    assert within(context, work) is None
    inside[0].log("too late")
    inside[0].tell("too late")
    may_go_on.set()
    assert lines == []
    context.log("the caller itself goes on")
    assert len(lines) == 1


def test_an_error_of_the_solver_is_an_error_of_the_solve() -> None:
    def broken(_problem: Problem, _context: SearchContext) -> Solution:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        in_time(broken, two_items(), SearchContext())


def test_a_small_problem_needs_no_thread_and_its_best_is_kept_for_whoever_leaves_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("placer.assignment.in_time.SMALL", 4)
    threads = []

    def solver(problem: Problem, context: SearchContext) -> Solution:
        threads.append(current_thread())
        context.keep(problem, SITES)
        return Solution(status=Status.INFEASIBLE)

    problem, context = two_items(), SearchContext()
    in_time(solver, problem, context)
    assert threads == [current_thread()]
    assert context.incumbents.kept_for(problem).solution(0.0).costs == (4,)
