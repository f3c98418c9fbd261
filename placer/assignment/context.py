"""How long a search may take, how it is interrupted, and whom it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Integral, Real
from threading import Event
from time import perf_counter

from placer.assignment import Progress
from placer.errors import InputError, expect


@dataclass(kw_only=True)
class SearchContext:
    """
    The limits of one solve.

    Parameters
    ----------
    time_limit_s
        Seconds from now.
    workers
        Threads for CP-SAT; None chooses by size.
    seed
        Of everything random.
    deterministic_limit
        CP-SAT's own measure of work, independent of the machine; None for no such limit.
    stop
        Set it from another thread or a signal handler to end the search with the best so far.
    on_progress
        Called now and then, from any thread, with how far the search is.
    on_log
        Called with each line of a log of the steps, and of CP-SAT's own; from any thread.

    Raises
    ------
    InputError
        If one is out of range.
    """

    time_limit_s: float = 10.0
    workers: int | None = None
    seed: int = 0
    deterministic_limit: float | None = None
    stop: Event = field(default_factory=Event)
    on_progress: Callable[[Progress], None] | None = None
    on_log: Callable[[str], None] | None = None
    started: float = field(default_factory=perf_counter)

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
        if self.workers is not None and self.workers < 1:
            raise InputError(f"workers is {self.workers}, expected at least 1")
        if not 0 <= self.seed < 2**31:
            raise InputError(f"seed is {self.seed}, expected 0 to {2**31 - 1}")

    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return perf_counter() - self.started

    def left_s(self) -> float:
        """Seconds left, 0 once interrupted."""
        return 0.0 if self.stop.is_set() else max(0.0, self.time_limit_s - self.elapsed_s())

    def log(self, text: str) -> None:
        """Log a step with its time."""
        if self.on_log is not None:
            self.on_log(f"{self.elapsed_s():.3f} s  {text}")

    def tell(self, step: str, *, tier: int = 0, costs: tuple[int, ...] = (), bound: int | None = None) -> None:
        """Report progress to whoever watches."""
        if self.on_progress is not None:
            self.on_progress(Progress(step=step, tier=tier, costs=costs, bound=bound, elapsed_s=self.elapsed_s()))


def _expect_number(name: str, value: object, kind: type[Real] | type[Integral]) -> None:
    if isinstance(value, bool) or not isinstance(value, kind):
        wanted = "a whole number" if kind is Integral else "a number"
        raise InputError(f"{name} is {value!r}, expected {wanted}")
