"""Where each vnode may stand, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from placer.instance import Guest, Host, Pnode, Vnode
from placer.lowering.allowed import allowed_pnodes, fixed_pnodes, incompatible_pnodes, nodemaps
from tests.support.building import GIB, a_guest, a_host, an_instance

YES, NO = True, False


def allowed(host: Host, *guests: Guest) -> list[list[bool]]:
    rows: list[list[bool]] = allowed_pnodes(an_instance(host, *guests)).tolist()
    return rows


def mixed_host() -> Host:
    """An ordinary pnode, one without pcpus (CXL) and one without memory, with sparse ids."""
    return Host(
        pnodes=(
            Pnode(id=0, memory_kib=GIB, pcpus=(0, 1)),
            Pnode(id=8, memory_kib=GIB),
            Pnode(id=252, memory_kib=0, pcpus=(2, 3)),
        )
    )


def test_memory_needs_memory_and_vcpus_need_pcpus() -> None:
    guest = a_guest(GIB, 0, GIB, vcpus=(1, 1, 0))
    assert allowed(mixed_host(), guest) == [[YES, NO, NO], [YES, NO, YES], [YES, NO, NO]]


def test_a_vnode_without_vcpus_takes_a_memory_only_pnode_where_its_guest_says_so() -> None:
    guest = a_guest(GIB, GIB, vcpus=(1, 0), memory_only_pnodes=True)
    assert allowed(mixed_host(), guest) == [[YES, NO, NO], [YES, YES, NO]]


def test_each_vcpu_of_a_vnode_must_find_a_pcpu_of_its_own_mask() -> None:
    host = a_host(GIB, GIB, GIB, pcpus=2)
    guest = a_guest(1, 1, 1, vcpus=(2, 1, 1), hard_affinity=((0, 2), (2, 3, 4), None, (5,)))
    # vnode 0: vcpu 0 may use pnodes 0 and 1, vcpu 1 pnodes 1 and 2
    assert allowed(host, guest) == [[NO, YES, NO], [YES, YES, YES], [NO, NO, YES]]


def test_a_guest_keeps_to_the_pnodes_it_may_use_and_a_vnode_to_its_fixed_one() -> None:
    host = mixed_host()
    guest = Guest(name="db", vnodes=(Vnode(memory_kib=0, vcpus=(0,)), Vnode(memory_kib=0, vcpus=(1,), pnode=252)))
    assert allowed(host, guest) == [[YES, NO, YES], [NO, NO, YES]]
    assert allowed(host, replace(guest, pnodes=(0, 8))) == [[YES, NO, NO], [NO, NO, NO]]


def test_a_pnode_that_is_said_not_to_reach_its_own_memory_may_hold_vnodes() -> None:
    # such a SLIT lacks an entry: every pnode reaches its own memory
    assert allowed(a_host(GIB, GIB, slit=((255, 20), (20, 10))), a_guest(1)) == [[YES, YES]]


@pytest.mark.parametrize("cut", [255, -1, 0xFFFFFFFF])
def test_pnodes_of_which_one_cannot_reach_the_other_exclude_each_other(cut: int) -> None:
    host = a_host(1, 1, 1, slit=((10, 20, cut), (20, 10, 20), (20, 20, 10)))
    assert incompatible_pnodes(host).tolist() == [[NO, NO, YES], [NO, NO, NO], [YES, NO, NO]]


def test_an_unreachable_diagonal_does_not_make_a_pnode_exclude_itself() -> None:
    assert not incompatible_pnodes(a_host(1, 1, slit=((255, 20), (20, 255)))).any()


def test_the_greedy_of_2013_sees_nodemaps_and_nothing_else() -> None:
    guests = a_guest(GIB, vcpus=(0,), name="a"), a_guest(1, 1, name="b", pnodes=(8, 252), hard_affinity=((0,), (0,)))
    assert nodemaps(an_instance(mixed_host(), *guests)).tolist() == [[YES] * 3, [NO, YES, YES], [NO, YES, YES]]


def test_a_users_map_counts_only_where_it_names_every_vnode_of_a_guest() -> None:
    whole = Guest(name="a", vnodes=(Vnode(memory_kib=1, pnode=252), Vnode(memory_kib=1, pnode=0)))
    part = Guest(name="b", vnodes=(Vnode(memory_kib=1, pnode=8), Vnode(memory_kib=1)))
    assert fixed_pnodes(an_instance(mixed_host(), whole, part)).tolist() == [2, 0, -1, -1]


def test_without_guests_there_are_no_rows() -> None:
    instance = an_instance(mixed_host())
    assert allowed_pnodes(instance).shape == nodemaps(instance).shape == (0, 3)
    assert np.array_equal(fixed_pnodes(instance), [])
