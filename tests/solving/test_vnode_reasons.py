"""The reasons for a number of vnodes, with the figures of the guest and without them."""

from __future__ import annotations

from placer.instance import Flexible, Guest, Host, Pnode
from placer.solving.vnode_counts import settle
from placer.solving.vnode_reasons import reason_of_memory, reason_of_pcpus, too_wide
from tests.support.building import GIB, a_host


def whole(memory_kib: int, vcpus: int = 4) -> Guest:
    return Guest(name="db", flexible=Flexible(memory_kib=memory_kib, vcpu_count=vcpus))


def test_a_whole_guest_that_shares_cores_is_told_what_parts_would_save() -> None:
    """8 vcpus on 4 cores of two threads share in 4 pairs; two parts of 4 share none."""
    cores = (((0, 4), (1, 5), (2, 6), (3, 7)), ((8, 12), (9, 13), (10, 14), (11, 15)))
    pnodes = tuple(
        Pnode(id=p, memory_kib=8 * GIB, pcpus=tuple(range(8 * p, 8 * p + 8)), cores=cores[p]) for p in (0, 1)
    )
    cut_guest, why = settle(whole(4 * GIB, 8), Host(pnodes=pnodes), None)
    assert len(cut_guest.vnodes) == 1
    assert why.endswith("; 4 pairs of its vcpus share a core there, 0 in two parts (--vnodes 1-4 weighs that)")
    assert settle(whole(4 * GIB, 4), Host(pnodes=pnodes), None)[1] == "1 vnode, because one pnode holds its 4 GiB"


def test_guests_of_other_sizes_have_reasons_of_one_kind() -> None:
    host = a_host(8 * GIB, 8 * GIB)
    for reason in (reason_of_memory, lambda guest, _, k: reason_of_pcpus(guest, k), lambda guest, *_: too_wide(guest)):
        small, large = (reason(whole(gib * GIB, gib), host, 2) for gib in (9, 12))
        assert small != large
        assert small.kind == large.kind

    assert reason_of_memory(whole(9 * GIB), host, 2).kind == "2 vnodes, because one pnode does not hold its memory"
    assert reason_of_memory(whole(9 * GIB), host, 3).kind == "3 vnodes, because 1 to 2 vnodes do not hold its memory"


def test_the_reason_of_a_set_counts_pnodes() -> None:
    host, a_set = (
        a_host(4 * GIB, 4 * GIB, 4 * GIB),
        Guest(name="db", form="set", flexible=Flexible(memory_kib=9 * GIB, vcpu_count=4)),
    )
    assert reason_of_memory(a_set, host, 3) == "a set of 3 pnodes, because 1 to 2 pnodes do not hold its 9 GiB"
