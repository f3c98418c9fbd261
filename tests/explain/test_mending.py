"""Changes that mend an instance: each is applied, and what it makes can be placed."""

from __future__ import annotations

from threading import Event

import pytest
from msgspec.structs import replace

from placer.explain.clock import Clock
from placer.explain.constraints import FeasibilityQueries
from placer.explain.infeasible import find_conflicts_of
from placer.explain.mending import changes_that_mend
from placer.explain.repairs import least_repairs
from placer.instance import Instance, Pnode
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.oracle import best
from tests.support.random_instances import random_instance

HOST = a_host(4 * GIB, 4 * GIB)


def lines_of(instance: Instance) -> list[str]:
    queries, clock = FeasibilityQueries(instance), Clock(20, Event())
    return changes_that_mend(queries, find_conflicts_of(queries, clock), clock).lines


@pytest.mark.parametrize("first", range(0, 120, 30))
def test_every_change_of_random_instances_mends_them_by_the_oracle(first: int) -> None:
    applied = 0
    for seed in range(first, first + 30):
        instance = random_instance(seed)
        if best(instance) is not None:
            continue
        queries, clock = FeasibilityQueries(instance), Clock(20, Event())
        for drop in find_conflicts_of(queries, clock).repairs:
            for repair in least_repairs(queries, tuple(queries.rules[i] for i in drop), clock.context):
                changed = repair.change(instance)
                assert not changed.guests or best(changed) is not None, (seed, repair.words)
                applied += 1
    assert applied > 10


def test_no_fewer_is_claimed_only_where_a_change_lets_go_of_its_rule_alone() -> None:
    """Two guests of 5 GiB, each bound to a pnode of 4 GiB: two changes; overhead goes with a guest that is left out."""
    guests = [a_guest(5 * GIB, name=name, pnodes=(p,)) for p, name in enumerate("ab")]
    assert lines_of(an_instance(HOST, *guests))[0] == "these changes together mend it, and no fewer would:"
    heavy = [replace(guest, overhead_kib=1024) for guest in guests]
    assert lines_of(an_instance(HOST, *heavy))[0] == "these changes together mend it:"


def test_overhead_moves_with_memory_and_is_part_of_what_is_lacking() -> None:
    """Pnode 1 has no memory, so all 8 KiB of overhead lie on pnode 0, where 5 GiB and 8 KiB are to fit 4 GiB."""
    host = replace(HOST, pnodes=(HOST.pnodes[0], Pnode(id=1, memory_kib=0, pcpus=(4, 5))))
    instance = an_instance(host, a_guest(4 * GIB, GIB, overhead_kib=8))
    assert "- 1025 MiB more memory on pnode 0" in lines_of(instance)


def test_without_time_there_are_no_lines() -> None:
    queries, clock = FeasibilityQueries(an_instance(HOST, a_guest(5 * GIB))), Clock(0, Event())
    assert changes_that_mend(queries, find_conflicts_of(queries, clock), clock).lines == []
