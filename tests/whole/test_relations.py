"""Rules between guests, solved: small cases worked by hand, for every strategy that keeps rules."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.explain import explain_infeasible
from placer.instance import Domain, Instance, Rule, VnodeOf
from placer.solving.pipeline import solve
from placer.solving.result import Result
from tests.support.building import GIB, a_guest, a_host, an_instance

EXACT = ["optimal", "branch-and-bound", "cpsat"]
TWO = a_host(4 * GIB, 4 * GIB)
A, B, C = (a_guest(GIB, name=name) for name in "abc")


def ruled(instance: Instance, *rules: Rule) -> Instance:
    return replace(instance, rules=rules)


def costs(answer: Result) -> tuple[int, ...]:
    return tuple(tier.cost for tier in answer.tiers)


def where(answer: Result) -> dict[str, tuple[int | None, ...]]:
    assert answer.placement is not None
    return answer.placement.pnode_of


@pytest.mark.parametrize("strategy", EXACT)
def test_guests_kept_apart_leave_room_on_two_pnodes(strategy: str) -> None:
    """Packed, two guests of 1 GiB leave 2 GiB of one pnode; apart they leave 3 of each."""
    instance = an_instance(TWO, A, B)
    assert costs(solve(instance, strategy=strategy)) == (0, 0, 20_000, 0, 2048)
    assert costs(solve(ruled(instance, Rule(apart=("a", "b"))), strategy=strategy)) == (0, 0, 20_000, 0, 6144)


@pytest.mark.parametrize("strategy", EXACT)
def test_guests_held_together_take_the_one_pnode_with_room_for_both(strategy: str) -> None:
    """3 and 3 GiB on 4 and 4 leave 1 and 1; on 9 together they leave 3."""
    guests = [a_guest(3 * GIB, name=name) for name in "ab"]
    instance = an_instance(a_host(4 * GIB, 4 * GIB, 9 * GIB), *guests)
    assert costs(solve(instance, strategy=strategy)) == (0, 0, 20_000, 0, 2048)
    answer = solve(ruled(instance, Rule(together=("a", "b"))), strategy=strategy)
    assert (costs(answer), where(answer)) == ((0, 0, 20_000, 0, 3072), {"a": (2,), "b": (2,)})


def test_first_fit_decreasing_looks_for_room_for_all_that_stand_together() -> None:
    """3 GiB would go on the first pnode of 4, where 2 more have no room, and others would fill the second of 6."""
    guests = [a_guest(gib * GIB, name=name) for name, gib in (("a", 3), ("b", 2), ("c", 2), ("d", 2))]
    instance = ruled(an_instance(a_host(4 * GIB, 6 * GIB), *guests), Rule(together=("a", "d")))
    answer = solve(instance, strategy="first-fit-decreasing")
    assert where(answer) == {"a": (1,), "b": (0,), "c": (0,), "d": (1,)}


@pytest.mark.parametrize("strategy", [*EXACT, "local-search", "first-fit-decreasing"])
def test_an_exclusive_guest_shares_its_pnode_with_no_guest_and_no_running_one_bound_there(strategy: str) -> None:
    host = replace(TWO, domains=(Domain(name="bound", affinity=((0, 1), (2,))), Domain(name="free", affinity=(None,))))
    instance = ruled(an_instance(host, A, B), Rule(exclusive="b"))
    assert where(solve(instance, strategy=strategy, time_limit_s=1)) == {"a": (0,), "b": (1,)}


def test_a_running_guest_with_one_vcpu_that_may_run_anywhere_is_not_bound() -> None:
    host = replace(a_host(4 * GIB), domains=(Domain(name="dom0", affinity=((0,), None)),))
    assert solve(ruled(an_instance(host, A), Rule(exclusive="a"))).status is Status.OPTIMAL


def test_only_the_pnode_of_an_exclusive_vnode_is_kept_free() -> None:
    """Vnode 1 wants 3 of 4 GiB; the other guest may share with vnode 0 only, on either pnode."""
    wide = a_guest(GIB, 3 * GIB, name="wide")
    pnode_of = where(solve(ruled(an_instance(TWO, wide, A), Rule(exclusive=VnodeOf(guest="wide", vnode=1)))))
    assert pnode_of["a"][0] != pnode_of["wide"][1]
    assert solve(ruled(an_instance(a_host(8 * GIB), wide, A), Rule(exclusive="wide"))).status is Status.INFEASIBLE


@pytest.mark.parametrize("strategy", EXACT)
def test_one_to_one_gives_each_vnode_a_pnode_of_its_own(strategy: str) -> None:
    """Half of all accesses go from 10 to 20: 2 x 500 x 10 + 2 x 500 x 20."""
    guest = a_guest(GIB, GIB)
    assert costs(solve(an_instance(TWO, guest), strategy=strategy))[2] == 20_000
    answer = solve(an_instance(TWO, replace(guest, one_to_one=True)), strategy=strategy)
    assert (answer.status, costs(answer)[2]) == (Status.OPTIMAL, 30_000)


@pytest.mark.parametrize("strategy", EXACT)
def test_a_vnode_without_a_pnode_breaks_no_rule(strategy: str) -> None:
    apart = ruled(an_instance(TWO, A, B, C), Rule(apart=("a", "b", "c")))
    assert solve(apart, strategy=strategy).status is Status.INFEASIBLE
    assert costs(solve(apart, strategy=strategy, allow_unplaced=True))[:2] == (1, GIB + 1024)
    large = [a_guest(3 * GIB, name=name) for name in "ab"]
    together = ruled(an_instance(TWO, *large), Rule(together=("a", "b")))
    assert solve(together, strategy=strategy).status is Status.INFEASIBLE
    assert costs(solve(together, strategy=strategy, allow_unplaced=True))[:2] == (1, 3 * GIB + 1024)


def test_vnodes_of_two_guests_are_kept_apart_one_by_one() -> None:
    """Vnode 1 of each has to avoid the other's; vnode 0 of each is free to be local to it."""
    guests = [a_guest(GIB, GIB, name=name) for name in "ab"]
    rule = Rule(apart=(VnodeOf(guest="a", vnode=1), VnodeOf(guest="b", vnode=1)))
    answer = solve(ruled(an_instance(TWO, *guests), rule))
    assert {frozenset(pnodes) for pnodes in where(answer).values()} == {frozenset({0}), frozenset({1})}


