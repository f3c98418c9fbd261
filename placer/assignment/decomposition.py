"""
Solving a Problem whose items fall apart component by component.

The costs of the whole are constants and, tier by tier, the sums of the costs of its components, and whatever each
component may do it may do beside any assignment of the others. So the components' lexicographic optima together are
the optimum of the whole: an order of vectors by their first difference is kept by addition, so that replacing what one
component does by something lexicographically better makes the sum lexicographically better, and no component is in
the way of another.
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
"""Items from which it is tried: enumerating fewer takes less time than the import of networkx, 190 ms."""

Solver = Callable[[Problem, SearchContext], Solution]


def may_fall_apart(problem: Problem) -> Applies:
    """Say whether it is worth a look."""
    if problem.n < DIVIDED_ITEMS:
        return Applies(False, f"{DIVIDED_ITEMS} items at least, has {problem.n}")
    return Applies(True, "some of its items have nothing to do with the others")


def independent_parts(problem: Problem) -> list[Subproblem]:
    """
    Cut a Problem into those of its components.

    Returns
    -------
    list of Subproblem
        The smallest first; none where all its items hang together.
    """
    found = components(problem)
    return sorted(subproblems(problem, found), key=_size) if len(found) > 1 else []


def solve_by_parts(problem: Problem, context: SearchContext, solver: Solver) -> Solution | None:
    """
    Solve every part by itself and put the answers together; None where the Problem is left whole.

    The time left is shared by size; what a part leaves over goes to those after it.

    Parameters
    ----------
    solver
        Solves one part.
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
    """Say by which method each part was solved."""
    return tuple(
        replace(decision, method=f"part {i + 1} of {len(parts)}, {part.problem.n} items: {decision.method}")
        for i, (part, solution) in enumerate(zip(parts, solutions, strict=True))
        for decision in solution.decisions
    )


def _size(part: Subproblem) -> int:
    return part.problem.n * part.problem.m


def _context_of_part(context: SearchContext, share: float, text: str) -> SearchContext:
    """Give a part its share of the time left; its costs are not those of the whole, so progress leaves them out."""

    def tell(progress: Progress) -> None:
        context.tell(f"{text}, {progress.step}", tier=progress.tier)

    limit_s = min(context.time_limit_s, context.elapsed_s() + share * context.left_s())
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

    A part's bound of a tier holds among assignments no worse in the higher tiers. Where every part has proved these,
    whatever is no worse in sum is no worse in each, and the sum holds. Below the first tier that some part has not
    proved a part may get worse so that another gets better: only what holds for all assignments is added there.
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
