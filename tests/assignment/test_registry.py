"""Every strategy runs by its name, and its Solution says which method answered."""

from __future__ import annotations

import pytest

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.assignment.registry import STRATEGIES
from placer.lowering.lower import lower, lower_for_baseline
from tests.support.building import GIB, a_guest, a_host, an_instance


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_records_and_logs_a_decision(name: str) -> None:
    lines: list[str] = []
    instance = an_instance(a_host(4 * GIB, 4 * GIB), a_guest(GIB, GIB))
    problem = (lower_for_baseline(instance) if STRATEGIES[name].baseline else lower(instance)).problem
    solution = STRATEGIES[name].run(problem, SearchContext(workers=1, on_log=lines.append, time_limit_s=5))
    assert solution.decisions
    assert any(f"decision: {solution.decisions[0].method}, because" in line for line in lines)


def test_a_method_asked_for_by_its_name_is_the_decision_and_a_portfolio_decides_itself() -> None:
    problem = lower(an_instance(a_host(4 * GIB, 4 * GIB), a_guest(GIB, GIB))).problem
    (decision,) = STRATEGIES["branch-and-bound"].run(problem, SearchContext()).decisions
    assert (decision.method, decision.passed_over) == ("branch_and_bound", ())
    assert decision.because == "asked for by its name (exact: over arrays, for few vnodes)"
    (decision,) = STRATEGIES["optimal"].run(problem, SearchContext()).decisions
    assert decision.method == "enumeration"
    assert "capacity" in dict(decision.passed_over)


def test_what_never_searches_proves_nothing() -> None:
    problem = lower(an_instance(a_host(4 * GIB, 4 * GIB), a_guest(GIB, GIB))).problem
    for name, strategy in STRATEGIES.items():
        if not strategy.searches and not strategy.baseline:
            assert strategy.run(problem, SearchContext()).status is Status.FEASIBLE, name
