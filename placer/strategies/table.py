"""Every strategy by name. Their modules are imported when they run, so that a greedy pays for no solver."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import cast

from placer.budget import Budget
from placer.problem import Problem, Solution


@dataclass(frozen=True)
class Strategy:
    """
    A way to place.

    Parameters
    ----------
    module, function
        What does it, below ``placer.strategies``; called with a Problem and a Budget.
    summary
        What it is, for a person.
    baseline
        Whether it knows only memory and nodemaps, as the greedy of 2013: it takes a Problem lowered for that, and
        its answers may break rules.
    searches
        Whether it looks for better placements, and may start from one.
    """

    module: str
    function: str
    summary: str
    baseline: bool = False
    searches: bool = True

    def run(self, problem: Problem, budget: Budget) -> Solution:
        """Place."""
        module = import_module(f"placer.strategies.{self.module}")
        return cast(Solution, getattr(module, self.function)(problem, budget))


STRATEGIES: dict[str, Strategy] = {
    "optimal": Strategy("optimal", "optimal", "exact: enumeration where the instance is small, else the CP-SAT model"),
    "cpsat": Strategy("cpsat", "cpsat", "exact: the CP-SAT model"),
    "enumerate": Strategy("enumeration", "enumerate_all", "exact: branch and bound over arrays, for few vnodes"),
    "local-search": Strategy("local_search", "local_search", "tabu search until the time limit; proves nothing"),
    "first-fit-decreasing": Strategy(
        "first_fit",
        "first_fit_decreasing",
        "largest vnode first, on the first pnode that breaks no rule",
        searches=False,
    ),
    "first-fit": Strategy(
        "first_fit", "first_fit", "the greedy of the 2013 RFC (2013-11-18)", baseline=True, searches=False
    ),
    "first-fit-2013-12": Strategy(
        "first_fit",
        "first_fit_2013_12",
        "its later version without the whole-guest stage (2013-12-03)",
        baseline=True,
        searches=False,
    ),
}
