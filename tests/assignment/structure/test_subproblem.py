"""Subproblems cost, and allow, what the whole does: any assignment, cut and priced piece by piece."""

from __future__ import annotations

import numpy as np

from placer.assignment.structure.components import components
from placer.assignment.structure.subproblem import constants, subproblems
from placer.lowering.lower import lower
from tests.support.random_instances import random_instance


def test_pieces_of_any_assignment_cost_what_the_whole_does_and_keep_the_rules_it_keeps() -> None:
    cut = kept = 0
    for seed in range(400):
        problem = lower(random_instance(seed), allow_unplaced=True).problem
        found = components(problem)
        if len(found) < 2:
            continue
        cut, parts = cut + 1, subproblems(problem, found)
        random = np.random.default_rng(seed)
        rows = np.array([[random.choice(np.flatnonzero(row)) for row in problem.allowed] for _ in range(40)])
        pieces = [np.searchsorted(part.sites, rows[:, part.items]) for part in parts]
        pairs = list(zip(parts, pieces, strict=True))
        costs = sum(part.problem.evaluate(piece) for part, piece in pairs) + np.array(constants(problem))
        assert (costs == problem.evaluate(rows)).all(), seed
        keeps = np.logical_and.reduce([part.problem.feasible(piece) for part, piece in pairs])
        assert (keeps == problem.feasible(rows)).all(), seed
        kept += int(keeps.sum())
    assert cut >= 20
    assert kept >= 100
