"""One tier of a model, minimised in one solve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import gcd

from ortools.sat.python import cp_model

from placer.assignment import IntArray
from placer.assignment.context import SearchContext
from placer.assignment.cpsat.affine import Affine
from placer.assignment.cpsat.parameters import solver_for
from placer.assignment.cpsat.solver_run import solve_interruptibly
from placer.assignment.cpsat.variables import Variables
from placer.errors import Defect

BOUND_TOLERANCE = 1e-6
"""CP-SAT gives its bounds as floats: a bound no further above an integer than this counts as that integer."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """
    The outcome of one solve.

    Parameters
    ----------
    status
        The status of CP-SAT, such as ``cp_model.OPTIMAL``.
    site_of
        ``[n]``, the best assignment of this solve; None where it found none.
    bound
        Lower bound on the cost of the tier, over all assignments that the model allows; 0 where it allows none.
    """

    status: int
    site_of: IntArray | None
    bound: int


def minimise(
    variables: Variables,
    cost: Affine,
    context: SearchContext,
    *,
    tier: int,
    bound: int,
    site_of: IntArray | None,
    costs: tuple[int, ...],
    share: float,
    quick: bool = False,
    after_quick: bool = False,
    most: int | None = None,
) -> Outcome:
    """
    Minimise the cost of a tier over the model, which keeps all its rows.

    Parameters
    ----------
    tier
        Number of the tier, from 0.
    bound
        Known lower bound of the tier, which becomes a row of the model.
    site_of, costs
        ``[n]`` and per tier: the best assignment so far, given to the solver as a hint; None and empty for none.
    share, quick, after_quick
        As for :func:`~placer.assignment.cpsat.parameters.solver_for`.
    most
        The largest cost of the tier for which the model holds every assignment; None for any.

    Raises
    ------
    Defect
        If CP-SAT refuses the model.
    """
    model = variables.model
    if most is not None:
        model.add(cost.expression() <= most)
    step = _set_objective(model, cost, bound)
    if site_of is not None:
        variables.hint(site_of)
    solver = solver_for(variables, context, share=share, quick=quick, after_quick=after_quick)
    context.log(f"CP-SAT: tier {tier + 1}, {len(model.proto.variables)} variables, best so far {costs or None}")

    def unscaled(found: float) -> int:
        whole = cost.constant + step * math.ceil(found - BOUND_TOLERANCE)
        return whole if most is None else min(whole, most + 1)

    proved = [bound]

    def tell_bound(found: float) -> None:
        proved.append(unscaled(found))
        context.prove(variables.index.problem, (0,) * tier + (proved[-1],) + (0,) * (variables.index.tiers - tier - 1))
        context.tell("CP-SAT", tier=tier, costs=costs, bound=proved[-1])

    solver.best_bound_callback = tell_bound
    status = solve_interruptibly(solver, model, _Watch(variables, context, tier, costs), context.stop)
    if status == cp_model.MODEL_INVALID:
        raise Defect(f"CP-SAT refuses the model: {model.validate()}")
    if status == cp_model.INFEASIBLE:
        return Outcome(status, None, 0)
    if status == cp_model.UNKNOWN:  # the response then has a bound of 0, even where the callback was given a better one
        return Outcome(status, None, proved[-1])
    found = unscaled(solver.best_objective_bound) if cost.terms else cost.constant
    return Outcome(status, variables.decode(solver.value), found)


def _set_objective(model: cp_model.CpModel, cost: Affine, bound: int) -> int:
    """
    Make the cost the objective, divided by the greatest common divisor of its coefficients, and its bound a row.

    So coefficients stay small, and the bound of the solver rises in steps of a cost.

    Returns
    -------
    int
        The divisor.
    """
    step = gcd(*(coefficient for _, coefficient in cost.terms)) or 1
    scaled = Affine([(var, coefficient // step) for var, coefficient in cost.terms])
    model.clear_objective()  # type: ignore[no-untyped-call]
    if scaled.terms:
        model.add(scaled.expression() >= -((cost.constant - bound) // step))
        model.minimize(scaled.expression())
    return step


class _Watch(cp_model.CpSolverSolutionCallback):
    """Reports the costs of every assignment that the solver finds, if every member has a slot there."""

    def __init__(self, variables: Variables, context: SearchContext, tier: int, costs: tuple[int, ...]) -> None:
        super().__init__()
        self._variables, self._context, self._tier, self._costs = variables, context, tier, costs

    def on_solution_callback(self) -> None:
        """Evaluate the assignment ourselves, all tiers of it, and report the better of it and the best so far."""
        problem, site_of = self._variables.index.problem, self._variables.decode(self.value)
        if problem.infeasible_sites(site_of):
            return
        costs = tuple(problem.evaluate(site_of[None, :])[0].tolist())
        self._context.keep(problem, site_of)
        self._context.tell("CP-SAT", tier=self._tier, costs=min(costs, self._costs) if self._costs else costs)
