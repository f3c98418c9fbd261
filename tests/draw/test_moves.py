"""Plans of moves: the host after each stage, worked by hand."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest

from placer.assignment.context import SearchContext
from placer.draw.moves import picture_of_plan
from placer.draw.page import to_html
from placer.draw.picture import Picture
from placer.draw.svg import to_svg
from placer.instance import Placement
from placer.rebalance.goal import Goal
from placer.rebalance.plan import Plan, Step
from placer.rebalance.planning import plan_rebalance
from tests.report.test_rebalance import SCATTERED
from tests.support.building import a_guest
from tests.support.pictures import faults, titles, written
from tests.support.running_hosts import GIB, host_of, small_host, with_others


def swapped() -> Plan:
    """Two guests of 3 GiB that change places on pnodes of 4 GiB: one is saved meanwhile."""
    running = host_of([4, 4], {"a": (3, 0), "b": (3, 1)})
    plan = plan_rebalance(running, Goal(), SearchContext())
    stages = (
        (Step(guest="a", kind="save", phase="out", before=(0,), kib=3 * GIB),),
        (Step(guest="b", kind="migrate", before=(1,), after=(0,), kib=3 * GIB),),
        (Step(guest="a", kind="save", phase="in", after=(1,), kib=3 * GIB),),
    )
    return dataclasses.replace(plan, placement=Placement(pnode_of={"a": (1,), "b": (0,)}), stages=stages)


def bars(picture: Picture) -> list[str]:
    return [title for title in titles(to_svg(picture)) if "GiB on pnode" in title]


def test_each_stage_is_a_state_and_what_is_saved_is_on_no_pnode() -> None:
    picture = picture_of_plan(swapped())
    assert [panel.caption for panel in picture.panels] == ["now", "after stage 1", "after stage 2", "after stage 3"]
    assert bars(picture) == [
        "a: 3 GiB on pnode 0; leaves",
        "b: 3 GiB on pnode 1",
        "b: 3 GiB on pnode 1; leaves",
        "b: 3 GiB on pnode 0; arrives",
        "b: 3 GiB on pnode 0",
        "a: 3 GiB on pnode 1; arrives",
    ]
    assert picture.panels[1].lines == ("save a 0 -> disk, 3 GiB", "not running: a")
    assert picture.panels[2].lines[:2] == (
        "migrate b 1 -> 0, 3 GiB",
        "guests hold at most, while it runs: pnode 0 3 GiB of 4 GiB",
    )
    assert picture.stepwise and faults(to_svg(picture)) == []


def test_a_migration_holds_memory_at_both_ends_while_it_runs() -> None:
    plan = plan_rebalance(SCATTERED, Goal(), SearchContext())
    picture = picture_of_plan(plan)
    # a, of 1 GiB on each pnode, is saved and comes back on pnode 1, where c has 2 GiB
    assert picture.panels[1].lines[:2] == (
        "save and restore a 0-1 -> 1, 2 GiB",
        "guests hold at most, while it runs: pnode 1 4 GiB of 4 GiB",
    )
    assert "a: 2 GiB on pnode 1; changes" in bars(picture)


def test_a_guest_that_room_is_made_for_is_there_in_the_end() -> None:
    new = a_guest(2 * GIB, name="new", vcpus=(1,))
    picture = picture_of_plan(plan_rebalance(host_of([4, 4], {"a": (3, 0)}), Goal(make_room=(new,)), SearchContext()))
    assert [shown.name for shown in picture.guests] == ["a", "new"]
    assert "new: 2 GiB on pnode 1; arrives" in bars(picture)


def test_without_a_plan_the_host_and_the_reason_are_drawn() -> None:
    plan = plan_rebalance(host_of([4, 4], {"a": (3, 0), "b": (3, 1)}), Goal(empty=(0,)), SearchContext())
    picture = picture_of_plan(plan)
    assert [panel.caption for panel in picture.panels] == ["now"] and plan.reason is not None
    assert set(plan.reason.splitlines()) <= set(picture.headline.lines)
    assert picture.headline.title.startswith("INFEASIBLE: proved that pnode 0 cannot be freed")


def test_domains_that_never_move_are_where_they_are() -> None:
    plan = plan_rebalance(with_others(host_of([4, 4], {"a": (1, 0)}), {"db": {1: GIB}}), Goal(), SearchContext())
    assert [panel.caption for panel in picture_of_plan(plan).panels] == ["now"]
    assert "nothing moves" in picture_of_plan(plan).headline.lines


def test_stages_are_steps_of_a_page_that_the_keyboard_reaches() -> None:
    page = to_html(picture_of_plan(swapped()))
    assert page.count('<input type="radio" name="step"') == 4 and page.count(" checked>") == 1
    assert page.count("<figure") == 4


@pytest.mark.parametrize("seed", range(6))
def test_the_memory_after_the_last_stage_is_that_of_the_end_state(seed: int) -> None:
    running = small_host(seed)
    plan = plan_rebalance(running, Goal(), SearchContext())
    picture = picture_of_plan(plan)
    assert plan.instance is not None and plan.placement is not None
    held = dict.fromkeys(range(len(running.instance.host.pnodes)), 0)
    for guest in plan.instance.guests:
        for vnode, pnode in zip(guest.vnodes, plan.placement.pnode_of[guest.name], strict=True):
            held[pnode or 0] += vnode.memory_kib
    texts = [each.text for each in written(to_svg(dataclasses.replace(picture, panels=picture.panels[-1:])))]
    left = {here.removeprefix("pnode "): size for here, size in pairwise(texts) if size.endswith(" left of 8 GiB")}
    free = {f"{p}": f"{8 - kib // GIB} GiB" if kib < 8 * GIB else "0 KiB" for p, kib in held.items()}
    assert {p: size.removesuffix(" left of 8 GiB") for p, size in left.items()} == free
