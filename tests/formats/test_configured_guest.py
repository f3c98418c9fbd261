from __future__ import annotations

from placer.formats.configured_guest import narrows_set, write_vnodes
from placer.instance import Form, Guest, Host, Pnode, Vnode
from tests.support.building import GIB, a_guest, a_host

SLIT = ((10, 10, 255), (17, 10, 40), (255, 41, 10))
HOST = Host(pnodes=tuple(Pnode(id=i, memory_kib=4096) for i in (0, 4, 7)), slit=SLIT)


def guest(form: Form = "vnuma") -> Guest:
    sizes_and_vcpus = ((100, (0, 3)), (20, (1,)), (3, (2,)))
    return Guest(name="db", form=form, vnodes=tuple(Vnode(memory_kib=m, vcpus=vcpus) for m, vcpus in sizes_and_vcpus))


def test_distances_are_those_of_the_pnodes_within_what_linux_takes() -> None:
    # 10 between pnodes 0 and 4 becomes 11, the unreachable pair 0 and 7 becomes 254
    vnodes = write_vnodes(guest(), HOST, (4, 0, 7))
    assert [vnode.distances for vnode in vnodes] == [(10, 17, 40), (11, 10, 254), (41, 254, 10)]


def test_a_vnode_without_a_pnode_is_as_far_as_the_host_is_wide() -> None:
    vnodes = write_vnodes(guest(), HOST, (4, None, 4))
    assert [vnode.distances for vnode in vnodes] == [(10, 41, 11), (41, 10, 41), (11, 41, 10)]
    assert [vnode.pnode for vnode in vnodes] == [4, None, 4]


def test_vnodes_of_the_guests_own_stay_apart_on_one_pnode() -> None:
    assert [vnode.memory_kib for vnode in write_vnodes(guest(), HOST, (7, 7, 7))] == [100, 20, 3]


def test_parts_on_one_pnode_become_one_vnode_where_the_first_stood() -> None:
    vnodes = write_vnodes(guest("parts"), HOST, (7, 0, 7))
    assert [(vnode.memory_kib, vnode.vcpus, vnode.pnode) for vnode in vnodes] == [(103, (0, 2, 3), 7), (20, (1,), 0)]
    assert [vnode.distances for vnode in vnodes] == [(10, 254), (254, 10)]


def test_parts_without_a_pnode_stay_apart() -> None:
    assert len(write_vnodes(guest("parts"), HOST, (None, None, 0))) == 3


def test_soft_affinity_that_leaves_a_pnode_of_a_set_without_a_wish_narrows_it() -> None:
    """Pcpus 0-3 are on pnode 0, 4-7 on pnode 1, 8-11 on pnode 2."""
    host = a_host(GIB, GIB, GIB)

    def narrows(*masks: tuple[int, ...] | None, form: Form = "set") -> bool:
        guest = a_guest(GIB // 2, GIB // 2, vcpus=(1, 1), form=form, one_to_one=form == "set", soft_affinity=masks)
        return narrows_set(guest, host, (0, 1))

    assert narrows((0, 1), (2,))
    assert narrows((0,), (8, 9))
    assert not narrows((0,), (5,))
    assert not narrows((0,), None)
    assert not narrows((8,), (9,))  # wishes that no pnode of the set meets do not count
    assert not narrows((0,), (1,), form="vnuma")
