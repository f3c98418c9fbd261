"""Placing on processes: the same answers whoever solves, and what a dead worker lost is done again."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from placer.errors import PlacerError
from placer.fleet.plan.placing import FEW, Work, place_all, place_greedily, place_one
from placer.instance import Instance
from tests.support.fleets import guest_of, host_of


def instance(gib: int) -> Instance:
    return Instance(
        host=host_of([(4, 8), (4, 8)]), guests=[guest_of([(1, gib), (1, gib)], "g0"), guest_of([(1, 9 - gib)], "g1")]
    )


INSTANCES = [instance(gib) for gib in (1, 2, 3, 4)] * 5


def test_answers_do_not_depend_on_who_solves() -> None:
    here = place_all(INSTANCES, Work(stop=Event()))
    with ProcessPoolExecutor(2) as two:
        there = place_all(INSTANCES, Work(stop=Event(), executor=two))
    assert here == there
    assert all(answer.proved for answer in here)


def test_many_problems_go_to_processes_of_their_own() -> None:
    done: list[tuple[int, int]] = []
    many = [INSTANCES[0]] * (FEW + 1)
    answers = place_all(many, Work(stop=Event(), workers=2, on_done=lambda *each: done.append(each)))
    assert answers == [place_one(INSTANCES[0], 10.0, 0)] * len(many)
    assert done[-1] == (len(many), len(many))


def die_once(marker: str, function: Callable[..., Any], *args: Any) -> Any:
    if not Path(marker).exists():
        Path(marker).touch()
        os._exit(1)
    return function(*args)


class Dying(Executor):
    """Processes of which the first that gets a task dies; others take their place."""

    def __init__(self, marker: Path) -> None:
        self.marker, self.pool, self.pools = marker, ProcessPoolExecutor(1), 1

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        try:
            return self.pool.submit(die_once, str(self.marker), function, *args)
        except BrokenProcessPool:
            self.pool, self.pools = ProcessPoolExecutor(1), self.pools + 1
            return self.pool.submit(die_once, str(self.marker), function, *args)


def test_what_a_worker_loses_is_done_again(tmp_path: Path) -> None:
    dying = Dying(tmp_path / "died")
    answers = place_all(INSTANCES[:4], Work(stop=Event(), executor=dying))
    assert answers == [place_one(each, 10.0, 0) for each in INSTANCES[:4]]
    assert dying.pools == 2
    dying.pool.shutdown()


class Failing(Executor):
    """Fails every task."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        failed: Future[Any] = Future()
        failed.set_exception(OSError("no worker"))
        return failed


def test_workers_that_always_fail_end_the_work() -> None:
    with pytest.raises(PlacerError, match=r"workers failed 3 times: OSError\('no worker'\)"):
        place_all(INSTANCES[:1], Work(stop=Event(), executor=Failing()))


def test_after_a_stop_guests_are_placed_greedily() -> None:
    stop = Event()
    stop.set()
    greedy = [place_greedily(each) for each in INSTANCES[:2]]
    assert place_all(INSTANCES[:2], Work(stop=stop)) == greedy
    with ThreadPoolExecutor(1) as one:
        assert place_all(INSTANCES[:2], Work(stop=stop, executor=one)) == [
            place_greedily(each) for each in INSTANCES[:2]
        ]


def test_a_guest_that_does_not_fit_is_left_out() -> None:
    answer = place_one(
        Instance(host=host_of([(4, 8)]), guests=[guest_of([(1, 9)], "g0"), guest_of([(1, 1)], "g1")]), 5.0, 0
    )
    assert answer.placement.pnode_of == {"g0": (None,), "g1": (0,)}
