"""What fits at once: worked by hand."""

from __future__ import annotations

import pytest

from placer.rebalance.transfers import Action, Occupancy, Phase, Transfer, arriving, joined

A = Transfer(name="a", kinds=("migrate", "save"), kib=4, before={0: 4}, after={1: 4})
B = Transfer(name="b", kinds=("migrate", "save"), kib=3, before={1: 3}, after={0: 3})
SPREAD = Transfer(name="c", kinds=("save",), kib=4, before={0: 2, 1: 2}, after={0: 4})


def test_a_migration_holds_both_ends() -> None:
    assert Occupancy(free={0: 0, 1: 4}).fits([Action(transfer=A, kind="migrate")])
    # b leaves 3 of pnode 1, but only when it is gone
    assert not Occupancy(free={0: 3, 1: 1}).fits(
        [Action(transfer=A, kind="migrate"), Action(transfer=B, kind="migrate")]
    )


def test_what_is_saved_comes_back_beside_its_own_gap_alone() -> None:
    assert Occupancy(free={0: 2, 1: 0}).fits([Action(transfer=SPREAD, kind="save")])
    assert not Occupancy(free={0: 1, 1: 9}).fits([Action(transfer=SPREAD, kind="save")])
    assert arriving(Action(transfer=SPREAD, kind="save", phase="out")) == {}
    # its gap on pnode 1 may open last, so nothing else may count on it
    incoming = Action(
        transfer=Transfer(name="d", kinds=("migrate",), kib=1, before={2: 1}, after={1: 1}), kind="migrate"
    )
    assert not Occupancy(free={0: 2, 1: 0}).fits([Action(transfer=SPREAD, kind="save"), incoming])


def test_both_halves_in_one_stage_are_one_move() -> None:
    halves: tuple[Phase, ...] = ("out", "in")
    both = [Action(transfer=SPREAD, kind="save", phase=phase) for phase in halves]
    assert [(action.name, action.phase) for action in joined(both)] == [("c", "all")]
    assert Occupancy(free={0: 2, 1: 0}).fits(both)


def test_after_actions_memory_is_where_they_say() -> None:
    out = Occupancy(free={0: 0, 1: 0}, on={"a": frozenset({0})}).after([Action(transfer=A, kind="save", phase="out")])
    assert (out.free, out.on) == ({0: 4, 1: 0}, {"a": frozenset()})
    back = out.after([Action(transfer=A, kind="save", phase="in")])
    assert (back.free, back.on) == ({0: 4, 1: -4}, {"a": frozenset({1})})


@pytest.mark.parametrize(("pnode", "fits"), [(1, False), (2, True)])
def test_guests_that_are_kept_apart_do_not_meet_on_the_way(pnode: int, fits: bool) -> None:
    # b is migrated away from pnode 1 in the same stage, and may still be there
    going = Transfer(name="b", kinds=("migrate",), kib=3, before={1: 3}, after={0: 3})
    coming = Transfer(name="a", kinds=("migrate",), kib=4, before={3: 4}, after={pnode: 4})
    start = Occupancy(
        free={0: 9, 1: 9, 2: 9},
        on={"a": frozenset({3}), "b": frozenset({1})},
        apart=frozenset({frozenset({"a", "b"})}),
    )
    assert start.fits([Action(transfer=going, kind="migrate"), Action(transfer=coming, kind="migrate")]) is fits


@pytest.mark.parametrize(("pnode", "fits"), [(0, True), (1, False)])
def test_guests_on_one_pnode_today_that_are_kept_apart_bar_no_other_move(pnode: int, fits: bool) -> None:
    # a and b break a rule as they are; c is kept apart from d alone
    coming = Transfer(name="c", kinds=("migrate",), kib=1, before={2: 1}, after={pnode: 1})
    start = Occupancy(
        free={0: 9, 1: 9, 2: 9},
        on={"a": frozenset({0}), "b": frozenset({0}), "c": frozenset({2}), "d": frozenset({1})},
        apart=frozenset({frozenset({"a", "b"}), frozenset({"c", "d"})}),
    )
    assert start.fits([Action(transfer=coming, kind="migrate")]) is fits
