"""The line on vnodes that left the pnode they had; its forms stand in the docstring, its length here."""

from __future__ import annotations

from placer.instance.previous import Moved
from placer.report.moved import moved_line


def left(guest: str, vnode: int) -> Moved:
    return Moved(guest=guest, vnode=vnode, before=0, after=1)


def test_one_vnode_of_one_guest_is_told_in_the_singular() -> None:
    assert moved_line([left("db", 0)]) == "moved: 1 vnode of 1 guest: db vnode 0 from pnode 0 to 1"


def test_a_guest_with_several_moved_vnodes_counts_once() -> None:
    line = moved_line([left("db", 0), left("db", 3)])
    assert line == "moved: 2 vnodes of 1 guest: db vnode 0 from pnode 0 to 1, db vnode 3 from pnode 0 to 1"


def test_after_twelve_vnodes_the_rest_is_counted() -> None:
    twelve, fifteen = (moved_line([left("db", v) for v in range(count)]) for count in (12, 15))
    assert twelve.endswith("db vnode 11 from pnode 0 to 1")
    assert fifteen.startswith("moved: 15 vnodes of 1 guest: ")
    assert fifteen.endswith("db vnode 11 from pnode 0 to 1, 3 more")
