"""Rules of a fleet: one kind each, with the number of members that a host may hold."""

from __future__ import annotations

from typing import Any

import pytest

from placer.errors import InstanceError
from placer.fleet.model.rules import FleetRule


def test_a_rule_has_a_kind_members_and_a_limit() -> None:
    apart, together = FleetRule(apart=["a", "b"]), FleetRule(together=["a", "b"], within="rack")
    some = FleetRule(at_most=["a", "b", "c"], most=2)
    assert [(rule.kind, rule.members, rule.limit) for rule in (apart, together, some)] == [
        ("apart", ("a", "b"), 1),
        ("together", ("a", "b"), None),
        ("at_most", ("a", "b", "c"), 2),
    ]
    assert (apart.within, together.within) == ("host", "rack")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "expected exactly one of apart, together, at_most, got none"),
        ({"apart": ["a"], "together": ["a"]}, "got apart and together"),
        ({"apart": []}, "apart is empty"),
        ({"apart": ["a", "b", "a"]}, 'apart names "a" twice'),
        ({"at_most": ["a"]}, "expected most beside at_most"),
        ({"apart": ["a"], "most": 1}, "expected most beside at_most, and beside no other key"),
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InstanceError, match=message):
        FleetRule(**wrong)
