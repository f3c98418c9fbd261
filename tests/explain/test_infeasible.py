"""The reason of an infeasible instance names conflicting rules, and dropping one of them makes the instance fit."""

from __future__ import annotations

import re
from threading import Event

from msgspec.structs import replace

from placer.assignment import Status
from placer.explain import explain_infeasible
from placer.instance import Flexible, Guest, Instance, Vnode
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance


def fits(instance: Instance) -> bool:
    return solve(instance).status is Status.OPTIMAL


def test_a_vnode_larger_than_any_pnode_is_named_with_what_is_missing() -> None:
    instance = an_instance(a_host(4 * GIB, 6 * GIB), a_guest(2 * GIB, 9 * GIB))
    assert explain_infeasible(instance).splitlines() == [
        'guest "db" vnode 1 needs 9 GiB; the most that a pnode it may use has for guests is 6 GiB, on pnode 1: '
        "3 GiB less would fit",
        "any one of these changes mends it:",
        "- 5 GiB more memory on pnode 0",
        "- 3 GiB more memory on pnode 1",
        '- guest "db" with at most 6 GiB in each vnode (3 GiB less in all)',
    ]
    assert fits(an_instance(a_host(4 * GIB, 6 * GIB), a_guest(2 * GIB, 6 * GIB)))


def test_a_reserve_that_is_in_the_way_is_told() -> None:
    host = a_host(4 * GIB)
    host = replace(host, pnodes=(replace(host.pnodes[0], reserve_kib=3 * GIB),))
    assert "is 1 GiB (4 GiB free, less 3 GiB of reserve and overhead), on pnode 0: 1 GiB less would fit" in (
        explain_infeasible(an_instance(host, a_guest(2 * GIB)))
    )


def test_pinning_that_leaves_no_pnode_is_told() -> None:
    host = a_host(4 * GIB, 4 * GIB)
    apart = (host.pnodes[0].pcpus[:1], host.pnodes[1].pcpus[:1])
    guest = replace(a_guest(GIB, vcpus=(2,)), hard_affinity=apart)
    assert explain_infeasible(an_instance(host, guest)).splitlines() == [
        'guest "db" vnode 0: no pnode is allowed: its need of pcpus (hard affinity) excludes every pnode',
        "any one of these changes mends it:",
        '- guest "db" vcpu 1 may also run on any of pcpus 0-3',
        '- without guest "db"',
    ]


def test_a_conflict_of_several_rules_is_irreducible() -> None:
    """Three of 3 GiB do not fit 5 and 5 GiB, though their sum does; the small one has no part in it."""
    host = a_host(5 * GIB, 5 * GIB)
    big = [a_guest(3 * GIB, name=name) for name in ("a", "b", "c")]
    small = replace(a_guest(GIB // 4, name="d"), vnodes=(Vnode(memory_kib=GIB // 4, vcpus=(0,), pnode=1),))
    assert explain_infeasible(an_instance(host, *big, small)).splitlines() == [
        "these rules cannot hold together, but would without any one of them:",
        '- guest "a" needs 3 GiB',
        '- guest "b" needs 3 GiB',
        '- guest "c" needs 3 GiB',
        "- pnode 0 has 5 GiB for guests (5 GiB free)",
        "- pnode 1 has 5 GiB for guests (5 GiB free)",
        "any one of these changes mends it:",
        "- 1 GiB more memory on pnode 0",
        "- 1.25 GiB more memory on pnode 1",
        '- guest "a" with 1 GiB less memory',
        '- guest "b" with 1 GiB less memory',
        '- guest "c" with 1 GiB less memory',
    ]
    for left_out in range(3):
        assert fits(an_instance(host, *(guest for i, guest in enumerate(big) if i != left_out), small))


def test_two_conflicts_are_both_told_and_mended_together() -> None:
    """
    Guest a overfills the one pnode it may use; guest b may use one pnode, but is to stand on two.

    Beside b's vnode of 921 MiB only a's vnode of 2 GiB fits pnode 1, and beside a's of 3 GiB only b's of 256 MiB.
    """
    host = a_host(3584 * MIB, 3277 * MIB)
    a = a_guest(3 * GIB, 2 * GIB, name="a", pnodes=(0,))
    b = a_guest(921 * MIB, 256 * MIB, name="b", pnodes=(1,), one_to_one=True)
    assert explain_infeasible(an_instance(host, a, b)).splitlines() == [
        "these rules cannot hold together, but would without any one of them:",
        '- guest "b" needs 921 MiB and 256 MiB',
        '- guest "b": its list of pnodes: vnode 0 on 1; vnode 1 on 1',
        '- guest "b": one_to_one gives each of its 2 vnodes a pnode of its own',
        "these cannot hold together either:",
        '- guest "a" needs 3 GiB and 2 GiB',
        '- guest "a": its list of pnodes: vnode 0 on 0; vnode 1 on 0',
        "- pnode 0 has 3.5 GiB for guests (3.5 GiB free)",
        "these changes together mend it, and no fewer would:",
        '- guest "a" may also use pnode 1 (for vnode 1)',
        '- guest "b" may also use pnode 0 (for vnode 1)',
    ]
    assert fits(an_instance(host, replace(a, pnodes=(0, 1)), replace(b, pnodes=(0, 1))))


def test_guests_that_fit_no_host_of_that_size_are_told_by_their_sum() -> None:
    """Each pnode holds two of 2 GiB, so four of twelve fit; the other pnode would have to take ten."""
    guests = [a_guest(2 * GIB, name=f"g{i}") for i in range(12)]
    lines = explain_infeasible(an_instance(a_host(5 * GIB, 5 * GIB), *guests)).splitlines()
    assert lines[:3] == [
        "the guests need 24 GiB in all; the pnodes have 10 GiB for guests, 14 GiB too little",
        "any one of these changes mends it:",
        "- 15 GiB more memory on any one of pnodes 0-1",
    ]
    assert lines[3].startswith("without 8 of the guests, and no fewer, all others fit: ")
    assert len(re.findall(r'"g\d+"', lines[3])) == 8


def test_an_explanation_without_time_says_what_it_does_not_know() -> None:
    big = [a_guest(3 * GIB, name=name) for name in ("a", "b", "c")]
    lines = explain_infeasible(an_instance(a_host(5 * GIB, 5 * GIB), *big), time_limit_s=0).splitlines()
    assert lines[0] == "these rules cannot hold together (the conflict may need only some of them):"
    assert len(lines[1:-2]) == 5
    assert lines[-2:] == ["there may be more such conflicts", "no change that mends it was found in time"]


def test_a_set_stop_ends_the_explanation() -> None:
    stop = Event()
    stop.set()
    big = [a_guest(3 * GIB, name=name) for name in ("a", "b", "c")]
    reason = explain_infeasible(an_instance(a_host(5 * GIB, 5 * GIB), *big), stop=stop)
    assert reason.endswith("no change that mends it was found in time")


def test_advice_for_one_of_several_cuts_says_so() -> None:
    flexible = Guest(name="db", flexible=Flexible(memory_kib=20 * GIB, vcpu_count=4, most=4))
    answer = solve(an_instance(a_host(8 * GIB, 8 * GIB), flexible))
    assert answer.status is Status.INFEASIBLE
    assert answer.reason is not None
    assert "mends it for these numbers of vnodes:" in answer.reason
    assert answer.reason.splitlines()[-1] == "with other numbers of vnodes, smaller changes may do"
