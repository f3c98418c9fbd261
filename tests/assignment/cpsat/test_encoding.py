"""The whole model: every kind of term has an encoder, and every tier its cost."""

from __future__ import annotations

import numpy as np
import pytest
from ortools.sat.python import cp_model

from placer.assignment import Flow, Linear, Problem, Term
from placer.assignment.cpsat.encoding import ENCODERS, encode
from placer.assignment.cpsat.variables import Variables
from placer.assignment.structure.term_index import TermIndex
from placer.lowering.lower import lower
from tests.support.model_alone import every_assignment
from tests.support.random_instances import random_instance


def test_every_kind_of_term_is_encoded_but_those_that_are_summed_up_before() -> None:
    assert set(ENCODERS) == set(Term.__subclasses__()) - {Linear, Flow}


def test_each_tier_minimised_alone_costs_the_least_of_all_assignments() -> None:
    """The encodings of the terms of one tier add up, and no tier depends on another."""
    checked = 0
    for seed in range(0, 60, 4):
        problem = lower(random_instance(seed), allow_unplaced=True).problem
        if problem.m**problem.n > 8000 or problem.slot_matching is not None:
            continue
        variables = Variables(TermIndex(problem))
        tiers, least = encode(variables), problem.evaluate(every_assignment(problem)).min(axis=0)
        assert len(tiers) == len(problem.tiers)
        for cost, expected in zip(tiers, least.tolist(), strict=True):
            variables.model.clear_objective()  # type: ignore[no-untyped-call]
            variables.model.minimize(cost.expression())
            solver = cp_model.CpSolver()
            solver.parameters.num_workers = 1
            assert solver.solve(variables.model) == cp_model.OPTIMAL
            assert solver.value(cost.expression()) == expected, seed
            checked += 1
    assert checked > 20


class Unknown(Linear):
    """A kind that has no encoder."""


def test_a_term_without_an_encoder_is_an_error_and_is_never_left_out() -> None:
    term = Unknown(name="u", cost=np.array([[1, 2]]))
    nothing = np.zeros((2, 2), dtype=bool)
    problem = Problem(
        allowed=np.ones((1, 2), dtype=bool), resources=(), groups=(np.array([0]),), incompatible=nothing, tiers=((),)
    )
    index = TermIndex(problem)
    index.terms.append((0, term))
    with pytest.raises(ValueError, match="is not in list"):
        encode(Variables(index))
