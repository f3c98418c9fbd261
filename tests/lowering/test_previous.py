"""An earlier placement as sites and as a cost, worked by hand."""

from __future__ import annotations

from placer.instance import Host, Instance, Placement, Pnode
from placer.lowering.previous import earlier_sites, moved
from tests.support.building import GIB, a_guest, an_instance


def sparse() -> Instance:
    host = Host(pnodes=tuple(Pnode(id=p, memory_kib=GIB, pcpus=(p,)) for p in (8, 0, 252)))
    return an_instance(host, a_guest(1, 1, name="a"), a_guest(1, name="b"))


EARLIER = Placement(pnode_of={"b": (8,), "a": (252, None)})


def test_sites_are_positions_guest_after_guest_and_minus_one_without_a_pnode() -> None:
    assert earlier_sites(sparse(), EARLIER).tolist() == [2, -1, 0]


def test_a_vnode_that_had_a_pnode_pays_one_on_every_other_site() -> None:
    assert moved(sparse(), EARLIER, with_unplaced_site=False).cost.tolist() == [[1, 1, 0], [0, 0, 0], [0, 1, 1]]
    assert moved(sparse(), EARLIER, with_unplaced_site=True).cost.tolist() == [[1, 1, 0, 1], [0] * 4, [0, 1, 1, 1]]
