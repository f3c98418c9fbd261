"""Answers as JSON, with and without a placement."""

from __future__ import annotations

import json

import pytest

import placer
from placer.formats.native.answer_json import StatedTier, read_answer
from tests.support.commands import INSTANCES

TIER = {"cost": 3, "bound": 2, "terms": {"x": 3}}


def text(**more: object) -> str:
    return json.dumps({"status": "FEASIBLE", "placement": {"db": [0]}, "tiers": [TIER], "reason": None} | more)


def test_what_solve_writes_is_read() -> None:
    instance = placer.read_instance(INSTANCES / "rfc-c.json")
    result = placer.solve(instance, strategy="first-fit-decreasing")
    answer = read_answer(placer.to_json(result, instance), "x")
    assert answer.placement == result.placement and answer.status == result.status
    assert [tier.cost for tier in answer.tiers] == [tier.cost for tier in result.tiers]


def test_status_tiers_and_reason_are_what_they_say() -> None:
    answer = read_answer(text(reason="late"), "x")
    assert (answer.status, answer.reason) == ("FEASIBLE", "late")
    assert answer.tiers == (StatedTier(cost=3, bound=2, terms={"x": 3}),)
    assert read_answer(text(tiers=[TIER | {"bound": None}]), "x").tiers[0].bound is None


def test_an_answer_may_have_no_placement_and_a_placement_no_status() -> None:
    nothing = read_answer(text(placement=None, status="INFEASIBLE", tiers=[], reason="too large"), "x")
    assert (nothing.placement, nothing.status, nothing.reason) == (None, "INFEASIBLE", "too large")
    alone = read_answer('{"placement": {"db": [0, null]}}', "x")
    assert alone.placement is not None and (alone.status, alone.tiers) == (None, ())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (text(status="GOOD"), r"x: \$\.status: expected one of OPTIMAL, FEASIBLE, INFEASIBLE, UNKNOWN"),
        (text(status=7), r"x: \$\.status: expected one of"),
        (text(reason=7), r"x: \$\.reason: expected a text or null"),
        (text(tiers={}), None),
        (text(tiers={"a": 1}), r"x: \$\.tiers: expected a list"),
        (text(tiers=[7]), r"x: \$\.tiers\[0\]: expected an object"),
        (text(tiers=[TIER | {"cost": "3"}]), r"x: \$\.tiers\[0\]\.cost: expected an integer"),
        (text(tiers=[TIER | {"bound": True}]), r"x: \$\.tiers\[0\]\.bound: expected an integer"),
        (text(tiers=[TIER | {"terms": {"x": 1.5}}]), r"x: \$\.tiers\[0\]\.terms\.x: expected an integer"),
        ('{"tiers": []}', r"x: \$: no placement in it"),
        ("[]", r"x: \$: expected an object"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_path(wrong: str, message: str | None) -> None:
    if message is None:  # no tiers at all, as nothing was placed
        assert read_answer(wrong, "x").tiers == ()
        return
    with pytest.raises(placer.InputError, match=message):
        read_answer(wrong, "x")
