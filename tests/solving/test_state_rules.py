"""Rules with running guests become lists of pnodes."""

from __future__ import annotations

import pytest

from placer.instance import Rule, VnodeOf
from placer.solving.state_rules import beside_running
from tests.support.building import GIB, a_guest, a_host

HOST = a_host(*[4 * GIB] * 4)
NEW, OTHER = a_guest(GIB, name="new"), a_guest(GIB, name="other", pnodes=(0, 1, 2))
RUNNING = {"old": (0,), "wide": (1, 2)}


def test_apart_bars_and_together_demands_the_pnodes_of_running_guests() -> None:
    rules = (Rule(apart=("new", "wide")), Rule(together=("other", "old")))
    guests, between = beside_running((NEW, OTHER), rules, RUNNING, (), HOST)
    assert [guest.pnodes for guest in guests] == [(0, 3), (0,)]
    assert between == ()


def test_rules_between_new_guests_stay_and_one_vnode_of_a_running_guest_counts_alone() -> None:
    rules = (Rule(apart=("new", "other")), Rule(apart=("new", "other", VnodeOf(guest="wide", vnode=1))))
    guests, between = beside_running((NEW, OTHER), rules, RUNNING, (), HOST)
    assert [guest.pnodes for guest in guests] == [(0, 1, 3), (0, 1)]
    assert between == (rules[0], Rule(apart=("new", "other")))


def test_exclusive_pnodes_are_barred_for_all() -> None:
    guests, _ = beside_running((NEW, OTHER), (), RUNNING, ("old", VnodeOf(guest="wide", vnode=0)), HOST)
    assert [guest.pnodes for guest in guests] == [(2, 3), (2,)]


def test_nothing_left_and_vnodes_of_new_guests_are_refused() -> None:
    with pytest.raises(ValueError, match='guest "new" has no pnode left'):
        beside_running((NEW,), (Rule(together=("new", "old")), Rule(apart=("new", "old"))), RUNNING, (), HOST)
    with pytest.raises(ValueError, match="takes guests, not vnodes"):
        beside_running((NEW,), (Rule(apart=(VnodeOf(guest="new", vnode=0), "old")),), RUNNING, (), HOST)
