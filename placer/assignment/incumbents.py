"""The best assignment and the bounds of each Problem while it is being solved, for an answer before the end."""

from __future__ import annotations

from placer.assignment import Decision, IntArray, Problem, Solution, Status

ATTEMPTS = "the search had not ended when its time was up"


class Incumbent:
    """
    The best assignment of one Problem, and the bounds proved so far.

    Parameters
    ----------
    problem
        Its hint is the first assignment, where that keeps every rule.

    Attributes
    ----------
    decision
        Which method is at work, and why.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._best: tuple[tuple[int, ...], IntArray] | None = None
        self._bounds: tuple[int, ...] = ()
        self.decision = Decision(method="none", because="the time was up before the first method began")
        hint = problem.hint
        if hint is not None and (hint >= 0).all() and problem.feasible(hint[None, :])[0]:
            self.offer(hint)

    def offer(self, site_of: IntArray) -> None:
        """Keep an assignment, ``[n]``, that keeps every rule if it costs less than those before."""
        costs = tuple(self.problem.evaluate(site_of[None, :])[0].tolist())
        if self._best is None or costs < self._best[0]:
            self._best = costs, site_of.copy()

    def prove(self, bounds: tuple[int, ...]) -> None:
        """
        Keep lower bounds, ``[tiers]``, where they are higher than those before.

        Each holds among the assignments that are no worse in the higher tiers than the best known one, then or later.
        """
        self._bounds = tuple(map(max, bounds, self._bounds)) if self._bounds else tuple(bounds)

    def solution(self, elapsed_s: float) -> Solution:
        """Give what is known so far, with the time that the search has taken."""
        best, bounds = self._best, self._bounds
        if best is None:
            return Solution(
                status=Status.UNKNOWN,
                bounds=bounds,
                wall_time_s=elapsed_s,
                attempts=ATTEMPTS,
                decisions=(self.decision,),
            )
        costs, site_of = best
        return Solution(
            status=Solution.status_for(costs, bounds),
            site_of=site_of,
            costs=costs,
            bounds=bounds,
            wall_time_s=elapsed_s,
            attempts=ATTEMPTS,
            decisions=(self.decision,),
        )


class Incumbents:
    """The incumbent of each Problem that is being solved; a Problem that is only part of a bound has none."""

    def __init__(self) -> None:
        self._of: dict[int, Incumbent] = {}

    def kept_for(self, problem: Problem) -> Incumbent:
        """Keep what is found of a Problem, this very object, from now on."""
        known = self._of.get(id(problem))  # which holds the Problem, so that no other gets its id
        if known is None:
            known = self._of[id(problem)] = Incumbent(problem)
        return known

    def of(self, problem: Problem) -> Incumbent | None:
        """Give the incumbent of a Problem; None where it has none."""
        return self._of.get(id(problem))
