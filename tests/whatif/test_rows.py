"""An answer for each change, what moves under it, and how the rows share their time."""

from __future__ import annotations

from itertools import product
from threading import Event

import pytest

import placer
from placer.assignment import Progress, Status
from placer.assignment.context import SearchContext
from placer.instance import Instance, Placement
from placer.job.request import Request, from_instance
from placer.job.settled import settled
from placer.whatif.change import Change, changed
from placer.whatif.rows import AS_IT_IS, NOT_TRIED, WhatIf, answers
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.commands import INSTANCES


def request(instance: Instance) -> Request:
    return settled(from_instance(instance, place="asked"))


def found(instance: Instance, *changes: Change, context: SearchContext | None = None, partial: bool = False) -> WhatIf:
    asked = request(instance)
    pairs = [(change, changed(asked, change)) for change in changes]
    return answers(asked, pairs, context or SearchContext(time_limit_s=20), allow_unplaced=partial)


@pytest.fixture
def two() -> Instance:
    """Two guests of 5 GiB fill pnodes 0 and 1, of 6 GiB; pnode 2, of 8 GiB, is left free, being the worse fit."""
    return an_instance(a_host(6 * GIB, 6 * GIB, 8 * GIB), a_guest(5 * GIB, name="a"), a_guest(5 * GIB, name="b"))


def test_the_first_row_is_the_host_as_it_is_and_each_change_has_one(two: Instance) -> None:
    rows = found(two, Change(without=(0,)), Change(reserve="2GiB"), Change(free="2=-4GiB"), Change()).rows
    assert [row.name for row in rows] == [AS_IT_IS, "without pnode 0", "reserve 2GiB", "free 2=-4GiB", "no change"]
    assert [str(row.answer.status) for row in rows] == ["OPTIMAL", "OPTIMAL", "INFEASIBLE", "OPTIMAL", "OPTIMAL"]
    assert rows[0].moves is None and rows[2].moves is None
    pnode_of = rows[0].answer.placement.pnode_of if rows[0].answer.placement else {}
    assert sorted(pnode_of.values()) == [(0,), (1,)]
    (moved,) = [name for name, pnodes in pnode_of.items() if pnodes == (0,)]
    assert rows[1].moves == {moved: ((0,), (2,))}
    assert rows[3].moves == {} == rows[4].moves


def test_of_placements_that_cost_the_same_a_row_has_the_one_that_moves_least() -> None:
    """Any two of four equal pnodes are as good; 2 GiB more reserve on all changes nothing."""
    instance = an_instance(a_host(*[8 * GIB] * 4), a_guest(5 * GIB, name="a"), a_guest(5 * GIB, name="b"))
    rows = found(instance, *[Change(reserve=f"{gib}GiB") for gib in range(3)], Change(without=(3,))).rows
    stay = rows[0].answer.placement
    assert stay is not None
    for row in rows[1:4]:
        assert row.moves == {}
    gone = {name for name, pnodes in stay.pnode_of.items() if pnodes == (3,)}
    assert rows[4].moves is not None and set(rows[4].moves) == gone


@pytest.mark.parametrize("seed", range(4))
def test_each_row_is_what_enumeration_finds_and_the_judge_confirms_it(seed: int) -> None:
    """No other placement of the changed host costs less in the tiers above the moved vnodes."""
    sizes = [(6 + seed, 7, 9), (8, 5, 6 + seed), (9, 9, 4), (5 + seed, 8, 8)][seed]
    host = a_host(*(gib * GIB for gib in sizes), pcpus=2, slit=((10, 15, 30), (15, 10, 20), (30, 20, 10)))
    instance = an_instance(host, a_guest(3 * GIB, 2 * GIB, name="a"), a_guest(4 * GIB, 1 * GIB, vcpus=(2, 1), name="b"))
    changes = (Change(reserve="1GiB"), Change(free="0=+4GiB"), Change(free="1=-3GiB"), Change(without=(2,)))
    for row in found(instance, *changes).rows:
        under = row.request.instance
        costs = []
        for sites in product(range(3), repeat=4):
            verdict = placer.check(under, Placement(pnode_of={"a": sites[:2], "b": sites[2:]}))
            costs += [] if verdict.violations else [verdict.costs[:4]]
        if row.answer.placement is None:
            assert (row.answer.status, costs) == (Status.INFEASIBLE, [])
            continue
        verdict = placer.check(under, row.answer.placement)
        assert not verdict.violations and verdict.costs[:4] == min(costs)


