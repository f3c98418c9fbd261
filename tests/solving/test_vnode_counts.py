"""How many vnodes a guest without vnuma gets, and how large they are; examples worked by hand."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest

from placer.instance import MOST_VNODES, Flexible, Guest, Host, Pnode, Vnode
from placer.instance.flexible import parts
from placer.solving.vnode_counts import fewest_vnodes, resolve_range
from tests.support.building import GIB, MIB, a_host


def whole(memory_kib: int, vcpus: int = 4, *, least: int = 1, most: int | None = None, **more: Any) -> Guest:
    flexible = Flexible(memory_kib=memory_kib, vcpu_count=vcpus, least=least, most=most, always_vnuma="form" in more)
    return Guest(name="db", flexible=flexible, **{key: value for key, value in more.items() if key != "form"})


def cut(memory_kib: int, vcpus: int, k: int) -> list[Vnode]:
    return [Vnode(memory_kib=kib, vcpus=tuple(part)) for kib, part in parts(memory_kib, vcpus, k)]


def fitted_to(guest: Guest, host: Host) -> tuple[Guest, str]:
    found = fewest_vnodes(guest, host)
    return guest.split_into(found.count), found.why


@pytest.mark.parametrize(
    ("memory_mib", "k", "sizes_mib"),
    [
        (16 * 1024, 1, [16384]),
        (33 * 1024, 3, [11264, 11264, 11264]),
        (21 * 1024, 2, [11264, 10240]),  # 11 and 10 GiB, 4.8 % from 10.5
        (40 * 1024, 3, [14336, 13312, 13312]),
        (20 * 1024, 3, [7168, 7168, 6144]),  # 6 is 10 % below 6.67: still within
        (9 * 1024, 2, [4608, 4608]),  # 5 and 4 GiB would be 11 % off 4.5
        (10 * 1024, 4, [2560] * 4),
        (10 * 1024 + 1, 2, [5121, 5120]),  # the rest is vnode 0's
        (4099, 2, [2051, 2048]),
        (3000, 2, [1500, 1500]),
        (3002, 2, [1502, 1500]),  # 1501 units of 2 MiB
        (3001, 2, [1501, 1500]),
        (7, 2, [5, 2]),  # 3 units of 2 MiB and 1 MiB
    ],
)
def test_sizes_are_whole_gib_within_ten_percent_of_equal_else_multiples_of_2_mib(
    memory_mib: int, k: int, sizes_mib: list[int]
) -> None:
    assert [vnode.memory_kib for vnode in cut(memory_mib * MIB, k, k)] == [mib * MIB for mib in sizes_mib]


@pytest.mark.parametrize(
    ("vcpus", "k", "sets"),
    [
        (8, 2, [(0, 1, 2, 3), (4, 5, 6, 7)]),
        (5, 2, [(0, 1, 2), (3, 4)]),
        (7, 3, [(0, 1, 2), (3, 4), (5, 6)]),
        (1, 2, [(0,), ()]),
    ],
)
def test_vcpus_are_contiguous_and_as_even_as_they_go(vcpus: int, k: int, sets: list[tuple[int, ...]]) -> None:
    assert [vnode.vcpus for vnode in cut(8 * GIB, vcpus, k)] == sets


def test_no_memory_and_no_vcpu_is_lost_or_doubled() -> None:
    rng = Random(3)
    for _ in range(300):
        memory_kib, vcpus, k = rng.randint(0, 2**30), rng.randint(1, 128), rng.randint(1, 32)
        vnodes = cut(memory_kib, vcpus, k)
        assert len(vnodes) == k
        assert sum(vnode.memory_kib for vnode in vnodes) == memory_kib
        assert [vcpu for vnode in vnodes for vcpu in vnode.vcpus] == list(range(vcpus))
        assert all(vnode.memory_kib % 2048 == 0 for vnode in vnodes[1:])


def test_a_guest_that_fits_one_pnode_stays_whole() -> None:
    cut_guest, why = fitted_to(whole(4 * GIB), a_host(2 * GIB, 4 * GIB))

    assert (cut_guest.form, cut_guest.vnodes) == ("whole", (Vnode(memory_kib=4 * GIB, vcpus=(0, 1, 2, 3)),))
    assert why == "1 vnode, because one pnode holds its 4 GiB"


def test_the_overhead_of_a_whole_guest_counts_on_its_pnode() -> None:
    """4 GiB and 16 MiB of overhead on 4 GiB: whole it fails; in halves of 2 GiB each pnode gives 8 MiB."""
    guest = whole(4 * GIB, overhead_kib=16 * MIB)
    host = a_host(4 * GIB, 4 * GIB)

    cut_guest, why = fitted_to(guest, host)

    assert (cut_guest.form, len(cut_guest.vnodes)) == ("parts", 2)
    assert why == "2 vnodes, because one pnode does not take its 4 GiB with its overhead and pinning"


def test_the_reserve_counts() -> None:
    host = Host(pnodes=(Pnode(id=0, memory_kib=4 * GIB, reserve_kib=1, pcpus=(0,)), Pnode(id=1, memory_kib=4 * GIB)))

    _, why = fitted_to(whole(4 * GIB, 1, pnodes=(0,)), host)

    # 4 parts of 1 GiB fail like the one: they need all of pnode 0
    tried = "in no number of vnodes (1 to 32), with no other guest on it either"
    assert why == f"its 4 GiB fit this host {tried}; 3 GiB would"


def test_a_guest_larger_than_a_pnode_gets_the_fewest_vnodes_that_fit() -> None:
    cut_guest, why = fitted_to(whole(10 * GIB), a_host(4 * GIB, 4 * GIB, 4 * GIB))

    # 4 GiB would be 20 % above 3.33: 5120 units of 2 MiB
    assert cut_guest.form == "parts"
    assert [vnode.memory_kib // MIB for vnode in cut_guest.vnodes] == [3414, 3414, 3412]
    assert why == "3 vnodes, because 1 to 2 vnodes do not hold its 10 GiB"


def test_there_may_be_more_vnodes_than_pnodes() -> None:
    """
    14 GiB onto 10 and 5: 7 + 7 fails, 4.67 + 4.67 and 4.67 fits.

    They become two when they are written.
    """
    cut_guest, _ = fitted_to(whole(14 * GIB), a_host(10 * GIB, 5 * GIB))

    assert [vnode.memory_kib // MIB for vnode in cut_guest.vnodes] == [4780, 4778, 4778]


def test_there_may_be_more_vnodes_than_vcpus() -> None:
    cut_guest, _ = fitted_to(whole(6 * GIB, 1), a_host(4 * GIB, 4 * GIB))

    assert [(vnode.memory_kib // GIB, vnode.vcpus) for vnode in cut_guest.vnodes] == [(3, (0,)), (3, ())]


def test_pinning_to_two_pnodes_cuts_a_guest_however_small() -> None:
    guest = whole(GIB, 2, hard_affinity=((0,), (4,)))

    cut_guest, why = fitted_to(guest, a_host(4 * GIB, 4 * GIB))

    assert [vnode.vcpus for vnode in cut_guest.vnodes] == [(0,), (1,)]
    assert why == "2 vnodes, because one pnode does not take its 1 GiB with its overhead and pinning"


def test_a_guest_of_one_vnode_gets_a_row_of_vnuma_where_that_is_asked_for() -> None:
    host = a_host(4 * GIB, 4 * GIB)

    assert fitted_to(whole(GIB, form="vnuma"), host)[0].form == "vnuma"
    assert fitted_to(whole(6 * GIB, form="vnuma"), host)[0].form == "parts"


def test_a_guest_that_fits_in_no_way_stays_whole_and_says_so() -> None:
    cut_guest, why = fitted_to(whole(9 * GIB), a_host(4 * GIB, 4 * GIB))

    assert len(cut_guest.vnodes) == 1
    tried = f"in no number of vnodes (1 to {MOST_VNODES})"
    assert why == f"its 9 GiB fit this host {tried}, with no other guest on it either; 8 GiB would"


def can_hold(sizes: list[int], free: list[int]) -> bool:
    """Whether some placement keeps the memory of every pnode, by trying all."""

    def held(places: tuple[int, ...], p: int) -> int:
        return sum(size for size, where in zip(sizes, places, strict=True) if where == p)

    pnodes = range(len(free))
    return any(all(held(places, p) <= free[p] for p in pnodes) for places in product(pnodes, repeat=len(sizes)))


def test_the_number_of_vnodes_is_the_least_that_any_placement_can_hold() -> None:
    rng = Random(5)
    seen = set()
    for _ in range(40):
        free = [rng.randint(3, 16) * GIB // 2 for _ in range(rng.randint(2, 3))]
        memory_kib = rng.randint(max(free) // MIB, sum(free) // MIB) * MIB
        least = next(
            (k for k in range(1, 7) if can_hold([vnode.memory_kib for vnode in cut(memory_kib, 8, k)], free)), None
        )
        if least is not None:
            seen.add(least)
            assert len(fitted_to(whole(memory_kib, 8), a_host(*free, pcpus=8))[0].vnodes) == least
    assert {2, 3, 4} <= seen


@pytest.mark.parametrize(
    ("guest", "least", "most"),
    [
        (whole(4 * GIB, 8), 1, 3),  # pnodes with memory
        (whole(4 * GIB, 2), 1, 2),  # vcpus
        (whole(10 * GIB, 1), 3, 3),  # no fewer than fit, even beyond its vcpus
        (whole(4 * GIB, 8, pnodes=(0, 2)), 1, 2),
        (whole(4 * GIB, 8, least=2), 2, 3),
        (whole(4 * GIB, 8, least=2, most=5), 2, 5),
    ],
)
def test_a_guest_may_have_from_the_fewest_that_fit_to_as_many_as_are_of_use(
    guest: Guest, least: int, most: int
) -> None:
    flexible = resolve_range(guest, a_host(4 * GIB, 4 * GIB, 4 * GIB, 0)).flexible
    assert flexible is not None
    assert (flexible.least, flexible.most) == (least, most)


def test_a_guest_that_fits_in_none_of_its_numbers_says_which() -> None:
    assert fewest_vnodes(whole(9 * GIB, least=2, most=2), a_host(4 * GIB, 4 * GIB)).why == (
        "its 9 GiB fit this host in no number of vnodes (2), with no other guest on it either; 8 GiB would"
    )
