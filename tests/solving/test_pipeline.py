"""solve(): what it says, what it checks, and that nothing is shared between calls."""

from __future__ import annotations

from threading import Thread
from time import perf_counter
from typing import Any

import pytest
from msgspec.structs import replace

from placer.assignment import Progress, Status, portfolio
from placer.assignment.context import SearchContext
from placer.assignment.method import Method, always
from placer.assignment.registry import STRATEGIES
from placer.errors import InputError
from placer.instance import Host, Instance, Placement, Pnode
from placer.solving.pipeline import solve
from placer.solving.result import Result
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.oracle import best
from tests.support.random_instances import random_instance


def crossed() -> Instance:
    """A guest of 2 and 4 GiB on pnodes of 4 and 2 GiB."""
    return an_instance(a_host(4 * GIB, 2 * GIB), a_guest(2 * GIB, 4 * GIB))


def test_an_answer_carries_placement_tiers_and_mean_distances() -> None:
    answer = solve(an_instance(a_host(4 * GIB, 4 * GIB), a_guest(3 * GIB, 3 * GIB), a_guest(GIB, name="web")))
    assert answer.status is Status.OPTIMAL
    assert answer.placement is not None
    assert sorted(map(str, answer.placement.pnode_of["db"])) == ["0", "1"]
    # db: 500 x (10 + 20) x 2, web: 1000 x 10
    assert [tier.cost for tier in answer.tiers] == [0, 0, 40_000, 0, 1024]
    assert all(tier.bound == tier.cost for tier in answer.tiers)
    assert answer.tiers[2].terms == {"access_distance": 40_000, "core_sharing": 0}
    assert answer.guest_access_distance == {"db": 15.0, "web": 10.0}
    assert answer.mean_access_distance == pytest.approx(40 / 3)
    assert answer.violations == ()
    assert answer.reason is None
    assert answer.wall_time_s > 0


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_instance_without_guests_is_placed_by_every_strategy(strategy: str) -> None:
    answer = solve(an_instance(a_host(GIB, GIB)), strategy=strategy, allow_unplaced=True)
    assert answer.placement == Placement(pnode_of={})
    assert answer.status is (
        Status.OPTIMAL if strategy in ("optimal", "cpsat", "branch-and-bound") else Status.FEASIBLE
    )
    assert [tier.cost for tier in answer.tiers] == [0] * 5
    assert answer.mean_access_distance is None


def test_an_unknown_strategy_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r'no strategy "best", expected one of optimal, cpsat, branch-and-bound'):
        solve(crossed(), strategy="best")


@pytest.mark.parametrize("strategy", ["optimal", "cpsat", "branch-and-bound"])
def test_what_cannot_be_placed_is_infeasible_unless_it_may_be_left_out(strategy: str) -> None:
    instance = an_instance(a_host(4 * GIB, 2 * GIB), a_guest(3 * GIB, 3 * GIB))
    answer = solve(instance, strategy=strategy)
    assert (answer.status, answer.placement, answer.tiers) == (Status.INFEASIBLE, None, ())
    assert answer.reason
    partial = solve(instance, strategy=strategy, allow_unplaced=True)
    assert partial.status is Status.OPTIMAL
    assert partial.placement is not None
    assert sorted(map(str, partial.placement.pnode_of["db"])) == ["0", "None"]
    # each of the 3 pairs with an end nowhere at 20: 500 x (10 + 3 x 20)
    assert [tier.cost for tier in partial.tiers] == [1, 3 * GIB + 1024, 35_000, 0, 1024]


