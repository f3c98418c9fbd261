"""A plan as it is stated: its JSON holds all that the plan itself does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from placer.assignment.context import SearchContext
from placer.errors import InputError
from placer.formats.text.files import Text
from placer.rebalance.goal import Goal
from placer.rebalance.plan import Plan
from placer.rebalance.planning import plan_rebalance
from placer.rebalance.stated_plan import read_moves, stated_plan
from placer.report.rebalance import headline_of, notes_of
from placer.report.rebalance_json import plan_json
from tests.report.test_rebalance import SCATTERED
from tests.support.building import a_guest
from tests.support.running_hosts import GIB, host_of, with_others

PLAN = plan_rebalance(with_others(SCATTERED, {"Domain-0": {1: 700}}), Goal(), SearchContext())


def written(plan: Plan = PLAN, **changes: Any) -> Text:
    return Text(json.dumps(json.loads(plan_json(plan)) | changes), place="plan.json")


def test_the_json_states_what_the_plan_does() -> None:
    assert read_moves(written()) == stated_plan(PLAN, headline_of(PLAN), tuple(notes_of(PLAN)))


def test_guests_that_are_cut_otherwise_afterwards_or_new_are_stated() -> None:
    assert [(guest.name, len(guest.vnodes)) for guest in read_moves(written()).guests] == [("a", 1)]
    new = a_guest(2 * GIB, name="new", vcpus=(1,))
    made = plan_rebalance(host_of([4, 4], {"a": (3, 0)}), Goal(make_room=(new,)), SearchContext())
    assert [guest.name for guest in read_moves(written(made)).guests] == ["new"]


def test_without_a_plan_there_is_the_host_and_the_reason() -> None:
    none = plan_rebalance(host_of([4, 4], {"a": (3, 0), "b": (3, 1)}), Goal(empty=(0,)), SearchContext())
    read = read_moves(written(none))
    assert (read.placement, read.after, read.stages) == (None, None, ())
    assert read.reason == none.reason and read.placed == none.running.placement


def stages(guest: str, kind: str, to: int) -> list[Any]:
    return [[{"guest": guest, "kind": kind, "phase": "all", "from": [0], "to": [to], "kib": 1}]]


@pytest.mark.parametrize(("changes", "said"), [
    ({"before": None}, r"plan\.json: \$\.before: "),
    ({"stages": stages("a", "fly", 1)}, r"\$\.stages\[0\]\[0\]\.kind"),
    ({"stages": stages("x", "save", 1)}, 'no guest "x" is there'),
    ({"stages": stages("a", "save", 9)}, "no pnode 9"),
    ({"placement": {"a": [0, 1], "b": [0], "c": [1]}}, 'expected the pnodes of the vnodes of guest "a" after'),
    ({"placement": {"a": [None], "b": [0], "c": [1]}}, 'expected the pnodes of the vnodes of guest "a" after'),
])  # fmt: skip
def test_what_contradicts_itself_is_refused_with_its_place(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_moves(written(**changes))


def test_a_placement_of_other_guests_is_refused() -> None:
    before = json.loads(plan_json(PLAN))["before"]
    with pytest.raises(InputError, match=r"\$\.before\.placement: not a placement of the instance beside it"):
        read_moves(written(before=before | {"placement": {"a": [0, 1]}}))
    with pytest.raises(InputError, match="a guest that runs has no pnode"):
        read_moves(written(before=before | {"placement": {"a": [0, None], "b": [0], "c": [1]}}))


def test_an_answer_of_a_solve_is_no_plan() -> None:
    with pytest.raises(InputError, match=r"answer\.json: \$"):
        read_moves(Text('{"status": "OPTIMAL", "placement": {"a": [0]}}', place="answer.json"))