def test_the_greedy_of_2013_knows_no_rules_and_has_them_listed() -> None:
    answer = solve(ruled(an_instance(TWO, A, B), Rule(apart=("a", "b"))), strategy="first-fit")
    assert answer.status is Status.UNKNOWN
    assert [(violation.rule, violation.guests) for violation in answer.violations] == [("apart", ("a", "b"))]


def test_the_reason_names_the_rule_and_only_those_it_concerns() -> None:
    small = a_guest(GIB // 4, name="d")
    assert explain_infeasible(ruled(an_instance(TWO, A, B, C, small), Rule(apart=("a", "b", "c")))).splitlines() == [
        "these rules cannot hold together, but would without any one of them:",
        '- guest "a" needs 1 GiB',
        '- guest "b" needs 1 GiB',
        '- guest "c" needs 1 GiB',
        '- apart: no pnode holds two of guest "a", guest "b" and guest "c"',
        "any one of these changes mends it:",
        '- without apart: no pnode holds two of guest "a", guest "b" and guest "c"',
        '- without guest "a"',
        '- without guest "b"',
        '- without guest "c"',
    ]


def test_the_reason_of_contradicting_rules_is_both() -> None:
    rules = (Rule(together=("a", "b")), Rule(exclusive="a"))
    assert explain_infeasible(ruled(an_instance(TWO, A, B), *rules)).splitlines()[1:] == [
        '- guest "a" needs 1 GiB',
        '- guest "b" needs 1 GiB',
        '- together: one pnode holds guest "a" and guest "b"',
        '- exclusive: no other guest stands on a pnode of guest "a"',
        "any one of these changes mends it:",
        '- without together: one pnode holds guest "a" and guest "b"',
        '- without exclusive: no other guest stands on a pnode of guest "a"',
        '- without guest "a"',
        '- without guest "b"',
    ]


def test_the_reason_of_too_many_vnodes_one_to_one_is_that() -> None:
    guest = replace(a_guest(GIB, GIB, GIB), one_to_one=True)
    assert explain_infeasible(an_instance(TWO, guest)).splitlines()[1:] == [
        '- guest "db" needs 3 x 1 GiB',
        '- guest "db": one_to_one gives each of its 3 vnodes a pnode of its own',
        "any one of these changes mends it:",
        '- guest "db" without one_to_one',
        '- without guest "db"',
    ]


def test_the_reason_of_an_exclusive_guest_on_a_busy_host_is_the_running_ones() -> None:
    host = replace(a_host(4 * GIB), domains=(Domain(name="bound", affinity=((0,),)),))
    reason = explain_infeasible(ruled(an_instance(host, A), Rule(exclusive="a")))
    assert reason.splitlines() == [
        'guest "a" vnode 0: no pnode is allowed: '
        "its need of a pnode to which no running guest is bound (exclusive) excludes every pnode",
        "any one of these changes mends it:",
        '- without exclusive: no other guest stands on a pnode of guest "a", and no running guest is bound to one',
        '- without guest "a"',
    ]
