"""Rebalancing from Python: what runs is read, moves are planned, wrong arguments are named."""

from __future__ import annotations

import pytest

import placer
from tests.support.commands import INSTANCES
from tests.support.running_hosts import GIB, host_of
from tests.support.snapshots import parts_of_xl, snapshot

RUNNING = INSTANCES / "xl" / "running"


def there() -> placer.RunningHost:
    host = placer.read_host(RUNNING / "xl-info.txt")
    running = placer.read_running(host, RUNNING / "xl-list.json", RUNNING / "vcpu-list.txt")
    guests = placer.read_guests(RUNNING / "xl-list.json", running.host)
    return placer.running_host(running, guests, RUNNING / "dmesg.txt")


def test_a_pnode_is_emptied_with_two_restarts() -> None:
    plan = placer.rebalance(there(), empty=[2], restarts=2)
    assert plan.status is placer.Status.OPTIMAL
    assert sorted((step.guest, step.kind) for step in plan.steps) == [("db", "restart"), ("desk", "restart")]
    assert plan.placement is not None
    assert not any(2 in pnodes for pnodes in plan.placement.pnode_of.values())


def test_room_is_made_for_a_guest_of_a_file() -> None:
    running = host_of([8, 8], {"a": (5, 0), "b": (2, 1)})
    (new,) = placer.read_guests(
        placer.Text('name = "new"\ntype = "pv"\nmemory = 7168\nvcpus = 2\n'), running.instance.host
    )
    plan = placer.rebalance(running, make_room=[new])
    assert (plan.status, plan.moves) == (placer.Status.OPTIMAL, 1)
    assert plan.stages[-1][0].guest == "new" and plan.stages[-1][0].kind == "create"


def test_a_guest_too_large_for_a_pnode_gets_vnodes() -> None:
    running = host_of([8, 8], {"a": (5, 0)})
    for gib, vnodes in ((10, 4), (12, None)):  # 3 and 8 GiB are free: two or three equal parts of 10 do not fit
        new = placer.Guest(name="new", flexible=placer.Flexible(memory_kib=gib * GIB, vcpu_count=4))
        plan = placer.rebalance(running, make_room=[new])
        assert (None if plan.placement is None else len(plan.placement.pnode_of["new"])) == vnodes


def test_a_snapshot_says_all_but_where_memory_lies_unless_asked() -> None:
    without = placer.read_snapshot(placer.Text(snapshot(parts_of_xl()), place="xen1.txt"))
    with pytest.raises(placer.InputError, match=r"xen1.txt: does not say where memory lies: --pages"):
        placer.rebalance(without)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"moves": -1}, "moves: expected 0 or more"),
        ({"moves": 1.5}, "moves: expected a whole number"),
        ({"gib": float("nan")}, "gib: expected a number of GiB"),
        ({"gib": -1}, "gib: expected 0 or more"),
        ({"restarts": True}, "restarts: expected a whole number"),
        ({"stay": ["nobody"]}, 'stay: no guest "nobody" runs'),
        ({"empty": [9]}, "empty: no pnode 9"),
        ({"make_room": [3]}, "make_room"),
        ({"live": 1}, "live"),
        ({"time_limit_s": -1}, "time_limit_s"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(placer.InputError, match=message):
        placer.rebalance(host_of([8, 8], {"a": (4, 0)}), **arguments)  # type: ignore[arg-type]
