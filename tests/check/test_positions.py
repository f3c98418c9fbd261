"""Pnodes by id and by position, and distances where an end has no pnode."""

from __future__ import annotations

from placer.check.positions import distance, positions
from placer.instance import Host, Placement, Pnode
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.judging import judge, term


def test_pnodes_are_meant_by_id_and_not_by_position() -> None:
    host = Host(
        pnodes=(Pnode(id=8, memory_kib=GIB, pcpus=(0,)), Pnode(id=252, memory_kib=2 * GIB, pcpus=(1,))),
        slit=((10, 40), (40, 11)),
    )
    assert term(judge(host, a_guest(GIB), 252), "access_distance") == 11_000


def test_each_guest_has_the_positions_of_its_pnodes_and_none_where_a_vnode_has_none() -> None:
    host = Host(pnodes=tuple(Pnode(id=p, memory_kib=GIB, pcpus=(p,)) for p in (8, 0, 252)))
    instance = an_instance(host, a_guest(1, 1, 1), a_guest(1, name="web"))
    placement = Placement(pnode_of={"web": (0,), "db": (252, None, 8)})
    assert positions(instance, placement) == {"db": (2, None, 0), "web": (1,)}


def test_a_distance_is_that_of_the_row_or_the_largest_finite_one_where_an_end_has_no_pnode() -> None:
    host = a_host(1, 1, slit=((10, 31), (255, 11)))
    assert [distance(host, *ends) for ends in ((0, 1), (1, 0), (1, 1))] == [31, 255, 11]
    assert [distance(host, *ends) for ends in ((0, None), (None, 0), (None, None))] == [31, 31, 31]
