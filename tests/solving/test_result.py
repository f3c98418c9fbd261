"""What a Result holds for each status."""

from __future__ import annotations

import dataclasses

import pytest

from placer.assignment import Status
from placer.instance import Flexible, Guest, Instance, Placement
from placer.solving.pipeline import solve
from placer.solving.result import Result
from tests.support.building import GIB, a_guest, a_host, an_instance


def two_pnodes(*guests: Guest) -> Instance:
    return an_instance(a_host(2 * GIB, 2 * GIB), *guests)


def test_an_optimal_result_has_a_tier_for_each_of_the_instance_and_its_bound_is_its_cost() -> None:
    instance = two_pnodes(a_guest(GIB))
    result = solve(instance)
    assert result.status is Status.OPTIMAL
    assert [list(tier.terms) for tier in result.tiers] == [list(terms) for terms in instance.tiers()]
    assert all(tier.bound == tier.cost for tier in result.tiers)
    # one vcpu reads 1000 at distance 10
    assert (result.tiers[2].cost, result.mean_access_distance) == (10_000, 10.0)
    assert result.guest_access_distance == {"db": 10.0}
    assert (result.reason, result.violations, result.moved, result.trade) == (None, (), None, None)
    assert result.decisions


def test_an_infeasible_result_has_a_reason_and_nothing_of_a_placement() -> None:
    result = solve(two_pnodes(a_guest(3 * GIB)))
    assert result.status is Status.INFEASIBLE
    assert result.reason
    assert (result.instance, result.placement, result.tiers) == (None, None, ())
    assert (result.mean_access_distance, result.guest_access_distance, result.moved) == (None, {}, None)


def test_the_broken_placement_of_a_baseline_is_unknown_with_its_violations() -> None:
    result = solve(two_pnodes(a_guest(3 * GIB)), strategy="first-fit")
    assert result.status is Status.UNKNOWN
    assert result.placement == Placement(pnode_of={"db": (None,)})
    assert [violation.rule for violation in result.violations] == ["unplaced"]
    assert all(tier.bound is None for tier in result.tiers)


def test_the_instance_of_a_result_has_the_vnodes_that_were_chosen() -> None:
    flexible = Guest(name="db", flexible=Flexible(memory_kib=3 * GIB, vcpu_count=2, most=2))
    result = solve(two_pnodes(flexible))
    assert result.instance is not None
    assert result.placement is not None
    assert [len(guest.vnodes) for guest in result.instance.guests] == [2]
    assert len(result.placement.pnode_of["db"]) == 2


def test_a_result_is_built_by_name_and_never_changed() -> None:
    result = Result(status=Status.UNKNOWN, strategy="optimal")
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.status = Status.OPTIMAL  # type: ignore[misc]
    with pytest.raises(TypeError):
        Result(Status.UNKNOWN, "optimal")  # type: ignore[call-arg]
