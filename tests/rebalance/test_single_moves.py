"""Every move of one guest alone: figures worked by hand."""

from __future__ import annotations

from msgspec.structs import replace

from placer.rebalance.end_problem import end_problem
from placer.rebalance.goal import Goal
from placer.rebalance.single_moves import single_moves
from tests.support.running_hosts import GIB, host_of, ruled


def test_each_guest_moves_to_each_other_pnode() -> None:
    running = host_of([8, 8, 8], {"a": (2, 0), "b": ((1, 1), (0, 1)), "c": (2, 1)}, kinds={"c": ()})
    ends = end_problem(running, Goal(moves=2))
    found = single_moves(ends, ends.problem, 2)
    assert found is not None
    assert found.first.tolist() == [0, 2, 5]  # a to two others; b, which lies on two, to any of three
    # a reads all of its memory at 10 wherever it is; each of two vcpus of b reads half of it at 20 now
    assert found.alone.tolist() == [0, 0, -10_000, -10_000, -10_000]
    assert found.loads.sum(axis=1).tolist() == [0] * 5


def test_where_no_guest_may_move_there_is_none() -> None:
    ends = end_problem(host_of([8, 8], {"a": (2, 0)}, kinds={"a": ()}), Goal(moves=1))
    assert single_moves(ends, ends.problem, 2) is None


def test_beside_a_reserve_that_is_not_kept_there_is_none() -> None:
    """What arrives there has to leave the reserve free, what stays has not: that does not add up."""
    running = host_of([8, 8], {"a": (6, 0), "b": (2, 1)})
    pnodes = [replace(pnode, reserve_kib=3 * GIB) for pnode in running.instance.host.pnodes]
    ends = end_problem(ruled(running, pnodes=pnodes), Goal(moves=1))
    assert ends.gates and single_moves(ends, ends.problem, 2) is None
