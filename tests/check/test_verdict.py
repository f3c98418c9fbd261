"""Whole verdicts: every figure of a small answer, and answers that were tampered with."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.check import check, mean_access_distance
from placer.errors import InputError
from placer.instance import Instance, Placement
from tests.support.building import GIB, a_guest, a_host
from tests.support.judging import CROSSED, Pnodes, judge, rules, term


def test_the_optimum_of_the_crossed_pair_costs_what_the_formulas_say() -> None:
    verdict = judge(*CROSSED, 1, 0)
    # 333 * 10 + 667 * 20 for vcpu 0, 333 * 20 + 667 * 10 for vcpu 1
    assert verdict.violations == ()
    assert verdict.terms == (
        {"unplaced_guests": 0},
        {"unplaced": 0},
        {"access_distance": 16_670 + 13_330, "core_sharing": 0},
        {"device_distance": 0, "soft_affinity": 0, "vdistance": 0},
        {"shape": 0},
    )
    assert mean_access_distance(verdict) == 15.0


def test_first_fit_on_the_crossed_pair_is_priced_above_the_optimum_in_every_figure() -> None:
    verdict = judge(*CROSSED, 0, None)
    # vcpu 0: 333 * 10 + 667 * 20; vcpu 1 has no pnode, so 20 for all of its 1000, its own memory too
    assert term(verdict, "unplaced_guests") == 1
    assert term(verdict, "unplaced") == 4 * GIB + 1024
    assert term(verdict, "access_distance") == 16_670 + 20_000
    assert term(verdict, "shape") == 2048
    assert mean_access_distance(verdict) == 18.335
    assert rules(verdict) == ["unplaced"]


# What keeps something from being a placement at all


@pytest.mark.parametrize(
    ("pnode_of", "reason"),
    [
        ({}, 'guest "db" is missing'),
        ({"db": (0,)}, 'guest "db" has 1 pnodes for 2 vnodes'),
        ({"db": (0, 7)}, 'guest "db": no pnode 7 on this host'),
        ({"db": (0, 1), "web": (0,)}, 'no guest "web" in the instance'),
    ],
)
def test_something_that_is_no_placement_of_the_instance_is_refused(pnode_of: dict[str, Pnodes], reason: str) -> None:
    host, guest = CROSSED
    with pytest.raises(InputError, match=f"not a placement of this instance: {reason}"):
        check(Instance(host=host, guests=(guest,)), Placement(pnode_of=pnode_of))


def test_the_mean_over_all_guests_weighs_each_by_its_traffic() -> None:
    guests = (a_guest(GIB, GIB, vcpus=(2, 0)), a_guest(GIB, vcpus=(6,), name="web"))
    instance = Instance(host=a_host(4 * GIB, 4 * GIB), guests=guests)
    verdict = check(instance, Placement(pnode_of={"db": (0, 1), "web": (1,)}))
    # db: 2000 accesses at 15, web: 6000 at 10 -> 90000 / 8000
    assert verdict.access["db"].mean_distance == 15.0
    assert verdict.access["web"].mean_distance == 10.0
    assert mean_access_distance(verdict) == 11.25


def test_violations_come_in_the_order_of_the_guests_and_full_pnodes_last() -> None:
    guests = (replace(a_guest(2 * GIB), pnodes=(1,)), a_guest(GIB, name="web"))
    instance = Instance(host=a_host(GIB, GIB), guests=guests)
    verdict = check(instance, Placement(pnode_of={"db": (0,), "web": (None,)}))
    assert [(v.rule, v.guests) for v in verdict.violations] == [
        ("pnodes", ("db",)),
        ("unplaced", ("web",)),
        ("memory", ("db",)),
    ]


# An answer that was tampered with


def test_swapping_two_pnodes_of_an_optimum_is_noticed() -> None:
    assert rules(judge(*CROSSED, 0, 1)) == ["memory"]
    host, guest = a_host(4 * GIB, 4 * GIB, 4 * GIB, slit=((10, 16, 28), (16, 10, 28), (28, 28, 10))), a_guest(GIB, GIB)
    best, swapped = judge(host, guest, 0, 1), judge(host, guest, 0, 2)
    # two vcpus with half of their memory away: 16 or 28
    assert (term(best, "access_distance"), term(swapped, "access_distance")) == (26_000, 38_000)


def test_dropping_a_vnode_from_an_optimum_is_noticed_and_never_cheaper() -> None:
    whole, dropped = judge(*CROSSED, 1, 0), judge(*CROSSED, 1, None, allow_unplaced=True)
    assert term(dropped, "unplaced") > term(whole, "unplaced")
    assert term(dropped, "access_distance") > term(whole, "access_distance")
