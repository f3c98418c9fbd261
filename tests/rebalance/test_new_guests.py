"""In what form room is made for new guests."""

from __future__ import annotations

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.instance import Flexible, Guest, Vnode
from placer.rebalance.goal import Goal
from placer.rebalance.new_guests import form_in_words, forms
from placer.rebalance.plan import Plan
from placer.rebalance.planning import plan_rebalance
from tests.support.running_hosts import GIB, host_of

OPEN = Guest(name="new", flexible=Flexible(memory_kib=4 * GIB, vcpu_count=2))
STATED = Guest(name="two", vnodes=[Vnode(memory_kib=GIB), Vnode(memory_kib=GIB)])
SPREAD = Guest(name="pv", type="pv", form="set", flexible=Flexible(memory_kib=4 * GIB, vcpu_count=2))
CROWDED = host_of([4, 4, 4], {"a": (1, 0), "b": (1, 1), "c": (2, 2)})


def plan(goal: Goal) -> Plan:
    return plan_rebalance(CROWDED, goal, SearchContext())


def test_the_fewest_parts_come_first_within_the_range_of_each_guest() -> None:
    narrow = Guest(name="narrow", flexible=Flexible(memory_kib=GIB, vcpu_count=1, least=2, most=3))
    counts = [[len(guest.vnodes) for guest in each] for each in forms(Goal(make_room=(OPEN, STATED, narrow)))]
    assert counts == [[1, 2, 2], [2, 2, 2], [3, 2, 3], [4, 2, 3]]
    assert [len(each) for each in forms(Goal(make_room=(STATED,)))] == [1]
    assert [*forms(Goal())] == [()]


def test_a_form_has_words_where_it_was_open() -> None:
    words = [form_in_words(guest) for each in forms(Goal(make_room=(OPEN, SPREAD))) for guest in each]
    assert words[:4] == [
        "new whole on one pnode",
        "pv whole on one pnode",
        "new in 2 vnodes",
        "pv in 2 parts without vnuma",
    ]
    assert form_in_words(STATED) == ""


def test_a_guest_is_whole_where_moves_can_hold_it_so_and_in_parts_only_where_they_cannot() -> None:
    """By hand: with a or b away a pnode of 4 GiB is free; without a move 3, 3 and 2 GiB are."""
    whole = plan(Goal(make_room=(OPEN,)))
    assert (whole.status, whole.moves) == (Status.OPTIMAL, 1)
    assert whole.notes == (
        'room is made for guest "new" whole on one pnode, without vnuma; in several parts it may fit after fewer '
        "moves: --moves 0 tries that",
    )
    cut = plan(Goal(make_room=(OPEN,), moves=0))
    assert (cut.status, cut.moves) == (Status.OPTIMAL, 0)
    assert cut.notes == (
        'room is made for guest "new" in 2 parts: proved that no moves within the budget hold it in fewer; started '
        "with vnuma, so that Xen can neither save nor migrate it later",
    )
    (spread,) = plan(Goal(make_room=(SPREAD,), moves=0)).notes
    assert spread.endswith("hold it in fewer")


def test_nothing_is_said_where_no_form_was_open_or_no_move_is_needed() -> None:
    small = Guest(name="new", flexible=Flexible(memory_kib=GIB, vcpu_count=1))
    for new in (STATED, small):
        assert plan(Goal(make_room=(new,))).notes == ()
    assert plan(Goal(make_room=(OPEN,), empty=(0, 1))).notes == ()
