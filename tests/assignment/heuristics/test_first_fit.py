"""Greedy methods: both versions of the RFC against figures worked from its code, and first-fit-decreasing."""

from __future__ import annotations

from typing import Any

import pytest

from placer.assignment import Status
from placer.instance import Guest, Host, Instance, Pnode, Vnode
from placer.solving.pipeline import solve
from placer.solving.result import Result
from tests.support.building import GIB, MIB, a_guest, a_host, an_instance

N = None
Sizes = tuple[int, ...]
Pnodes = tuple[int | None, ...]

VECTORS: dict[str, tuple[Sizes, Sizes, Sizes | None, Pnodes, Pnodes]] = {
    # vnodes, free per pnode (both in MiB), nodemap, the answer of 2013-11-18, of 2013-12-03
    "A, the lowest id": ((2048, 2048), (8192, 8192), None, (0, 0), (0, 0)),
    "B, spill": ((2048,) * 3, (4096, 4096), None, (0, 0, 1), (0, 0, 1)),
    "C, crossed": ((2048, 4096), (4096, 2048), None, (0, N), (0, N)),
    "D, tight": ((2048, 3072, 3072), (4096, 5120), None, (0, 1, N), (0, 1, N)),
    "E, whole guest first": ((2048, 2048), (2048, 8192), None, (1, 1), (0, 1)),
    "F, the same on three": ((2048, 2048), (1024, 3000, 4096), None, (2, 2), (1, 2)),
    "G, distances ignored": ((4096, 4096), (4096, 1024, 1024, 4096), None, (0, 3), (0, 3)),
    "H, nodemap": ((2048, 2048), (8192,) * 3, (1, 2), (1, 1), (1, 1)),
    "I, too large": ((2048, 6144), (4096, 4096), None, (0, N), (0, N)),
}


def in_mib(sizes: Sizes) -> list[int]:
    return [size * MIB for size in sizes]


def place(instance: Instance, strategy: str) -> dict[str, Pnodes]:
    answer = solve(instance, strategy=strategy)
    assert answer.placement is not None
    return answer.placement.pnode_of


def vector(name: str) -> Instance:
    vnodes, free, nodemap, _, _ = VECTORS[name]
    return an_instance(a_host(*in_mib(free)), a_guest(*in_mib(vnodes), pnodes=nodemap))


@pytest.mark.parametrize("name", VECTORS)
def test_first_fit_answers_as_the_rfc_of_november_2013(name: str) -> None:
    assert place(vector(name), "first-fit") == {"db": VECTORS[name][3]}


@pytest.mark.parametrize("name", VECTORS)
def test_first_fit_2013_12_answers_as_the_rfc_of_december_2013(name: str) -> None:
    assert place(vector(name), "first-fit-2013-12") == {"db": VECTORS[name][4]}


@pytest.mark.parametrize("strategy", ["first-fit", "first-fit-2013-12"])
@pytest.mark.parametrize("name", VECTORS)
def test_a_greedy_answer_is_feasible_where_all_is_placed_and_else_unknown(name: str, strategy: str) -> None:
    answer = solve(vector(name), strategy=strategy)
    unplaced = N in VECTORS[name][3]
    assert answer.status == (Status.UNKNOWN if unplaced else Status.FEASIBLE)
    assert [violation.rule for violation in answer.violations] == ["unplaced"] * unplaced
    assert all(tier.bound is None for tier in answer.tiers)


def test_each_guest_sees_what_the_guests_before_it_left() -> None:
    host = a_host(4 * GIB, 4 * GIB)
    guests = [a_guest(2 * GIB, name="a"), a_guest(3 * GIB, name="b"), a_guest(GIB, GIB, name="c")]
    assert place(an_instance(host, *guests), "first-fit") == {"a": (0,), "b": (1,), "c": (0, 0)}


def test_an_unplaced_vnode_takes_its_memory_evenly_from_the_pnodes_that_have_some() -> None:
    host = a_host(4 * GIB, 0, 4 * GIB, 4 * GIB)
    # 6 GiB fit nowhere and leave 2 GiB on each of three, so the next guest no longer fits on one
    guests = [a_guest(6 * GIB, name="a"), a_guest(2 * GIB, 2 * GIB, name="b")]
    assert place(an_instance(host, *guests), "first-fit") == {"a": (N,), "b": (0, 2)}


