"""Where running guests were meant to be: by their configuration, and by a plan."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.audit.expected import ExpectedLayout, expected_by_config, expected_by_plan, pnodes_of, set_faults
from placer.formats.xl.list_domains import RunningGuest
from placer.instance import Cpupool, Domain, Vnode
from tests.support.building import GIB, MIB, a_host

HOST = a_host(GIB, GIB, GIB)
"""Pcpus 0-3 on pnode 0, 4-7 on pnode 1, 8-11 on pnode 2."""


def running(*pnodes: int, stated: tuple[tuple[int, ...] | None, ...] | None = None) -> RunningGuest:
    """Build a guest of 100 KiB and 2 vcpus, or with 100 KiB and one vcpu in each vnode."""
    vnodes = tuple(Vnode(memory_kib=100, vcpus=(v,), pnode=pnode) for v, pnode in enumerate(pnodes)) or None
    domain = Domain(name="db", domid=1, affinity=(None,) * (len(pnodes) or 2))
    return RunningGuest(domain=domain, memory_kib=100 * (len(pnodes) or 1), video_kib=0, vnodes=vnodes, stated=stated)


def test_vnodes_are_expected_on_the_pnodes_of_the_configuration() -> None:
    expected = expected_by_config(running(2, 0, 2), HOST)
    assert expected == ExpectedLayout(
        pnode_of=(2, 0, 2),
        memory_kib={2: 200, 0: 100},
        pnodes=frozenset({0, 2}),
        pnodes_of=(frozenset({2}), frozenset({0}), frozenset({2})),
    )


def test_a_guest_without_vnodes_is_expected_on_every_pnode_of_its_masks() -> None:
    spread = expected_by_config(running(stated=((0, 4), (5,))), HOST)
    assert (spread.pnode_of, spread.memory_kib, spread.pnodes) == (None, None, frozenset({0, 1}))
    assert spread.pnodes_of == (frozenset({0, 1}),) * 2
    single = expected_by_config(running(stated=((4,), (5,))), HOST)
    assert (single.memory_kib, single.pnodes) == ({1: 100}, frozenset({1}))
    assert expected_by_config(running(), HOST).pnodes == {0, 1, 2}


def test_a_guest_that_states_no_mask_is_expected_on_the_pnodes_of_its_cpupool() -> None:
    host = replace(HOST, cpupools=(Cpupool(name="Pool-0", pcpus=(0, 1, 8)),))
    assert expected_by_config(running(), host).pnodes == {0, 2}
    # of its mask only pcpu 8 is in the pool; a mask without any pcpu of the pool is taken as it stands
    assert expected_by_config(running(stated=((4, 8), (8,))), host).pnodes == {2}
    assert expected_by_config(running(stated=((4,), (4,))), host).pnodes == {1}


@pytest.mark.parametrize("planned", [(0, 1), (0, 0, 1), (0, 1, 1, 0)])
def test_vnodes_of_a_plan_that_share_a_pnode_are_expected_as_one(planned: tuple[int, ...]) -> None:
    expected, faults = expected_by_plan(running(2, 2), planned, HOST)
    assert (expected.pnode_of, expected.memory_kib, faults) == ((0, 1), {0: 100, 1: 100}, [])


def test_a_plan_with_another_number_of_vnodes_is_a_fault_and_expects_the_pnodes_only() -> None:
    expected, faults = expected_by_plan(running(2, 2), (0, 1, 2), HOST)
    assert (expected.pnode_of, expected.memory_kib, expected.pnodes) == (None, None, frozenset({0, 1, 2}))
    assert faults == ["runs with 2 vnodes, the plan has 3"]
    expected, faults = expected_by_plan(running(), (0, 1), HOST)
    assert (expected.pnodes, faults) == (frozenset({0, 1}), ["runs without vnodes, the plan has 2"])
    expected, faults = expected_by_plan(running(2, 2), (1, None), HOST)
    assert (expected.memory_kib, faults) == (
        {1: 200},
        ["runs, although the plan leaves some of its vnodes without a pnode"],
    )


def test_memory_is_misplaced_beyond_what_each_pnode_was_meant_to_hold() -> None:
    exact = expected_by_config(running(0, 1), HOST)
    assert exact.misplaced_kib({0: 90, 1: 107, 2: 3}) == {1: 7, 2: 3}
    anywhere_of_two = expected_by_config(running(stated=((0,), (4,))), HOST)
    assert anywhere_of_two.misplaced_kib({0: 0, 1: 97, 2: 3}) == {2: 3}


def test_what_a_guest_holds_besides_where_it_was_meant_to_be_is_not_misplaced() -> None:
    two = expected_by_config(running(0, 1), HOST)  # 100 KiB on each
    assert two.misplaced_kib({0: 130, 1: 100}) == {}
    assert two.misplaced_kib({0: 130, 1: 90}) == {0: 10}  # of 30 more, 10 are lacking on pnode 1
    assert two.misplaced_kib({0: 100, 1: 100, 2: 30}) == {2: 30}


def test_a_pnode_of_a_set_holds_its_part_but_for_an_extent_or_a_gib() -> None:
    assert set_faults(frozenset({0, 2}), {0: 103 * MIB, 1: 0, 2: 97 * MIB}) == []
    assert set_faults(frozenset({0, 2}), {0: 104 * MIB, 2: 96 * MIB}) == [
        "holds 96 MiB on pnode 2 of its set, meant for about 100 MiB"
    ]
    assert set_faults(frozenset({0, 1, 2}), {1: 90 * MIB}) == [
        f"holds 0 KiB on pnode {pnode} of its set, meant for about 30 MiB" for pnode in (0, 2)
    ]
    assert set_faults(frozenset({0, 2}), {0: 2 * GIB, 2: 2 * MIB}) == []  # whole GiB
    assert len(set_faults(frozenset({0, 2}), {0: 3 * GIB, 2: 0})) == 1


def test_a_vcpu_without_a_mask_may_run_on_every_pnode_with_pcpus() -> None:
    host = replace(HOST, pnodes=(HOST.pnodes[0], replace(HOST.pnodes[1], pcpus=()), HOST.pnodes[2]))
    assert pnodes_of(None, host) == {0, 2}
    assert pnodes_of((3, 8), host) == {0, 2}
    assert pnodes_of((3,), host) == {0}
