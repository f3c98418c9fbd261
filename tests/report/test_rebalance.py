"""The report of a plan of moves, and its JSON."""

from __future__ import annotations

import dataclasses
import json

from placer.assignment.context import SearchContext
from placer.rebalance.goal import Goal
from placer.rebalance.plan import Step
from placer.rebalance.planning import plan_rebalance
from placer.report.rebalance import kind_in_words, notes_of, plan_json, render_plan
from tests.support.running_hosts import host_of

SCATTERED = host_of(
    [4, 4], {"a": ((1, 1), (0, 1)), "b": (3, 0), "c": (2, 1)}, kinds={"c": ()}, stuck={"c": "it has devices"}
)


def test_a_plan_says_what_it_costs_gains_and_does() -> None:
    plan = plan_rebalance(SCATTERED, Goal(), SearchContext())
    text = render_plan(plan)
    assert text.startswith(
        "OPTIMAL: 1 move of 2 GiB in 1 stage; mean access distance 12.50 -> 10.00; proved that no plan"
    )
    stages = text[text.index("Stages") :].splitlines()
    assert stages[2].split() == ["1", "a", "save", "and", "restore", "0-1", "1", "2", "GiB"]
    assert [line.split()[0] for line in text[text.index("Least cost") :].splitlines()[2:4]] == ["0", "1"]
    assert "- never moved: c (it has devices)" in text
    assert "images of saved guests take up to 2 GiB of disk at once" in text
    assert "Assumed" not in render_plan(plan, quiet=True)


def test_nothing_to_do_is_said() -> None:
    text = render_plan(plan_rebalance(host_of([4, 4], {"a": (1, 0)}), Goal(), SearchContext()))
    assert "no guest needs to move" in text


def test_what_is_pinned_anew_comes_first() -> None:
    running = host_of([4, 4], {"a": (1, 0)}, repin={"a": True})
    text = render_plan(plan_rebalance(running, Goal(), SearchContext()))
    assert "vcpus to the pnodes of their memory (counted in the column now)\n  guest  pnode\n  a          0\n" in text


def test_without_a_plan_the_reason_is_all() -> None:
    plan = plan_rebalance(SCATTERED, Goal(empty=(1,)), SearchContext())
    lines = render_plan(plan, quiet=True).splitlines()
    assert lines[0].startswith("INFEASIBLE: proved that no end state") and len(lines) == 2
    assert lines[1] == 'guest "c" is on pnode 1 and may not move: it has devices'
    document = json.loads(plan_json(plan))
    assert (document["after"], document["placement"], document["stages"]) == (None, None, [])


def test_the_json_has_the_steps_and_the_curve() -> None:
    document = json.loads(plan_json(plan_rebalance(SCATTERED, Goal(), SearchContext())))
    (stage,) = document["stages"]
    assert stage == [{"guest": "a", "kind": "save", "phase": "all", "from": [0, 1], "to": [1], "kib": 2 << 20}]
    assert document["placement"] == {"a": [1], "b": [0], "c": [1]}
    assert [point["moves"] for point in document["curve"]] == [0, 1]
    assert document["after"]["tiers"][2]["bound"] == document["after"]["tiers"][2]["cost"]


def test_halves_have_names_of_their_own() -> None:
    assert kind_in_words(Step(guest="a", kind="save", phase="in")) == "restore"
    assert kind_in_words(Step(guest="a", kind="restart", phase="out")) == "shut down"
    assert kind_in_words(Step(guest="a", kind="migrate")) == "migrate"


def test_more_stages_than_the_bound_are_said() -> None:
    plan = plan_rebalance(host_of([4, 4], {"a": (1, 0)}), Goal(empty=(0,)), SearchContext())
    assert "; 1 at least are needed" in render_plan(dataclasses.replace(plan, stages=(*plan.stages, *plan.stages)))
    assert any("another order" in note for note in notes_of(dataclasses.replace(plan, order_proved=False)))
