"""
Decomposition: a Problem whose items form several components is solved component by component.

In each tier the cost of the whole is a constant plus the sum of the costs of its components, and each assignment of a
component is possible beside any of the others. Lexicographic order is kept by addition: a lexicographically better
assignment of one component makes the sum better. So the lexicographic optima of the components together are the optimum
of the whole. Own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from placer.assignment import Decision, IntArray, Problem, Progress, Solution, Status
from placer.assignment.bounds.elementary import lower_bounds
from placer.assignment.context import SearchContext
from placer.assignment.method import Applies
from placer.assignment.structure.components import components
from placer.assignment.structure.subproblem import Subproblem, constants, subproblems
from placer.assignment.structure.term_index import TermIndex

DIVIDED_ITEMS = 13
"""Items from which it is tried: branch and bound of fewer takes less time than the import of networkx, 190 ms."""

JOIN_S = 0.02
"""Seconds of the whole that the parts leave, to join their solutions in. Chosen, not tuned: joining takes less."""

Solver = Callable[[Problem, SearchContext], Solution]


def parts_apply(problem: Problem) -> Applies:
    """Say whether the items are enough to look for components."""
    if problem.n < DIVIDED_ITEMS:
        return Applies(False, f"{DIVIDED_ITEMS} items at least are divided, it has {problem.n}")
    return Applies(True, "its items form several components")


def independent_parts(problem: Problem) -> list[Subproblem]:
    """
    Cut a Problem into one for each component of its items.

    Returns
    -------
    list of Subproblem
        The smallest first; empty if all items form one component.
    """
    found = components(problem)
    return sorted(subproblems(problem, found), key=_size) if len(found) > 1 else []


def solve_by_parts(problem: Problem, context: SearchContext, solver: Solver) -> Solution | None:
    """
    Solve every part by itself and combine the solutions.

    The time left is shared by size; time that a part does not use goes to the parts after it.

    Parameters
    ----------
    solver
        Solves one part.

    Returns
    -------
    Solution or None
        None if all items form one component.
    """
    parts = independent_parts(problem)
    if not parts:
        return None
    solutions: list[Solution] = []
    for i, part in enumerate(parts):
        share = _size(part) / sum(map(_size, parts[i:]))
        text = f"part {i + 1} of {len(parts)}"
        context.log(f"{text}: {part.problem.n} items on {part.problem.m} sites")
        solution = solver(part.problem, _context_of_part(context, share, text))
        solutions.append(solution)
        if solution.status is Status.INFEASIBLE:
            decisions = _decisions(parts[: i + 1], solutions)
            return Solution(status=Status.INFEASIBLE, wall_time_s=context.elapsed_s(), decisions=decisions)
    return _together(problem, parts, solutions, context)


def _decisions(parts: list[Subproblem], solutions: list[Solution]) -> tuple[Decision, ...]:
    """Collect the decisions of the parts, each with the number of its part."""
    return tuple(
        replace(decision, method=f"part {i + 1} of {len(parts)}, {part.problem.n} items: {decision.method}")
        for i, (part, solution) in enumerate(zip(parts, solutions, strict=True))
        for decision in solution.decisions
    )


def _size(part: Subproblem) -> int:
    """Items times sites."""
    return part.problem.n * part.problem.m


def _context_of_part(context: SearchContext, share: float, text: str) -> SearchContext:
    """Give a part its share of the time left. Progress leaves out its costs, which are not those of the whole."""

    def tell(progress: Progress) -> None:
        context.tell(f"{text}, {progress.step}", tier=progress.tier)

    limit_s = min(max(0.0, context.time_limit_s - JOIN_S), context.elapsed_s() + share * context.left_s())
    return replace(context, time_limit_s=limit_s, on_progress=None if context.on_progress is None else tell)


def _together(problem: Problem, parts: list[Subproblem], solutions: list[Solution], context: SearchContext) -> Solution:
    bounds = combined_bounds(parts, solutions, constants(problem))
    decisions = _decisions(parts, solutions)
    attempts = "; ".join(dict.fromkeys(solution.attempts for solution in solutions if solution.attempts))
    if any(solution.site_of is None for solution in solutions):
        return Solution(
            status=Status.UNKNOWN,
            bounds=bounds,
            wall_time_s=context.elapsed_s(),
            attempts=attempts,
            decisions=decisions,
        )
    site_of: IntArray = np.zeros(problem.n, dtype=np.int64)
    for part, solution in zip(parts, solutions, strict=True):
        site_of[part.items] = part.sites[solution.site_of]
    costs = tuple(problem.evaluate(site_of[None, :])[0].tolist())
    context.tell("decomposition", tier=len(costs) - 1, costs=costs)
    return Solution(
        status=Solution.status_for(costs, bounds),
        site_of=site_of,
        costs=costs,
        bounds=bounds,
        wall_time_s=context.elapsed_s(),
        attempts=attempts,
        decisions=decisions,
    )


def combined_bounds(parts: list[Subproblem], solutions: list[Solution], constant: tuple[int, ...]) -> tuple[int, ...]:
    """
    Add the bounds of the parts.

    The bound of a part in a tier holds among assignments no worse in the higher tiers. If every part has proved its
    higher tiers, an assignment of the whole that is no worse there is no worse in any part, and the sum of the bounds
    holds. Below the first tier that some part has not proved, one part may get worse and another better: there only
    elementary bounds are added, which hold for all assignments.

    Parameters
    ----------
    solutions
        Of the parts.
    constant
        ``[tiers]``, costs of the whole that no part has.

    Returns
    -------
    tuple of int
        ``[tiers]``.
    """
    bounds, proved = [], all(solution.bounds for solution in solutions)
    elementary: list[tuple[int, ...]] = []
    for t, more in enumerate(constant):
        if proved:
            bounds.append(more + sum(solution.bounds[t] for solution in solutions))
            proved = all(solution.costs[t : t + 1] == solution.bounds[t : t + 1] for solution in solutions)
            continue
        elementary = elementary or [lower_bounds(TermIndex(part.problem)) for part in parts]
        bounds.append(more + sum(each[t] for each in elementary))
    return tuple(bounds)
