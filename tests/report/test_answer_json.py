"""The answer as JSON: every figure of the Result in it, and a placement that is read back."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from placer.assignment import Status
from placer.check import Violation
from placer.formats.native.placement_json import read_placement
from placer.instance import Host, Instance, Placement, Pnode
from placer.instance.previous import Moved
from placer.job.request import Request
from placer.report.answer_json import emit_answer
from placer.report.text import render
from placer.solving.pipeline import solve
from placer.solving.result import Result, Tier, Trade
from tests.support.building import GIB, a_guest, a_host, an_instance

INSTANCE = an_instance(a_host(4 * GIB, 4 * GIB), a_guest(GIB, GIB))
PLACED = Placement(pnode_of={"db": (0, None)})


def written(result: Result, instance: Instance = INSTANCE) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(emit_answer(result, Request(instance=instance)))
    return document


def test_every_figure_of_a_result_is_in_it() -> None:
    result = Result(
        status=Status.FEASIBLE,
        strategy="cpsat",
        instance=INSTANCE,
        placement=PLACED,
        tiers=(Tier(cost=7, bound=5, terms={"access_distance": 3, "core_sharing": 4}),),
        mean_access_distance=11.5,
        guest_access_distance={"db": 11.5},
        violations=(Violation(rule="unplaced", message="vnode 1 has no pnode"),),
        wall_time_s=1.23456789,
    )
    assert written(result) == {
        "status": "FEASIBLE",
        "strategy": "cpsat",
        "placement": {"db": [0, None]},
        "tiers": [{"cost": 7, "bound": 5, "terms": {"access_distance": 3, "core_sharing": 4}}],
        "mean_access_distance": 11.5,
        "guests": {"db": {"mean_access_distance": 11.5}},
        "violations": [{"rule": "unplaced", "message": "vnode 1 has no pnode"}],
        "trade": None,
        "reason": None,
        "notes": [],
        "wall_time_s": 1.234568,
    }


def test_a_trade_is_written_with_its_placement_and_moves_only_where_a_placement_was_kept() -> None:
    trade = Trade(
        order="distance",
        placement=Placement(pnode_of={"db": (1, 1)}),
        mean_access_distance=10.0,
        current_mean_distance=15.5,
        more_pairs=2,
    )
    moves = (Moved(guest="db", vnode=1, before=1, after=None),)
    document = written(Result(status=Status.OPTIMAL, strategy="optimal", placement=PLACED, trade=trade, moved=moves))
    assert document["trade"] == {
        "order": "distance",
        "mean_access_distance": 10.0,
        "more_pairs": 2,
        "placement": {"db": [1, 1]},
    }
    assert document["moved"] == [{"guest": "db", "vnode": 1, "before": 1, "after": None}]
    stayed = Result(status=Status.OPTIMAL, strategy="optimal", placement=PLACED, moved=())
    assert written(stayed)["moved"] == []


def test_without_a_placement_there_is_a_reason_and_no_pcpus() -> None:
    document = written(Result(status=Status.INFEASIBLE, strategy="optimal", reason="too large"))
    assert (document["placement"], document["tiers"], document["reason"]) == (None, [], "too large")
    assert not document.keys() & {"pcpus", "moved"}


def test_dedicated_vcpus_are_written_with_their_pcpus_and_read_back() -> None:
    cores = tuple((i, i + 4) for i in range(4))
    host = Host(pnodes=(Pnode(id=0, memory_kib=8 * GIB, pcpus=tuple(range(8)), cores=cores),))
    dedicated = replace(a_guest(GIB, vcpus=(2,), name="rt"), cpu_policy="dedicated")
    instance = an_instance(host, dedicated, a_guest(GIB))
    result = solve(instance)
    text = emit_answer(result, Request(instance=instance))
    assert json.loads(text)["pcpus"] == {"rt": [0, 4]}
    assert read_placement(text, "plan.json") == result.placement
    assert "2 (0-1), on pcpus 0,4" in render(result, Request(instance=instance))
