"""Every strategy by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from placer.budget import Budget
from placer.problem import Problem, Solution
from placer.strategies.enumeration import enumerate_all
from placer.strategies.first_fit import first_fit, first_fit_2013_12, first_fit_decreasing
from placer.strategies.local_search import local_search
from placer.strategies.optimal import optimal


@dataclass(frozen=True)
class Strategy:
    """
    A way to place.

    Parameters
    ----------
    run
        What does it.
    summary
        What it is, for a person.
    baseline
        Whether it knows only memory and nodemaps, as the greedy of 2013: it takes a Problem lowered for that, and
        its answers may break rules.
    """

    run: Callable[[Problem, Budget], Solution]
    summary: str
    baseline: bool = False


def _cpsat(problem: Problem, budget: Budget) -> Solution:
    from placer.strategies.cpsat import cpsat

    return cpsat(problem, budget)


STRATEGIES: dict[str, Strategy] = {
    "optimal": Strategy(optimal, "exact: enumeration where the instance is small, else the CP-SAT model"),
    "cpsat": Strategy(_cpsat, "exact: the CP-SAT model"),
    "enumerate": Strategy(enumerate_all, "exact: branch and bound over arrays, for few vnodes"),
    "local-search": Strategy(local_search, "tabu search until the time limit; proves nothing"),
    "first-fit-decreasing": Strategy(
        first_fit_decreasing, "largest vnode first, on the first pnode that breaks no rule"
    ),
    "first-fit": Strategy(first_fit, "the greedy of the 2013 RFC (2013-11-18)", baseline=True),
    "first-fit-2013-12": Strategy(
        first_fit_2013_12, "its later version without the whole-guest stage (2013-12-03)", baseline=True
    ),
}
