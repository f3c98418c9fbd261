"""Every strategy by its name. Its module is imported when it runs, so that a greedy method loads no solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import cast

from placer.assignment import Decision, Problem, Solution
from placer.assignment.context import SearchContext
from placer.assignment.in_time import in_time
from placer.assignment.leaving import unbroken


@dataclass(frozen=True)
class Strategy:
    """
    A strategy that a user can ask for.

    Parameters
    ----------
    module, function
        Of the function that runs it, below ``placer.assignment``; called with a Problem and a SearchContext.
    summary
        Its description for users; the Decision quotes it.
    baseline
        Whether it knows only memory and nodemaps, as the greedy method of 2013: it takes a Problem lowered for that,
        and its placements may break rules.
    searches
        Whether it improves placements, and may start from one.
    """

    module: str
    function: str
    summary: str
    baseline: bool = False
    searches: bool = True

    def run(self, problem: Problem, context: SearchContext) -> Solution:
        """Solve a Problem, and log the decisions."""
        with unbroken():  # an extension module that is imported by half cannot be imported again
            module = import_module(f"placer.assignment.{self.module}")
        solver = cast("Callable[[Problem, SearchContext], Solution]", getattr(module, self.function))
        solution = in_time(solver, problem, context) if self.searches else solver(problem, context)
        if not solution.decisions:  # a portfolio has made them
            decision = Decision(method=self.function, because=f"asked for by its name ({self.summary})")
            solution = replace(solution, decisions=(decision,))
        for decision in solution.decisions:
            for line in decision.lines():
                context.log(line)
        return solution


STRATEGIES: dict[str, Strategy] = {
    "optimal": Strategy("portfolio", "optimal", "exact: the portfolio, CP-SAT only where nothing quicker proves"),
    "cpsat": Strategy("cpsat", "cpsat", "exact: the CP-SAT model"),
    "branch-and-bound": Strategy("exact.branch_and_bound", "branch_and_bound", "exact: over arrays, for few vnodes"),
    "local-search": Strategy("heuristics.tabu_search", "local_search", "tabu search; proves nothing"),
    "first-fit-decreasing": Strategy(
        "heuristics.first_fit",
        "first_fit_decreasing",
        "largest vnode first, on the first pnode that breaks no rule",
        searches=False,
    ),
    "first-fit": Strategy(
        "heuristics.first_fit", "first_fit", "the greedy of the 2013 RFC (2013-11-18)", baseline=True, searches=False
    ),
    "first-fit-2013-12": Strategy(
        "heuristics.first_fit",
        "first_fit_2013_12",
        "its later version without the whole-guest stage (2013-12-03)",
        baseline=True,
        searches=False,
    ),
}