def test_threads_do_not_disturb_each_other() -> None:
    instances = [random_instance(seed) for seed in range(8)]
    expected = [best(instance, True) for instance in instances]
    answers: dict[int, Result] = {}

    def work(part: int) -> None:
        for i in range(part, len(instances), 2):
            strategy = "cpsat" if i % 4 < 2 else "optimal"
            answers[i] = solve(instances[i], strategy=strategy, allow_unplaced=True, workers=1, time_limit_s=60)

    threads = [Thread(target=work, args=(part,)) for part in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, answer in enumerate(expected):
        assert answer is not None
        assert tuple(tier.cost for tier in answers[i].tiers) == answer[0]


@pytest.mark.parametrize("strategy", ["optimal", "first-fit-decreasing", "first-fit"])
def test_the_same_question_gets_the_same_placement(strategy: str) -> None:
    for seed in range(20):
        instance = random_instance(seed)
        answers = [solve(instance, strategy=strategy, seed=3, allow_unplaced=True, workers=1) for _ in range(2)]
        assert answers[0].placement == answers[1].placement


def test_progress_is_told_to_whoever_watches() -> None:
    told: list[Progress] = []
    slit = ((10, 16, 22), (16, 10, 20), (22, 20, 10))
    answer = solve(an_instance(a_host(*(3 * GIB,) * 3, slit=slit), a_guest(2 * GIB, 2 * GIB)), on_progress=told.append)
    assert told
    assert min(progress.costs for progress in told if progress.costs) == tuple(tier.cost for tier in answer.tiers)


def test_sizes_of_exbibytes_are_placed() -> None:
    large = 2**43
    instance = an_instance(a_host(large, large), a_guest(large, large - 1))
    for strategy in ("cpsat", "branch-and-bound"):
        answer = solve(instance, strategy=strategy)
        assert (answer.status, answer.tiers[2].cost) == (Status.OPTIMAL, 30_000)


def test_the_instance_is_not_changed() -> None:
    instance = crossed()
    copy = replace(instance)
    solve(instance)
    assert instance == copy


def test_arguments_and_instances_from_code_are_checked_like_files() -> None:
    good = an_instance(a_host(4 * GIB), a_guest(GIB))
    guest = good.guests[0]
    negative = replace(guest, vnodes=(replace(guest.vnodes[0], memory_kib=-GIB),))  # replace() checks no ranges
    bad = replace(good, guests=(negative,))
    with pytest.raises(InputError, match=r"Expected `int` >= 0.*guests\[0\].vnodes\[0\].memory_kib"):
        solve(bad)
    with pytest.raises(InputError, match="seed is -1, expected 0 to"):
        solve(good, seed=-1)
    with pytest.raises(InputError, match="workers is 0, expected 1 to 1024"):
        solve(good, workers=0)
    with pytest.raises(InputError, match="time_limit_s is nan, expected seconds"):
        solve(good, time_limit_s=float("nan"))
    with pytest.raises(InputError, match=r"expected a placer.Instance, got str"):
        solve("instance.json")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time_limit_s": "5"}, "time_limit_s is '5', expected a number"),
        ({"seed": "x"}, "seed is 'x', expected a whole number"),
        ({"workers": "2"}, "workers is '2', expected a whole number"),
    ],
)
def test_an_argument_of_another_type_is_refused_as_input(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        solve(crossed(), **options)


def test_an_instance_that_no_file_could_give_is_refused_as_input() -> None:
    pnode = replace(Pnode(id=0, memory_kib=8), pcpus=range(2))  # replace() checks no types
    with pytest.raises(InputError, match=r"no valid instance: .*range"):
        solve(Instance(host=Host(pnodes=(pnode,)), guests=()))


def test_a_program_that_logs_gets_a_line_for_each_solve_and_the_steps_in_detail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("INFO", logger="placer"):
        solve(crossed())
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("optimal: OPTIMAL in ")
    caplog.clear()
    with caplog.at_level("DEBUG", logger="placer"):
        solve(crossed())
    assert any("2 items on 2 sites" in record.getMessage() for record in caplog.records)


def endless(*_args: object, **_options: object) -> Any:
    while True:
        pass


def endless_method(seen: list[SearchContext]) -> tuple[Method, ...]:
    """Make a portfolio that never ends, and notes the limits that it was given."""

    def run(_problem: object, context: SearchContext, _known: object) -> Any:
        seen.append(context)
        endless()

    return (Method("endless", "any", "none", "own", always("it is the only one"), run),)


def test_a_search_that_looks_at_no_clock_is_left_with_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio, "METHODS", endless_method([]))
    roomy = an_instance(a_host(4 * GIB, 4 * GIB), a_guest(GIB))
    known = Placement(pnode_of={"db": (1,)})
    answer = solve(roomy, hint=known, time_limit_s=0.3)
    assert (answer.status, answer.placement) == (Status.FEASIBLE, known)
    assert [decision.method for decision in answer.decisions] == ["endless"]
    without = solve(roomy, time_limit_s=0.3)
    assert (without.status, without.placement) == (Status.UNKNOWN, None)
    assert without.reason is not None
    assert "raise --time-limit (now 0.3 s)" in without.reason


@pytest.mark.parametrize(
    ("step", "status", "reason"),
    [
        ("searched", Status.UNKNOWN, "the time was up before the search had begun; raise the time limit (now 0.3 s)"),
        ("no_placement_reason", Status.INFEASIBLE, "the time was up before a reason was found"),
    ],
)
def test_other_steps_that_look_at_no_clock_are_left_too(
    monkeypatch: pytest.MonkeyPatch, step: str, status: Status, reason: str
) -> None:
    monkeypatch.setattr(f"placer.solving.pipeline.{step}", endless)
    answer = solve(an_instance(a_host(4 * GIB, 2 * GIB), a_guest(3 * GIB, 3 * GIB)), time_limit_s=0.3)
    assert (answer.status, answer.reason) == (status, reason)


def test_an_answer_does_not_wait_for_its_trade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("placer.solving.pipeline._trade", endless)
    answer = solve(crossed(), trade=True, time_limit_s=1)
    assert (answer.status, answer.trade) == (Status.OPTIMAL, None)


def test_the_limit_may_count_from_before_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[SearchContext] = []
    monkeypatch.setattr(portfolio, "METHODS", endless_method(seen))
    solve(crossed(), time_limit_s=100, started=perf_counter() - 99.5)
    assert 0 < seen[0].time_limit_s <= 0.5
    assert solve(crossed(), time_limit_s=100, started=perf_counter() - 1000).status is Status.UNKNOWN
