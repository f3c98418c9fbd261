"""Limits of vcpus and dedicated pcpus as the judge sees them, worked by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.check import check
from placer.errors import InputError
from placer.instance import Domain, Guest, Host, Placement
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.dedicated import owning, smt_host


def judged(host: Host, guest: Guest, pnodes: tuple[int | None, ...], *pcpus: int | None) -> list[str]:
    placement = Placement(pnode_of={guest.name: pnodes}, pcpu_of={guest.name: pcpus} if pcpus else {})
    found = check(an_instance(host, guest), placement, allow_unplaced=True).violations
    assert {violation.rule for violation in found} <= {"dedicated", "thread_policy"}
    return [violation.message.removeprefix(f'guest "{guest.name}" ') for violation in found]


def test_the_judge_counts_the_vcpus_on_a_pnode_against_its_pcpus() -> None:
    instance = an_instance(replace(a_host(8 * GIB, 8 * GIB, pcpus=3), overcommit=1.5), a_guest(GIB, GIB, vcpus=(3, 2)))
    assert check(instance, Placement(pnode_of={"db": (0, 1)})).violations == ()
    (violation,) = check(instance, Placement(pnode_of={"db": (1, 1)})).violations
    assert violation.rule == "overcommit"
    assert violation.message == (
        "pnode 1 takes 4 vcpus (overcommit 1.5, 3 pcpus), 0 run there and its vnodes have 5: "
        'guest "db" vnode 0 (3), guest "db" vnode 1 (2)'
    )


def test_each_dedicated_vcpu_owns_a_pcpu_of_its_pnode_within_its_mask() -> None:
    guest = owning(2, hard_affinity=((0, 1, 8), None))
    host = smt_host(4, 4)
    assert judged(host, guest, (0,), 1, 2) == []
    assert judged(host, guest, (0,)) == [
        "vcpu 0 is dedicated and owns no pcpu",
        "vcpu 1 is dedicated and owns no pcpu",
    ]
    assert judged(host, guest, (0,), 2, 8) == [
        "vcpu 0 owns pcpu 2, it may run only on pcpus 0-1,8",
        "vcpu 1 owns pcpu 8, its pnode 0 has 0-7",
    ]
    assert judged(host, guest, (0,), 1, 1) == [f"vcpu {vcpu} owns pcpu 1, which 2 vcpus own" for vcpu in (0, 1)]


def test_no_vcpu_owns_what_is_not_to_be_owned() -> None:
    host = smt_host(4, dedicated_pcpus=(0, 1, 4, 5), domains=(Domain(name="a", affinity=((4,), (1, 5))),))
    assert judged(host, owning(2), (0,), 4, 2) == [
        "vcpu 0 owns pcpu 4, to which a running vcpu is bound",
        "vcpu 1 owns pcpu 2, dedicated are 0-1,4-5",
    ]
    shared = a_guest(GIB, vcpus=(2,))
    assert judged(smt_host(4), shared, (0,), 1, None) == [
        "vcpu 0 owns pcpu 1, expected none: it is not dedicated, or nowhere"
    ]
    assert judged(smt_host(4), owning(1), (None,), 1)[-1].startswith("vcpu 0 owns pcpu 1, expected none")


def test_a_shared_vcpu_keeps_a_pcpu_that_nobody_owns_and_that_is_on_no_isolated_core() -> None:
    mixed = replace(
        a_guest(GIB, vcpus=(3,)), cpu_policy="mixed", dedicated_vcpus=(0, 1), hard_affinity=(None, None, (0, 4))
    )
    assert judged(smt_host(4), mixed, (0,), 0, 1, None) == []
    assert judged(smt_host(4), mixed, (0,), 0, 4, None) == [
        "vnode 0: dedicated vcpus leave its vcpus 2 no pcpu of pnode 0"
    ]
    isolated = replace(mixed, thread_policy="isolate")
    assert judged(smt_host(4), isolated, (0,), 0, 1, None) == [
        "vnode 0: dedicated vcpus leave its vcpus 2 no pcpu of pnode 0"
    ]
    host = smt_host(4, dedicated_pcpus=(0, 1, 4))
    assert judged(host, mixed, (0,), 1, 4, None) == ["vnode 0: dedicated vcpus leave its vcpus 2 no pcpu of pnode 0"]


def test_isolated_vcpus_have_a_core_to_themselves() -> None:
    host = smt_host(4, domains=(Domain(name="a", affinity=((7,),)),))
    assert judged(host, owning(2, policy="isolate"), (0,), 0, 1) == []
    assert judged(host, owning(2, policy="isolate"), (0,), 0, 4) == [
        f"vcpu {vcpu} is to be isolated, others use pcpus 0,4 of its core" for vcpu in (0, 1)
    ]
    assert judged(host, owning(1, policy="isolate"), (0,), 3) == [
        "vcpu 0 is to be isolated, others use pcpus 3,7 of its core"
    ]


def test_required_siblings_leave_one_vcpu_of_a_vnode_by_itself() -> None:
    guest = owning(3, policy="require")
    assert judged(smt_host(4), guest, (0,), 0, 4, 1) == []
    assert judged(smt_host(4), guest, (0,), 0, 1, 2) == [
        "vnode 0 has 3 cores with one of its vcpus, thread_policy require allows one"
    ]
    assert judged(smt_host(4, 4), owning(2, 1, policy="require"), (0, 0), 0, 4, 1) == []
    # without SMT two vcpus never share a core
    assert judged(a_host(GIB), owning(2, policy="require"), (0,), 0, 1) == [
        "vnode 0 has 2 cores with one of its vcpus, thread_policy require allows one"
    ]


def test_a_placement_with_pcpus_that_do_not_exist_is_none() -> None:
    instance = an_instance(smt_host(4), owning(2))
    for pcpus, fault in [((0,), "has 1 pcpus for 2 vcpus"), ((0, 99), "no pcpu 99 on this host")]:
        with pytest.raises(InputError, match=f'guest "rt"(:)? {fault}'):
            check(instance, Placement(pnode_of={"rt": (0,)}, pcpu_of={"rt": pcpus}))
    with pytest.raises(InputError, match='pcpus: no guest "x" in the instance'):
        check(instance, Placement(pnode_of={"rt": (0,)}, pcpu_of={"x": ()}))
