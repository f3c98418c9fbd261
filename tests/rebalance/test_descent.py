"""A first end state by descent: it keeps every rule, within the budget, and no neighbour is better."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from placer.assignment.context import SearchContext
from placer.instance import Guest, Vnode
from placer.rebalance.descent import descend
from placer.rebalance.end_problem import EndProblem, end_problem
from placer.rebalance.goal import Goal
from tests.support.running_hosts import GIB, host_of, ruled, small_host


def costs(ends: EndProblem, site_of: np.ndarray) -> list[int]:
    found: list[int] = ends.problem.evaluate(site_of[None, :])[0].tolist()
    return found


@pytest.mark.parametrize("seed", range(0, 40, 3))
def test_what_it_finds_keeps_all_rules_and_costs_no_more(seed: int) -> None:
    ends = end_problem(small_host(seed), Goal(moves=2))
    found = descend(ends, SearchContext())
    assert found is not None and ends.problem.hint is not None
    assert ends.problem.feasible(found[None, :])[0]
    assert costs(ends, found) <= costs(ends, ends.problem.hint)


def test_a_guest_on_two_pnodes_is_brought_together() -> None:
    ends = end_problem(host_of([8, 8], {"a": ((2, 2), (0, 1)), "b": (6, 0)}), Goal(moves=1))
    found = descend(ends, SearchContext())
    assert found is not None
    assert ends.decode(found)[1].pnode_of == {"a": (1,), "b": (0,)}


def test_guests_leave_a_pnode_to_be_emptied_and_no_other_guest_moves() -> None:
    ends = end_problem(host_of([8, 8, 8], {"a": (4, 0), "b": (2, 0), "c": (5, 1), "d": (4, 2)}), Goal(empty=(0,)))
    found = descend(ends, SearchContext())
    assert found is not None
    # a fits only beside d, and then b only beside c
    assert ends.decode(found)[1].pnode_of == {"a": (2,), "b": (1,), "c": (1,), "d": (2,)}


def test_another_guest_gives_way_where_one_to_be_moved_has_no_room() -> None:
    ends = end_problem(host_of([8, 8, 8], {"a": (6, 0), "b": (3, 1), "c": (3, 2)}), Goal(empty=(0,)))
    found = descend(ends, SearchContext())
    assert found is not None
    where = ends.decode(found)[1].pnode_of
    # b and c come together on one pnode, which takes one move, and a goes to the other
    assert where["b"] == where["c"] != where["a"] != (0,)


def test_vnodes_leave_a_pnode_one_by_one() -> None:
    running = host_of([8, 8, 8], {"a": ((3, 3), (0, 0)), "b": (4, 1), "c": (4, 2)}, vnuma={"a": True})
    ends = end_problem(running, Goal(empty=(0,), restarts=1))
    found = descend(ends, SearchContext())
    assert found is not None
    assert sorted(ends.decode(found)[1].pnode_of["a"], key=str) == [1, 2]


def test_a_new_guest_gets_room_by_one_move() -> None:
    new = Guest(name="new", vnodes=[Vnode(memory_kib=7 * GIB)])
    ends = end_problem(host_of([8, 8], {"a": (3, 0), "b": (3, 1)}), Goal(make_room=(new,)))
    found = descend(ends, SearchContext())
    assert found is not None
    where = ends.decode(found)[1].pnode_of
    assert where["a"] == where["b"] != where["new"]


def test_nothing_is_given_where_no_end_state_keeps_the_rules_or_no_time_is_left() -> None:
    assert descend(end_problem(host_of([8, 8], {"a": (5, 0), "b": (5, 1)}), Goal(empty=(0,))), SearchContext()) is None
    ends = end_problem(host_of([8, 8], {"a": (4, 0)}), Goal(empty=(0,)))
    assert descend(ends, SearchContext(time_limit_s=0)) is None
    assert descend(ends, SearchContext()) is not None


def test_without_time_the_known_assignment_is_kept() -> None:
    ends = end_problem(host_of([8, 8], {"a": ((2, 2), (0, 1)), "b": (6, 0)}), Goal(moves=1))
    found = descend(ends, SearchContext(time_limit_s=0))
    assert found is not None and found.tolist() == ends.problem.hint.tolist()  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", range(12))
def test_no_shift_of_what_is_found_is_better(seed: int) -> None:
    """Every assignment with one guest on another pnode is priced here by itself."""
    ends = end_problem(small_host(seed), Goal(empty=(0,)))
    found = descend(ends, SearchContext())
    if found is None:
        return
    m = len(ends.running.instance.host.pnodes)
    for i, mover in enumerate(ends.moved_items):
        for p in range(m) if len(mover.later) == 1 and not mover.changes else ():
            tried = found.copy()
            tried[mover.now] = p
            selector = ends.problem.n - len(ends.moved_items) + i
            tried[selector] = m + int(p != ends.problem.hint[mover.now[0]])  # type: ignore[index]
            if ends.problem.feasible(tried[None, :])[0]:
                assert costs(ends, tried) >= costs(ends, found)


def test_where_a_reserve_is_not_kept_nothing_arrives_beside_it() -> None:
    """Of 8 GiB on pnode 0 a holds 6, with a reserve of 3: b of 1 GiB comes only once a is away."""
    running = host_of([8, 8], {"a": (6, 0), "b": (1, 1)})
    pnodes = [replace(p, reserve_kib=3 * GIB * (p.id == 0)) for p in running.instance.host.pnodes]
    ends = end_problem(ruled(running, pnodes=pnodes), Goal(empty=(1,)))
    assert [gate.site for gate in ends.gates] == [0]
    assert descend(ends, SearchContext()) is None  # a would have to go to pnode 1
    found = descend(end_problem(ruled(running, pnodes=pnodes), Goal(empty=(0,))), SearchContext())
    assert found is not None
    assert found[:2].tolist() == [1, 1]
