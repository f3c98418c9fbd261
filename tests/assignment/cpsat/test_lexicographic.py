"""The search over tiers: limits, interruption, workers, and what it may claim."""

from __future__ import annotations

from threading import Event, Timer
from time import perf_counter

import pytest

from placer.assignment import Progress, Status
from placer.assignment.context import SearchContext
from placer.assignment.cpsat.lexicographic import cpsat
from placer.assignment.exact.branch_and_bound import branch_and_bound
from placer.instance import Instance
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from tests.support.building import GIB, OPTERON_6272, a_guest, a_host, an_instance, tree_slit
from tests.support.model_alone import solve_by_model

EPYC = tree_slit((2, 4, 8), (10, 16, 19, 21))


def four_large_guests() -> Instance:
    """28 vnodes on 8 unequal pnodes: found at once, proved within seconds."""
    host = a_host(*((10 + p) * GIB // 2 for p in range(8)), slit=tree_slit((2, 8), (10, 16, 21)))
    return an_instance(host, *(a_guest(*(GIB,) * 7, name=f"g{i}") for i in range(4)))


def hard() -> Instance:
    """Unequal vnodes on irregular distances: no proof within seconds."""
    host = a_host(*((11 + 3 * p % 7) * GIB for p in range(8)), slit=OPTERON_6272)
    guests = [a_guest(*((1 + (3 * v + i) % 5) * GIB // 2 + 4 * v for v in range(6)), name=f"g{i}") for i in range(7)]
    return an_instance(host, *guests)


@pytest.mark.parametrize("limit", [{"time_limit_s": 0.0}, {"time_limit_s": 0.05}, {"deterministic_limit": 0.0}])
def test_whatever_the_limit_a_bound_never_passes_the_optimum(limit: dict[str, float]) -> None:
    answer = solve(four_large_guests(), strategy="cpsat", workers=1, **limit)  # type: ignore[arg-type]
    assert answer.status is Status.FEASIBLE
    costs, bounds = [tier.cost for tier in answer.tiers], [tier.bound for tier in answer.tiers]
    # each guest of 7 vnodes at best has all of them at distance 10
    assert bounds[2] is not None
    assert 4 * 7 * 7 * 143 * 10 <= bounds[2] <= costs[2]


def test_unknown_comes_with_what_was_tried() -> None:
    problem = lower(four_large_guests()).problem
    solution = solve_by_model(problem, SearchContext(deterministic_limit=0.0, workers=1))
    assert (solution.status, solution.site_of, solution.costs) == (Status.UNKNOWN, None, ())
    assert solution.attempts == "local search and CP-SAT found no placement and no proof that there is none"


def test_a_stop_event_ends_it_with_the_best_so_far() -> None:
    stop = Event()
    timer = Timer(1.0, stop.set)
    timer.start()
    started = perf_counter()
    answer = solve(hard(), strategy="cpsat", time_limit_s=120, stop=stop, workers=1)
    timer.cancel()
    assert perf_counter() - started < 15
    assert answer.status is Status.FEASIBLE


@pytest.mark.usefixtures("unhurried")
def test_stopped_before_it_starts_it_returns_at_once() -> None:
    stop = Event()
    stop.set()
    answer = solve(hard(), strategy="cpsat", time_limit_s=120, stop=stop, allow_unplaced=True)
    assert answer.wall_time_s < 5
    assert answer.status is Status.FEASIBLE


def test_eight_workers_find_the_same_costs_as_one() -> None:
    host = a_host(*((3 + p % 3) * GIB for p in range(8)), slit=OPTERON_6272)
    problem = lower(an_instance(host, a_guest(*(2 * GIB,) * 4, 3 * GIB))).problem
    solutions = [cpsat(problem, SearchContext(workers=workers, time_limit_s=60)) for workers in (1, 8)]
    assert [solution.status for solution in solutions] == [Status.OPTIMAL] * 2
    assert solutions[0].costs == solutions[1].costs == branch_and_bound(problem, SearchContext()).costs


def test_one_worker_a_seed_and_a_deterministic_limit_give_the_same_placement() -> None:
    answers = [
        solve(hard(), strategy="cpsat", workers=1, seed=5, deterministic_limit=0.1, time_limit_s=600) for _ in range(2)
    ]
    assert answers[0].placement == answers[1].placement
    assert answers[0].tiers == answers[1].tiers


def test_a_proof_that_nothing_fits() -> None:
    instance = an_instance(a_host(3 * GIB, 3 * GIB), *(a_guest(2 * GIB, name=name) for name in "abc"))
    answer = solve(instance, strategy="cpsat")
    assert (answer.status, answer.placement) == (Status.INFEASIBLE, None)


def test_costs_that_meet_their_bounds_are_proved_without_a_solve_and_others_are_not() -> None:
    lines: list[str] = []
    fits = an_instance(a_host(8 * GIB, 8 * GIB, slit=((10, 20), (20, 10))), a_guest(4 * GIB, 4 * GIB))
    solution = cpsat(lower(fits).problem, SearchContext(workers=1, on_log=lines.append))
    assert solution.status is Status.OPTIMAL
    assert not any("CP-SAT" in line for line in lines)
    solve_by_model(lower(fits).problem, SearchContext(workers=1, on_log=lines.append))
    assert any("CP-SAT: tier 3" in line for line in lines)


def test_it_begins_with_what_is_known_and_polishes_answers_only_where_asked() -> None:
    problem = lower(four_large_guests()).problem
    known = solve_by_model(problem, SearchContext(deterministic_limit=0.2, workers=1))
    assert known.site_of is not None
    begun = cpsat(problem, SearchContext(time_limit_s=0, workers=1), known=known, polish_patience=None)
    assert begun.costs == known.costs
    assert begun.site_of is not None and begun.site_of.tolist() == known.site_of.tolist()
    polished = cpsat(problem, SearchContext(deterministic_limit=0.2, workers=1), known=known, polish_patience=50)
    assert polished.costs <= begun.costs


def test_it_reports_costs_and_bounds_that_close_in() -> None:
    told: list[Progress] = []
    context = SearchContext(time_limit_s=4, workers=1, on_progress=told.append)  # of a busy machine a second is too few
    solution = solve_by_model(lower(four_large_guests()).problem, context)
    bounds = [progress.bound for progress in told if progress.step == "CP-SAT" and progress.tier == 2]
    known = [bound for bound in bounds if bound is not None]
    assert known
    assert max(known) <= solution.costs[2]
    costs = [progress.costs for progress in told if progress.costs]
    assert min(costs) == solution.costs
