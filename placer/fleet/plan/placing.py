"""Places guests on the pnodes of every distinct host, on any executor; what a worker loses is done again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from threading import Event

from placer.errors import Defect, PlacerError
from placer.instance import Instance, Placement

CHUNK = 8
"""Problems of one task. Chosen: some 0.1 s, so that the way to a worker is no matter."""
FEW = 150
"""Problems that are solved here rather than by processes, whose start takes longer than the problems. Chosen."""
TRIES = 3
"""How often a task is tried whose worker dies."""
STEP_S = 0.1
"""Seconds between two looks at whether to stop. Chosen: a person notices no delay."""


@dataclass(frozen=True, kw_only=True)
class HostAnswer:
    """
    The placement of one host.

    Parameters
    ----------
    placement
        Where its guests stand; a guest without a place has no pnode.
    proved
        Whether every tier is proved, given which guests the host has.
    distance
        Mean distance of a memory access; None without one.
    """

    placement: Placement
    proved: bool
    distance: float | None


@dataclass(frozen=True, kw_only=True)
class Work:
    """
    How host problems are solved.

    Parameters
    ----------
    executor
        Where tasks run; None: processes on this machine, or this process for few problems.
    workers
        Number of these processes; None for as many as there are pcpus.
    time_limit_s
        Seconds for each problem.
    seed
        Seed of each.
    stop
        Ends the work: what is not placed yet is placed greedily.
    on_done
        Called with the numbers of problems that are done and of all.
    """

    executor: Executor | None = None
    workers: int | None = None
    time_limit_s: float = 10.0
    seed: int = 0
    stop: Event
    on_done: Callable[[int, int], None] = lambda _done, _all: None


def place_all(instances: Sequence[Instance], work: Work) -> list[HostAnswer]:
    """
    Solve the problems of distinct hosts; the answers do not depend on who solves them.

    Returns
    -------
    list of HostAnswer
        In the order of the instances.
    """
    answers: list[HostAnswer | None] = [None] * len(instances)
    if work.executor is None and (len(instances) <= FEW or work.workers == 1):
        for i, instance in enumerate(instances):
            if work.stop.is_set():
                break
            answers[i] = place_one(instance, work.time_limit_s, work.seed)
            work.on_done(i + 1, len(instances))
    else:
        _on_executor(instances, work, answers)
    return [place_greedily(each) if answer is None else answer for each, answer in zip(instances, answers, strict=True)]


def place_one(instance: Instance, time_limit_s: float, seed: int) -> HostAnswer:
    """Place the guests of one host, with as few as possible left out; greedily where the time is up before that."""
    answer = _answer(instance, "optimal", time_limit_s, seed)
    if answer.proved or any(None not in pnodes for pnodes in answer.placement.pnode_of.values()):
        return answer
    return place_greedily(instance)


def place_greedily(instance: Instance) -> HostAnswer:
    """Place the guests of one host without a search."""
    return _answer(instance, "first-fit-decreasing", 10.0, 0)


def place_many(instances: Sequence[Instance], time_limit_s: float, seed: int) -> list[HostAnswer]:
    """Place the guests of several hosts: one task."""
    return [place_one(instance, time_limit_s, seed) for instance in instances]


def _answer(instance: Instance, strategy: str, time_limit_s: float, seed: int) -> HostAnswer:
    from placer.assignment import Status
    from placer.solving.pipeline import solve

    result = solve(
        instance, strategy=strategy, time_limit_s=time_limit_s, workers=1, seed=seed, allow_unplaced=True, trade=False
    )
    placement = result.placement
    if placement is None or any(violation.rule != "unplaced" for violation in result.violations):
        empty: dict[str, tuple[int | None, ...]] = {
            guest.name: (None,) * max(1, len(guest.vnodes)) for guest in instance.guests
        }
        return HostAnswer(placement=Placement(pnode_of=empty), proved=False, distance=None)
    return HostAnswer(
        placement=placement,
        proved=result.status is Status.OPTIMAL,
        distance=result.mean_access_distance,
    )


@contextmanager
def _executor(work: Work) -> Iterator[Executor]:
    """Give the executor of the work, or start processes, which know nothing of the threads of this one."""
    if work.executor is not None:
        yield work.executor
        return
    pool = ProcessPoolExecutor(max_workers=work.workers, mp_context=get_context("forkserver"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _on_executor(instances: Sequence[Instance], work: Work, answers: list[HostAnswer | None]) -> None:
    """Solve in chunks; a chunk whose worker died is tried again, by new processes where they are ours."""
    left = [range(i, min(i + CHUNK, len(instances))) for i in range(0, len(instances), CHUNK)]
    for attempt in range(TRIES):
        failures: list[BaseException] = []
        with _executor(work) as executor:
            futures = {_submitted(executor, instances, work, chunk): chunk for chunk in left}
            for future in _as_completed(futures, work.stop):
                try:
                    solved = future.result()
                except (PlacerError, Defect):
                    raise
                except Exception as error:  # of the worker or of the way to it: whatever the executor makes of that
                    failures.append(error)
                    continue
                chunk = futures[future]
                for i, answer in zip(chunk, solved, strict=True):
                    answers[i] = answer
                work.on_done(sum(answer is not None for answer in answers), len(instances))
            for future in futures:
                future.cancel()
        left = [chunk for chunk in left if answers[chunk[0]] is None]
        if not left or work.stop.is_set():
            return
        if attempt + 1 == TRIES:
            raise PlacerError(f"workers failed {TRIES} times: {failures[-1]!r}" if failures else "workers failed")


def _submitted(executor: Executor, instances: Sequence[Instance], work: Work, chunk: range) -> Future[list[HostAnswer]]:
    try:
        return executor.submit(place_many, [instances[i] for i in chunk], work.time_limit_s, work.seed)
    except BrokenProcessPool as error:  # broken by an earlier chunk
        failed: Future[list[HostAnswer]] = Future()
        failed.set_exception(error)
        return failed


def _as_completed(futures: dict[Future[list[HostAnswer]], range], stop: Event) -> Iterator[Future[list[HostAnswer]]]:
    """Give futures as they end, until there are none or the work is stopped."""
    pending = set(futures)
    while pending and not stop.is_set():
        ended, pending = wait(pending, timeout=STEP_S, return_when=FIRST_COMPLETED)
        yield from ended
