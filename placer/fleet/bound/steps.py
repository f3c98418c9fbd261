"""The steps of a search for fillings: linear programs and whole hosts, within a time limit, told as they go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from time import perf_counter

from placer.fleet.bound.certificate import BoundClaim
from placer.fleet.bound.generation import Generated, generate
from placer.fleet.bound.master import Master, Whole
from placer.fleet.bound.pricing import Pricer
from placer.fleet.bound.stages import Tier
from placer.fleet.bound.tables import Ints

SAY_S = 1.0
"""Seconds between two lines on a step that goes on."""
HELD = 1e-7
"""Guests left out by a linear program that are none."""


@dataclass(frozen=True, kw_only=True)
class TierBound:
    """
    One tier of a filling.

    Parameters
    ----------
    tier
        Its name.
    value
        What the filling comes to.
    claim
        What prices prove; None where they prove no more than 0.
    bound
        The bound: that of the claim, or the value itself where HiGHS chose among all fillings there are.
    """

    tier: Tier
    value: int
    claim: BoundClaim | None
    bound: int


class Steps:
    """
    Runs steps.

    Parameters
    ----------
    until
        When to end, as of ``perf_counter()``.
    say
        Called with a line on each step.
    stop
        Ends the search with the best so far.
    """

    def __init__(
        self, until: float, say: Callable[[str], None] = lambda _line: None, stop: Event | None = None
    ) -> None:
        self.until, self.say = until, say
        self._said_s = perf_counter()
        self.stop = Event() if stop is None else stop

    def left_s(self) -> float:
        """Give the seconds that are left."""
        return max(0.0, self.until - perf_counter())

    def generated(
        self, master: Master, pricer: Pricer, enough: Callable[[float, float], bool] = lambda _value, _bound: False
    ) -> Generated:
        """Solve the linear program of a master (:func:`placer.fleet.bound.generation.generate`)."""

        def is_enough(value: float, bound: float) -> bool:
            if perf_counter() - self._said_s >= SAY_S:
                self._said_s = perf_counter()
                self.say(f"{master.stage.tier}: {len(master.columns)} fillings so far, at least {max(bound, 0.0):.2f}")
            return self.stop.is_set() or enough(value, bound)

        found = generate(master, pricer, until=self.until, enough=is_enough)
        self.say(f"{master.stage.tier}: {len(master.columns)} fillings, at least {found.bound:.2f}")
        return found

    def whole(self, master: Master, bound: float, more: Sequence[tuple[int, Ints]] | None) -> Whole | None:
        """
        Use the fillings of a master in whole hosts.

        Parameters
        ----------
        bound
            Of the tier: meeting it ends the search.
        more
            Further fillings.
        """
        if self.stop.is_set():
            return None
        for t, column in more or ():
            master.add(t, column)
        whole = master.whole(self.until - perf_counter(), bound, self.stop)
        self.say(f"{master.stage.tier}: " + ("no filling yet" if whole is None else "filled in whole hosts"))
        return whole
