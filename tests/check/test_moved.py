"""How many vnodes left their pnodes, counted by hand."""

from __future__ import annotations

from placer.check import check
from placer.check.moved import moved
from placer.instance import Placement
from tests.support.building import GIB, a_guest, a_host, an_instance


def test_a_vnode_that_stands_elsewhere_or_nowhere_has_moved_and_one_that_had_no_pnode_has_not() -> None:
    before = {"db": (0, 1, 2, None), "web": (1,)}
    assert moved({"db": (0, 2, None, 3), "web": (1,)}, before) == 2
    assert moved(before, before) == 0
    assert moved({"db": (1, 0, 0, 0), "web": (0,)}, before) == 4


def test_guests_that_the_earlier_placement_did_not_have_move_nothing() -> None:
    instance = an_instance(a_host(GIB, GIB), a_guest(1, 1), a_guest(1, name="new"))
    placement = Placement(pnode_of={"db": (1, 1), "new": (0,)})
    verdict = check(instance, placement, keep=Placement(pnode_of={"db": (0, 1), "gone": (0,)}))
    assert [tier["moved"] for tier in verdict.terms if "moved" in tier] == [1]
