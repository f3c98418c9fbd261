"""Fleets that run, for the benchmark of moves: a small sample of each, where the data sets are at hand."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from benchmarks.fleet_states import btrplace, churned
from placer.fleet.moves.goal import FleetGoal, Shape
from placer.fleet.moves.judge import faults
from placer.fleet.moves.planning import plan_moves

CORPUS = os.environ.get("PLACER_CORPUS")


@pytest.mark.skipif(CORPUS is None, reason="PLACER_CORPUS does not name the data sets")
def test_a_few_hosts_after_churn_hold_more_after_a_few_moves() -> None:
    assert CORPUS is not None
    fleet = churned(Path(CORPUS) / "fleet", hosts=6)
    plan = plan_moves(fleet, FleetGoal(fragments=Shape(vcpus=16, kib=0), moves=4))
    assert faults(plan) == []
    assert plan.value is not None
    assert plan.now <= plan.value <= plan.bound


def test_a_workload_of_servers_becomes_a_fleet_with_its_rules(tmp_path: Path) -> None:
    views = [
        {"id": "shareableResource", "rcId": "uCpu", "nodes": {"0": 4, "1": 4, "2": 4}, "vms": {"0": 2, "1": 2, "2": 1}},
        {
            "id": "shareableResource",
            "rcId": "memory",
            "nodes": {"0": 8, "1": 8, "2": 8},
            "vms": {"0": 2, "1": 2, "2": 2},
        },
    ]
    mapping = {"onlineNodes": {"0": {"runningVMs": [0, 1]}, "1": {"runningVMs": []}, "2": {"runningVMs": []}}}
    constraints = [
        {"id": "preserve", "rc": "uCpu", "vm": 0, "amount": 3},
        {"id": "spread", "vms": [0, 2]},
        {"id": "among", "vms": [0, 1], "parts": [[0, 1], [2]]},
    ]
    document = {"model": {"mapping": mapping | {"readyVMs": [2]}, "views": views}, "constraints": constraints}
    with gzip.open(tmp_path / "one.json.gz", "wt") as file:
        json.dump(document, file)
    fleet, new = btrplace(tmp_path / "one.json.gz")
    assert new == ("vm2",)
    plan = plan_moves(fleet, FleetGoal(mend=True, make_room=new))
    assert (plan.value, faults(plan)) == (1, [])
    assert {step.target for step in plan.steps} == {"n1"}  # the other part is a group of its own
    assert plan.placed["vm2"][0] != plan.placed["vm0"][0]
