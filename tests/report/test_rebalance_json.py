"""A plan of moves as JSON."""

from __future__ import annotations

import json

from placer.assignment.context import SearchContext
from placer.rebalance.goal import Goal
from placer.rebalance.planning import plan_rebalance
from placer.report.rebalance_json import plan_json
from tests.report.test_rebalance import SCATTERED


def test_the_json_has_the_steps_and_the_curve() -> None:
    document = json.loads(plan_json(plan_rebalance(SCATTERED, Goal(), SearchContext())))
    (stage,) = document["stages"]
    assert stage == [{"guest": "a", "kind": "save", "phase": "all", "from": [0, 1], "to": [1], "kib": 2 << 20}]
    assert document["placement"] == {"a": [1], "b": [0], "c": [1]}
    assert [point["moves"] for point in document["curve"]] == [0, 1]
    assert document["after"]["tiers"][2]["bound"] == document["after"]["tiers"][2]["cost"]
