"""How CP-SAT is set up: workers by size unless asked for, and a deterministic limit that two solves share."""

from __future__ import annotations

import pytest

from placer.assignment.context import SearchContext
from placer.assignment.cpsat.parameters import LARGE_MODEL, LARGEST_MODEL, QUICK, SMALL_MODEL, solver_for, workers_for
from placer.assignment.cpsat.variables import Variables
from placer.assignment.structure.term_index import TermIndex
from placer.lowering.lower import lower
from tests.support.building import GIB, a_guest, a_host, an_instance


def of_size(count: int) -> Variables:
    """A model filled up to so many variables."""
    variables = Variables(TermIndex(lower(an_instance(a_host(4 * GIB, 4 * GIB), a_guest(GIB))).problem))
    while len(variables.model.proto.variables) < count:
        variables.model.new_bool_var("")
    return variables


@pytest.mark.parametrize(
    ("size", "workers"),
    [(SMALL_MODEL, 1), (SMALL_MODEL + 1, 8), (LARGE_MODEL, 8), (LARGE_MODEL + 1, 2), (LARGEST_MODEL + 1, 1)],
)
def test_workers_follow_the_size_of_the_model(size: int, workers: int) -> None:
    assert workers_for(of_size(size), SearchContext()) == workers


def test_workers_that_are_asked_for_are_taken_whatever_the_size() -> None:
    assert workers_for(of_size(10), SearchContext(workers=5)) == 5


def test_a_quick_solve_and_the_one_after_it_share_the_deterministic_limit() -> None:
    model, context = of_size(10), SearchContext(deterministic_limit=1.0)
    quick = solver_for(model, context, share=1.0, quick=True, after_quick=False).parameters
    after = solver_for(model, context, share=1.0, quick=False, after_quick=True).parameters
    assert quick.linearization_level == 0
    assert quick.max_deterministic_time + after.max_deterministic_time == pytest.approx(1.0)
    assert quick.max_deterministic_time == QUICK


def test_a_solve_uses_its_share_of_the_time_left() -> None:
    parameters = solver_for(of_size(10), SearchContext(time_limit_s=40), share=0.5, quick=False, after_quick=False)
    assert 15 < parameters.parameters.max_time_in_seconds <= 20