def test_a_pnode_that_cannot_give_its_part_leaves_the_rest_to_the_others() -> None:
    host = a_host(GIB, 4 * GIB, 4 * GIB)
    # 7 GiB: 1 from pnode 0 and 3 from each of the others, which have 1 left
    guests = [a_guest(7 * GIB, name="a"), a_guest(GIB, name="b"), a_guest(GIB + 1, name="c")]
    assert place(an_instance(host, *guests), "first-fit") == {"a": (N,), "b": (1,), "c": (N,)}


def test_memory_that_runs_out_ends_the_taking() -> None:
    guests = [a_guest(9 * GIB, name="a"), a_guest(1, name="b")]
    assert place(an_instance(a_host(GIB, 2 * GIB), *guests), "first-fit") == {"a": (N,), "b": (N,)}


def mapped(*vnodes: tuple[int, int | None], name: str = "db", **more: Any) -> Guest:
    return Guest(
        name=name,
        vnodes=tuple(Vnode(memory_kib=kib, vcpus=(v,), pnode=pnode) for v, (kib, pnode) in enumerate(vnodes)),
        **more,
    )


def test_the_version_of_november_honours_a_usable_map_and_that_of_december_resets_it() -> None:
    instance = an_instance(a_host(8 * GIB, 8 * GIB), mapped((GIB, 1), (GIB, 0)))
    assert place(instance, "first-fit") == {"db": (1, 0)}
    december = solve(instance, strategy="first-fit-2013-12")
    assert december.placement is not None
    assert december.placement.pnode_of == {"db": (0, 0)}
    assert december.status is Status.UNKNOWN
    assert [violation.rule for violation in december.violations] == ["fixed_pnode"]


def test_a_map_that_overfills_a_pnode_is_not_usable() -> None:
    instance = an_instance(a_host(8 * GIB, 3 * GIB), mapped((2 * GIB, 1), (2 * GIB, 1)))
    assert place(instance, "first-fit") == {"db": (0, 0)}


def test_a_map_is_usable_outside_the_nodemap() -> None:
    instance = an_instance(a_host(8 * GIB, 8 * GIB), mapped((GIB, 1), (GIB, 1), pnodes=(0,)))
    assert place(instance, "first-fit") == {"db": (1, 1)}


def test_a_map_of_some_vnodes_is_no_map() -> None:
    instance = an_instance(a_host(8 * GIB, 8 * GIB), mapped((GIB, 1), (GIB, None)))
    assert place(instance, "first-fit") == {"db": (0, 0)}


def test_the_greedy_ignores_pinning_reserve_and_overhead_and_says_which_rules_break() -> None:
    host = Host(
        pnodes=(
            Pnode(id=0, memory_kib=4 * GIB, reserve_kib=3 * GIB, pcpus=(0,)),
            Pnode(id=1, memory_kib=4 * GIB, pcpus=(1,)),
        )
    )
    answer = solve(an_instance(host, a_guest(2 * GIB, hard_affinity=((1,),))), strategy="first-fit")
    assert answer.placement is not None
    assert answer.placement.pnode_of == {"db": (0,)}
    assert {violation.rule for violation in answer.violations} == {"hard_affinity", "memory"}


def test_first_fit_decreasing_places_the_largest_first_and_so_the_crossed_pair() -> None:
    assert place(vector("C, crossed"), "first-fit-decreasing") == {"db": (1, 0)}


def test_first_fit_decreasing_keeps_pinning_and_fixed_pnodes() -> None:
    host = a_host(4 * GIB, 4 * GIB, 4 * GIB)
    guest = mapped((GIB, None), (2 * GIB, None), (3 * GIB, 2), hard_affinity=(None, (4, 8), None))
    assert place(an_instance(host, guest), "first-fit-decreasing") == {"db": (0, 1, 2)}


def test_first_fit_decreasing_that_gets_stuck_says_so_or_leaves_out() -> None:
    instance = vector("D, tight")  # 3 on pnode 0, 3 on pnode 1, then 2 fit on pnode 1
    assert place(instance, "first-fit-decreasing") == {"db": (1, 0, 1)}
    stuck = an_instance(a_host(6 * GIB, 6 * GIB), a_guest(*(GIB * size for size in (4, 3, 3, 2)), 1))
    answer = solve(stuck, strategy="first-fit-decreasing")
    assert (answer.status, answer.placement) == (Status.UNKNOWN, None)
    assert answer.reason is not None
    assert answer.reason.splitlines()[0].endswith(" s: first-fit by falling size got stuck")
    left_out: Result = solve(stuck, strategy="first-fit-decreasing", allow_unplaced=True)
    assert left_out.placement is not None
    assert left_out.placement.pnode_of == {"db": (0, 1, 1, 0, N)}
    assert left_out.status is Status.FEASIBLE
