"""The figures of pictures, by hand and against ``check``."""

from __future__ import annotations

from msgspec.structs import replace

from placer.check import check
from placer.draw.content import of_host, of_placement
from placer.instance import Domain, HugePages, Placement
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance
from tests.support.pictures import two_pnodes


def test_each_guest_has_its_memory_and_vcpus_where_it_was_placed() -> None:
    instance, placement = two_pnodes()
    content = of_placement(instance, placement, check(instance, placement))
    assert [(s.guest, s.memory_kib, s.vcpus, s.vnodes) for s in content.shares[0]] == [(0, 3 * GIB, 2, [0])]
    assert [(s.guest, s.memory_kib, s.words) for s in content.shares[1]] == [
        (0, 2 * GIB, "2 GiB, 0 vcpus"),
        (1, GIB, "1 GiB, 1 vcpu"),
    ]
    # both vcpus of db on pnode 0: 3/5 of their reads at 10, 2/5 at 21
    assert content.guests[0].words == "5 GiB, 2 vcpus, mean distance 14.40, pnodes 0-1"
    assert content.guests[1].words == "1 GiB, 1 vcpu, mean distance 10.00, pnode 1"


def test_a_guest_without_a_place_says_so() -> None:
    instance, _ = two_pnodes()
    placement = Placement(pnode_of={"db": (0, None), "web": (None,)})
    content = of_placement(instance, placement, check(instance, placement, allow_unplaced=True))
    assert content.guests[0].words.endswith("in part on pnode 0")
    assert content.guests[1].words == "1 GiB, 1 vcpu, not placed"


def test_dedicated_vcpus_and_running_ones_bound_to_a_pcpu_own_it() -> None:
    guest = a_guest(GIB, vcpus=(2,), cpu_policy="dedicated")
    host = replace(a_host(8 * GIB, 4 * GIB), domains=(Domain(name="web", affinity=((4,), (4,), (5, 6), None)),))
    instance = an_instance(host, guest)
    placement = Placement(pnode_of={"db": (0,)}, pcpu_of={"db": (2, 1)})
    content = of_placement(instance, placement, check(instance, placement))
    assert content.owners == {2: (0,), 1: (0,), 4: (1, 1)}
    assert [(share.guest, share.vcpus) for share in content.shares[1]] == [(1, 3)]
    assert content.guests[1].words == "runs, 4 vcpus, pnodes 0-1"


def test_memory_of_running_domains_lies_where_it_is_known_to() -> None:
    host = replace(a_host(8 * GIB, 4 * GIB), domains=(Domain(name="web", domid=7),))
    content = of_host(host, {7: {1: 100 * MIB, 0: 0}, 8: {0: GIB}})
    assert content.shares[0] == ()
    assert [share.words for share in content.shares[1]] == ["100 MiB"]
    assert content.figures is None


def test_memory_in_huge_pages_is_told_apart() -> None:
    host = a_host(8 * GIB)
    pnode = replace(host.pnodes[0], huge_pages=(HugePages(page_size=2 * MIB, total=1024),))
    instance = an_instance(replace(host, pnodes=(pnode,)), a_guest(GIB, page_size=2 * MIB))
    placement = Placement(pnode_of={"db": (0,)})
    (share,) = of_placement(instance, placement, check(instance, placement)).shares[0]
    assert (share.memory_kib, dict(share.pages_kib), share.words) == (0, {2 * MIB: GIB}, "1 GiB, 1 vcpu")
