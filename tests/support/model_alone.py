"""The CP-SAT model by itself: no local search, no bounds; and what every assignment costs, tried one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
from ortools.sat.python import cp_model

from placer.assignment import IntArray, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.cpsat import cpsat
from placer.assignment.cpsat.encoding import encode
from placer.assignment.cpsat.variables import Variables
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Instance
from placer.lowering.lower import lower

Costs = tuple[int, ...]


def solve_by_model(problem: Problem, context: SearchContext | None = None) -> Solution:
    """Let CP-SAT find every assignment and prove every tier, from bounds of 0 and no known assignment."""
    nothing = Solution(status=Status.UNKNOWN, bounds=(0,) * len(problem.tiers))
    context = context or SearchContext(workers=1, time_limit_s=60)
    return cpsat(problem, context, known=nothing, polish_patience=None)


def every_assignment(problem: Problem) -> IntArray:
    """Give every assignment that keeps the rules, ``[b, n]``."""
    rows = np.array(list(product(range(problem.m), repeat=problem.n)), dtype=np.int64)
    return rows[problem.feasible(rows)]


def assert_problem_exact(problem: Problem) -> None:
    """Hold the model's answer against the least cost of all assignments."""
    expected: Costs | None = min(map(tuple, problem.evaluate(every_assignment(problem)).tolist()), default=None)
    solution = solve_by_model(problem)
    assert (solution.costs or None) == expected
    assert solution.status is (Status.INFEASIBLE if expected is None else Status.OPTIMAL)
    assert solution.bounds == solution.costs


def assert_exact(instance: Instance, *, allow_unplaced: bool = False) -> None:
    """Hold the model's answer for an instance against the least cost of all assignments."""
    assert_problem_exact(lower(instance, allow_unplaced=allow_unplaced).problem)


def hint_is_complete(problem: Problem, site_of: IntArray) -> bool:
    """Whether the hint fixes every variable, holds in the model, and costs there what the assignment costs."""
    variables = Variables(TermIndex(problem))
    tiers = encode(variables)
    variables.hint(site_of)
    hint = variables.model.proto.solution_hint
    if len(set(hint.vars)) != len(variables.model.proto.variables):
        return False
    solver = cp_model.CpSolver()
    solver.parameters.fix_variables_to_their_hinted_value = True
    solver.parameters.num_workers = 1
    if solver.solve(variables.model) != cp_model.OPTIMAL:
        return False
    told = [solver.value(cost.expression()) for cost in tiers]
    decoded = problem.evaluate(variables.decode(solver.value)[None, :])[0].tolist()
    return bool(told == problem.evaluate(site_of[None, :])[0].tolist() == decoded)
