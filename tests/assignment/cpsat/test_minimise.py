"""One tier in one solve: what it finds, proves and reports, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from ortools.sat.python import cp_model

from placer.assignment import Linear, Problem, Progress, SlotDemand, SlotMatching
from placer.assignment.context import SearchContext
from placer.assignment.cpsat.affine import Affine
from placer.assignment.cpsat.encoding import encode
from placer.assignment.cpsat.minimise import Outcome, minimise
from placer.assignment.cpsat.variables import Variables
from placer.assignment.structure.term_index import TermIndex
from placer.errors import Defect

COST = np.array([[7, 27], [57, 17]])  # at best 7 + 17


def two_items(slot_matching: SlotMatching | None = None) -> tuple[Variables, Affine]:
    problem = Problem(
        allowed=np.ones((2, 2), dtype=bool),
        resources=(),
        groups=(np.array([0]), np.array([1])),
        incompatible=np.zeros((2, 2), dtype=bool),
        tiers=((Linear(name="cost", cost=COST),),),
        slot_matching=slot_matching,
    )
    variables = Variables(TermIndex(problem))
    return variables, encode(variables)[0]


def solved(
    variables: Variables,
    cost: Affine,
    context: SearchContext | None = None,
    *,
    bound: int = 0,
    costs: tuple[int, ...] = (),
) -> Outcome:
    context = context or SearchContext(workers=1)
    return minimise(variables, cost, context, tier=0, bound=bound, site_of=None, costs=costs, share=1.0)


def test_the_cheapest_assignment_is_found_and_its_cost_is_the_bound() -> None:
    outcome = solved(*two_items())
    assert outcome.status == cp_model.OPTIMAL
    assert outcome.bound == 24
    assert outcome.site_of is not None
    assert outcome.site_of.tolist() == [0, 1]


def test_rows_of_the_model_are_kept() -> None:
    variables, cost = two_items()
    variables.model.add(variables.units[0].count[0] == 0)
    outcome = solved(variables, cost)
    assert outcome.bound == 27 + 17
    variables.model.add(variables.units[0].count[1] == 0)
    outcome = solved(variables, cost)
    assert outcome.status == cp_model.INFEASIBLE
    assert outcome.site_of is None


def test_a_known_bound_is_a_row_rounded_up_to_the_next_cost_there_can_be() -> None:
    # the costs are 24, 44, 64 and 84: beyond 24 nothing is below 44
    outcome = solved(*two_items(), bound=25)
    assert outcome.bound == 44


def test_a_cost_without_variables_is_its_constant() -> None:
    variables, _ = two_items()
    outcome = solved(variables, Affine(constant=5))
    assert outcome.status == cp_model.OPTIMAL
    assert outcome.bound == 5


def test_without_time_the_bound_is_the_one_known_before() -> None:
    variables, cost = two_items()
    outcome = solved(variables, cost, SearchContext(workers=1, deterministic_limit=0.0), bound=3)
    assert outcome.status == cp_model.UNKNOWN
    assert (outcome.site_of, outcome.bound) == (None, 3)


def test_every_assignment_is_reported_with_costs_no_worse_than_the_best_so_far() -> None:
    told: list[Progress] = []
    solved(*two_items(), SearchContext(workers=1, on_progress=told.append), costs=(30,))
    costs = [each.costs for each in told if each.bound is None]
    assert costs
    assert set(costs) <= {(24,), (30,)}


def test_an_assignment_that_leaves_a_member_without_a_slot_is_not_reported() -> None:
    told: list[Progress] = []
    one = SlotDemand(own=(frozenset({0}),))
    nowhere = SlotMatching(demands=(one, one), slot_groups=(((9,),), ((9,),)))
    outcome = solved(*two_items(nowhere), SearchContext(workers=1, on_progress=told.append))
    assert outcome.site_of is not None  # slots come into the model as rows, once an assignment lacks one
    assert not [each for each in told if each.costs]


def test_a_model_that_cp_sat_refuses_is_a_defect() -> None:
    variables, _ = two_items()
    for unit in variables.units:
        unit.count.update({p: variables.model.new_int_var(0, 2**62, "") for p in unit.count})
    huge = Affine([(var, 2**10 + 1 - 2 * p) for unit in variables.units for p, var in unit.count.items()])
    with pytest.raises(Defect, match="CP-SAT refuses the model"):
        solved(variables, huge)
