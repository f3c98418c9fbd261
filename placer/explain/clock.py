"""The time that an explanation may take, over all of its solves."""

from __future__ import annotations

from threading import Event
from time import perf_counter

from placer.assignment.context import SearchContext

TIME_LIMIT_S = 5.0
"""
Seconds for finding conflicts, and again for finding the least changes.

Chosen for the patience of a person. Measured on two busy cores: the shipped infeasible instances are analysed
completely in 0.02 s; 16 or 40 guests that fill 8 or 16 pnodes to the last GiB have conflicts left after 60 s.
"""
QUESTION_LIMIT_S = 1.0
"""
Seconds for one question whether a subset of the rules can hold.

Measured with :data:`TIME_LIMIT_S`: at most 5 ms on the shipped instances, 0.2 s (median) to 0.6 s (longest) for 16
guests on 8 full pnodes; of 402 questions about 40 guests on 16 full pnodes 23 are still open after a second.
"""


class Clock:
    """One time limit for many solves."""

    def __init__(self, time_limit_s: float, stop: Event) -> None:
        self.stop = stop
        self._deadline = perf_counter() + time_limit_s

    @property
    def over(self) -> bool:
        """Whether no time is left."""
        return self.stop.is_set() or perf_counter() >= self._deadline

    def context(self, most_s: float = QUESTION_LIMIT_S) -> SearchContext:
        """Give the limits of the next solve: at most so many seconds, and no more than are left."""
        left = max(0.0, self._deadline - perf_counter())
        return SearchContext(time_limit_s=min(most_s, left), stop=self.stop)
