"""The report of a plan of moves, and its JSON."""

from __future__ import annotations

import dataclasses
import json

from placer.assignment.context import SearchContext
from placer.instance import Flexible, Guest, Placement, Vnode
from placer.rebalance.goal import Goal
from placer.rebalance.plan import Step
from placer.rebalance.planning import plan_rebalance
from placer.report.rebalance import kind_in_words, notes_of, render_plan
from placer.report.rebalance_json import plan_json
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
    assert "Least cost" not in text  # after no move it is the cost above
    nothing = render_plan(plan_rebalance(host_of([4, 4], {}), Goal(), SearchContext()))
    assert nothing.splitlines()[1:] == ["", "nothing runs, so there is nothing to move"]


def test_what_is_pinned_anew_comes_first() -> None:
    running = host_of([4, 4], {"a": (1, 0)}, repin={"a": True})
    text = render_plan(plan_rebalance(running, Goal(), SearchContext()))
    assert "vcpus to the pnodes of their memory (counted in the column now)\n  guest  pnode\n  a          0\n" in text


def test_pcpus_of_its_own_configuration_are_noted() -> None:
    running = host_of([4, 4], {"a": (1, 0), "b": (1, 0)}, pcpus={"a": "2-3"}, repin={"a": True})
    notes = notes_of(plan_rebalance(running, Goal(), SearchContext()))
    assert notes == [
        "not moved, as their own configuration binds them to these pcpus; --unpin lets them move: a (pcpus 2-3)",
        "costs count the vcpus of these near their memory, away from which they are bound: a",
    ]
    assert notes_of(plan_rebalance(running, Goal(unpin=("a",)), SearchContext())) == []


def test_without_a_plan_the_reason_is_all() -> None:
    plan = plan_rebalance(SCATTERED, Goal(empty=(1,)), SearchContext())
    lines = render_plan(plan, quiet=True).splitlines()
    assert lines[0].startswith("INFEASIBLE: proved that pnode 1 cannot be freed (") and len(lines) == 2
    assert lines[1] == 'guest "c" is on pnode 1 and may not move: it has devices'
    document = json.loads(plan_json(plan))
    assert (document["after"], document["placement"], document["stages"]) == (None, None, [])


def test_the_pnode_of_each_vnode_is_said_in_their_order() -> None:
    running = host_of([4, 4, 4, 4], {"a": ((2, 1), (0, 1))}, vcpus=1, vnuma={"a": True}, kinds={"a": ("restart",)})
    plan = plan_rebalance(running, Goal(restarts=1, empty=(0,)), SearchContext())
    assert plan.placement is not None
    placed = Placement(pnode_of={"a": (3, 1)})
    (stage,) = plan.stages
    stages = ((dataclasses.replace(stage[0], after=(1, 3)),),)
    text = render_plan(dataclasses.replace(plan, placement=placed, stages=stages))
    assert text[text.index("Stages") :].splitlines()[2].endswith(" 0:3 1:1")
    assert "- guests are started anew from their xl.cfg with new pnodes" in text


def test_halves_have_names_of_their_own() -> None:
    assert kind_in_words(Step(guest="a", kind="save", phase="in")) == "restore"
    assert kind_in_words(Step(guest="a", kind="restart", phase="out")) == "shut down"
    assert kind_in_words(Step(guest="a", kind="migrate")) == "migrate"


def test_more_stages_than_the_bound_are_said() -> None:
    plan = plan_rebalance(host_of([4, 4], {"a": (1, 0)}), Goal(empty=(0,)), SearchContext())
    assert "; 1 at least are needed" in render_plan(dataclasses.replace(plan, stages=(*plan.stages, *plan.stages)))
    assert any("another order" in note for note in notes_of(dataclasses.replace(plan, order_proved=False)))


def test_what_a_proof_rests_on_is_on_the_first_line() -> None:
    running = dataclasses.replace(
        host_of([4, 4], {"a": (1, 0)}), assumed=("no domain was coming or going", "every pcpu is in one cpupool")
    )
    plan = plan_rebalance(running, Goal(), SearchContext())
    words = (
        "proved that no plan within the budget ends in a lower cost if no domain was coming or going and every pcpu "
    )
    assert f"{words}is in one cpupool (" in render_plan(plan, quiet=True).splitlines()[0]
    assert json.loads(plan_json(plan))["assumed"] == [*running.assumed]
    none = plan_rebalance(running, Goal(moves=0, empty=(0,)), SearchContext())
    assert " if " not in render_plan(none).splitlines()[0]  # a pnode with a guest on it is not free in any case


def test_what_cannot_be_done_is_named_and_a_budget_only_where_there_is_one() -> None:
    full = host_of([4, 4], {"a": (3, 0), "b": (3, 1)})
    new = Guest(name="new", vnodes=[Vnode(memory_kib=4 << 20)])
    for goal, words in (
        (
            Goal(make_room=(new,), empty=(0,), moves=1),
            "pnode 0 cannot be freed and room cannot be made for new within ",
        ),
        (Goal(make_room=(new,)), "room cannot be made for new ("),
        (Goal(empty=(0,), kib=0), "pnode 0 cannot be freed within the budget ("),
    ):
        line = render_plan(plan_rebalance(full, goal, SearchContext())).splitlines()[0]
        assert line.startswith(f"INFEASIBLE: proved that {words}")


def test_the_first_line_says_in_what_form_room_is_made() -> None:
    new = Guest(name="new", flexible=Flexible(memory_kib=4 << 20, vcpu_count=2))
    running = host_of([4, 4, 4], {"a": (1, 0), "b": (1, 1), "c": (2, 2)})
    whole = render_plan(plan_rebalance(running, Goal(make_room=(new,)), SearchContext())).splitlines()[0]
    assert "1 move of 1 GiB" in whole
    assert "proved that fewer moves do not suffice with new whole on one pnode (" in whole
    cut = render_plan(plan_rebalance(running, Goal(make_room=(new,), moves=0), SearchContext())).splitlines()[0]
    assert "0 moves of 0 KiB" in cut
    assert "proved that fewer moves do not suffice with new in 2 vnodes (" in cut
