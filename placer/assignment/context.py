"""The limits of a search, its interruption, and its callbacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from threading import Event
from time import perf_counter

from placer.assignment import Decision, IntArray, Problem, Progress
from placer.assignment.incumbents import Incumbents
from placer.assignment.leaving import Stop, unbroken
from placer.errors import InputError, expect

MAX_WORKERS = 1024
"""Most threads of CP-SAT. Chosen, not tuned: more than any machine it was run on has, few enough to be started."""


@dataclass(kw_only=True)
class SearchContext:
    """
    The limits and callbacks of one solve.

    Parameters
    ----------
    time_limit_s
        Seconds from ``started``, 0 or more.
    workers
        Threads of CP-SAT, 1 to 1024; None chooses by the size of the model.
    seed
        Seed of everything random, 0 to 2^31 - 1.
    deterministic_limit
        Limit in CP-SAT's own measure of work, 0 or more, which does not depend on the machine; None for no such limit.
    stop
        An event to be set by another thread or a signal handler, to end the search with the best so far.
    on_progress
        Called now and then with the progress of the search, from any thread.
    on_log
        Called with each line of the log of steps, and of CP-SAT's own log, from any thread.
    started
        The start, as of ``perf_counter()``.
    incumbents
        What is known so far of the Problems that are being solved.

    Raises
    ------
    InputError
        If a limit is no number or out of range.
    """

    time_limit_s: float = 10.0
    workers: int | None = None
    seed: int = 0
    deterministic_limit: float | None = None
    stop: Event = field(default_factory=Event)
    on_progress: Callable[[Progress], None] | None = None
    on_log: Callable[[str], None] | None = None
    started: float = field(default_factory=perf_counter)
    incumbents: Incumbents = field(default_factory=Incumbents)

    def __post_init__(self) -> None:
        _expect_number("time_limit_s", self.time_limit_s, Real)
        _expect_number("seed", self.seed, Integral)
        if self.workers is not None:
            _expect_number("workers", self.workers, Integral)
        if self.deterministic_limit is not None:
            _expect_number("deterministic_limit", self.deterministic_limit, Real)
        expect("stop", self.stop, Event)
        for name in ("on_progress", "on_log"):
            call = getattr(self, name)
            if call is not None and not callable(call):
                raise InputError(f"expected a function, got {type(call).__name__}", place=name)
        if not self.time_limit_s >= 0:
            raise InputError(f"time_limit_s is {self.time_limit_s}, expected seconds, 0 or more")
        if self.workers is not None and not 1 <= self.workers <= MAX_WORKERS:
            raise InputError(f"workers is {self.workers}, expected 1 to {MAX_WORKERS}")
        if self.deterministic_limit is not None and not self.deterministic_limit >= 0:
            raise InputError(f"deterministic_limit is {self.deterministic_limit}, expected 0 or more")
        if not 0 <= self.seed < 2**31:
            raise InputError(f"seed is {self.seed}, expected 0 to {2**31 - 1}")

    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return perf_counter() - self.started

    def left_s(self) -> float:
        """Seconds left; 0 once stopped."""
        return 0.0 if self.stop.is_set() else max(0.0, self.time_limit_s - self.elapsed_s())

    def ending_sooner(self, seconds: float) -> SearchContext:
        """Give the same context with a limit that is some seconds sooner, at most a quarter of those left."""
        return replace(self, time_limit_s=max(0.0, self.time_limit_s - min(seconds, self.left_s() / 4)))

    def with_share(self, share: float) -> SearchContext:
        """Give the same limits but for the time: a share, 0 to 1, of the seconds left."""
        return replace(self, time_limit_s=self.elapsed_s() + share * self.left_s())

    def begin(self, problem: Problem, decision: Decision) -> None:
        """Keep the decision for the method that begins, for an answer should the search have to be left."""
        known = self.incumbents.of(problem)
        if known is not None:
            known.decision = decision

    def keep(self, problem: Problem, site_of: IntArray) -> None:
        """Keep an assignment, ``[n]``, that keeps every rule, for such an answer."""
        known = self.incumbents.of(problem)
        if known is not None:
            known.offer(site_of)

    def prove(self, problem: Problem, bounds: tuple[int, ...]) -> None:
        """Keep lower bounds, ``[tiers]``, for such an answer."""
        known = self.incumbents.of(problem)
        if known is not None:
            known.prove(bounds)

    def log(self, text: str) -> None:
        """Log a step, with the seconds since the start."""
        self.log_line(f"{self.elapsed_s():.3f} s  {text}")

    def log_line(self, line: str) -> None:
        """Log a line as it is; nothing once the search was left."""
        if self.on_log is not None and not self._left:
            with unbroken():
                self.on_log(line)

    def tell(self, step: str, *, tier: int = 0, costs: tuple[int, ...] = (), bound: int | None = None) -> None:
        """Report progress, if there is a callback; nothing once the search was left."""
        if self.on_progress is not None and not self._left:
            with unbroken():
                self.on_progress(Progress(step=step, tier=tier, costs=costs, bound=bound, elapsed_s=self.elapsed_s()))

    @property
    def _left(self) -> bool:
        return isinstance(self.stop, Stop) and self.stop.left


def _expect_number(name: str, value: object, kind: type[Real] | type[Integral]) -> None:
    if isinstance(value, bool) or not isinstance(value, kind):
        wanted = "a whole number" if kind is Integral else "a number"
        raise InputError(f"{name} is {value!r}, expected {wanted}")