def test_a_guest_that_is_cut_otherwise_has_moved() -> None:
    """8 GiB fit one pnode of 10 GiB; where 6 GiB are free on each they are two vnodes."""
    guest = placer.Guest(name="db", flexible=placer.Flexible(memory_kib=8 * GIB, vcpu_count=4))
    rows = found(an_instance(a_host(10 * GIB, 6 * GIB), guest), Change(free="6GiB")).rows
    assert rows[1].moves == {"db": ((0,), (0, 1))} or rows[1].moves == {"db": ((0,), (1, 0))}
    assert len(rows[1].request.instance.guests[0].vnodes) == 2


def test_nothing_is_compared_with_another_host_or_with_no_placement(two: Instance) -> None:
    other = an_instance(a_host(8 * GIB, 16 * GIB), *two.guests)
    assert [row.moves for row in found(two, Change(instead=other)).rows] == [None, None]
    tight = an_instance(a_host(6 * GIB, 4 * GIB), *two.guests)
    rows = found(tight, Change(free="1=+1GiB")).rows
    assert [str(row.answer.status) for row in rows] == ["INFEASIBLE", "OPTIMAL"]
    assert rows[1].moves is None


def test_guests_may_stay_unplaced(two: Instance) -> None:
    row = found(two, Change(reserve="2GiB"), partial=True).rows[1]
    assert row.answer.tiers[0].cost == 1
    assert row.moves is not None and None in {pnode for _, after in row.moves.values() for pnode in after}


def test_once_stopped_no_further_row_is_tried(two: Instance) -> None:
    stop = Event()
    asked = request(two)
    changes = [Change(reserve="1GiB"), Change(without=(0,)), Change(without=(1,))]

    def begin(name: str, _: Request) -> None:
        if name == "without pnode 0":
            stop.set()

    pairs = [(change, changed(asked, change)) for change in changes]
    rows = answers(asked, pairs, SearchContext(time_limit_s=20, stop=stop), on_row=begin).rows
    assert [str(row.answer.status) for row in rows[:2]] == ["OPTIMAL", "OPTIMAL"]
    assert (str(rows[3].answer.status), rows[3].answer.reason) == ("UNKNOWN", NOT_TRIED)


def test_progress_names_its_row_and_without_time_nothing_is_found(two: Instance) -> None:
    steps: list[str] = []

    def progress(now: Progress) -> None:
        steps.append(now.step)

    found(two, Change(reserve="2GiB"), context=SearchContext(time_limit_s=20, on_progress=progress))
    assert steps and all(step.startswith((f"{AS_IT_IS}: ", "reserve 2GiB: ")) for step in steps)
    late = found(two, Change(reserve="1GiB"), context=SearchContext(time_limit_s=0)).rows
    assert {str(row.answer.status) for row in late} <= {"UNKNOWN", "FEASIBLE"}


def test_a_row_whose_share_of_the_time_is_up_names_the_limit_of_all_rows() -> None:
    """No pnode 1 is left for a proof that takes seconds, with half of 0.01 seconds."""
    opteron = placer.read_instance(INSTANCES / "opteron-8n.json")
    row = found(opteron, Change(without=(1,)), context=SearchContext(time_limit_s=0.01, workers=1)).rows[1]
    assert row.answer.status is Status.UNKNOWN and row.answer.reason is not None
    assert "(now 0.01 s)" in row.answer.reason
