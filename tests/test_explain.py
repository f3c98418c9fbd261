"""The reason of an infeasible instance names what stands in the way, and dropping it helps."""

from __future__ import annotations

from building import GIB, a_guest, a_host, an_instance
from msgspec.structs import replace

from placer.explain import why_nothing_fits
from placer.instance import Instance, Vnode
from placer.problem import Status
from placer.solving import solve


def fits(instance: Instance) -> bool:
    return solve(instance).status is Status.OPTIMAL


def test_a_vnode_larger_than_any_pnode_is_named_with_what_is_missing() -> None:
    instance = an_instance(a_host(4 * GIB, 6 * GIB), a_guest(2 * GIB, 9 * GIB))
    assert why_nothing_fits(instance) == (
        'guest "db" vnode 1 needs 9 GiB; the most that a pnode it may use has for guests is 6 GiB, on pnode 1: '
        "3 GiB less would fit"
    )
    assert fits(an_instance(a_host(4 * GIB, 6 * GIB), a_guest(2 * GIB, 6 * GIB)))


def test_a_reserve_that_is_in_the_way_is_told() -> None:
    host = a_host(4 * GIB)
    host = replace(host, pnodes=(replace(host.pnodes[0], reserve_kib=3 * GIB),))
    assert "is 1 GiB (4 GiB free, less 3 GiB of reserve and overhead), on pnode 0: 1 GiB less would fit" in (
        why_nothing_fits(an_instance(host, a_guest(2 * GIB)))
    )


def test_pinning_that_leaves_no_pnode_is_told() -> None:
    host = a_host(4 * GIB, 4 * GIB)
    apart = (host.pnodes[0].pcpus[:1], host.pnodes[1].pcpus[:1])
    guest = replace(a_guest(GIB, vcpus=(2,)), hard_affinity=apart)
    assert why_nothing_fits(an_instance(host, guest)) == (
        'guest "db" vnode 0 may stand on no pnode: for what its vcpus can run on there is none'
    )


def test_a_conflict_of_several_rules_is_irreducible() -> None:
    """Three of 3 GiB do not fit 4 and 4 GiB; the fourth guest and the fixed small one have no part in it."""
    host = a_host(4 * GIB, 4 * GIB)
    big = [a_guest(3 * GIB, name=name) for name in ("a", "b", "c")]
    small = replace(a_guest(GIB // 4, name="d"), vnodes=(Vnode(memory_kib=GIB // 4, vcpus=(0,), pnode=1),))
    lines = why_nothing_fits(an_instance(host, *big, small)).splitlines()
    assert lines[0] == "these rules cannot hold together, but would without any one of them:"
    assert [line[2:16] for line in lines[1:]] == [
        'guest "a" need',
        'guest "b" need',
        'guest "c" need',
        "pnode 0 has 4 ",
        "pnode 1 has 4 ",
    ]
    for left_out in range(3):
        assert fits(an_instance(host, *(guest for i, guest in enumerate(big) if i != left_out), small))
