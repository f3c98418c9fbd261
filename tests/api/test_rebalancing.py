"""Rebalancing from Python: what runs is read, moves are planned, wrong arguments are named."""

from __future__ import annotations

from pathlib import Path

import pytest

import placer
from tests.support.commands import INSTANCES
from tests.support.kvm_snapshots import DB, parts_of_kvm, parts_without_domains
from tests.support.running_hosts import GIB, host_of
from tests.support.snapshots import DOMAINS, FACTS, output, parts_of_xl, parts_without_guests, snapshot

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


def test_with_claims_what_arrives_is_claimed_by_its_uuid(tmp_path: Path) -> None:
    running = host_of([8, 8], {"a": (5, 0), "b": (2, 1)})
    uuid = "0d6f2b1c-0000-4000-8000-000000000001"
    text = f'name = "new"\nuuid = "{uuid}"\ntype = "pv"\nmemory = 7168\nvcpus = 2\n'
    guests = placer.read_guests(placer.Text(text), running.instance.host)
    claims = placer.Claims(tmp_path / "xen1.claims")
    plan = placer.rebalance(running, make_room=guests, claims=claims, expires_s=90)
    moved = next(step.guest for step in plan.steps if step.kind != "create")
    assert plan.claimed == (moved, "new")
    assert {guest.name: guest.uuid for guest in claims.list()} == {moved: None, "new": uuid}
    assert all(guest.left_s is not None and guest.left_s <= 90 for guest in claims.list())


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
    maps = {name: text for name, text in parts_of_kvm().items() if not name.startswith("numa-maps")}
    with pytest.raises(placer.InputError, match=r"says it where it runs as root .*could not be read: db, web"):
        placer.rebalance(placer.read_snapshot(placer.Text(snapshot(maps))))


def test_a_snapshot_that_is_cut_off_before_its_guests_says_so() -> None:
    for parts, last in ((parts_of_xl(), "begin xl-list"), (parts_of_kvm(), "begin virsh-dumpxml")):
        text = snapshot(parts)
        cut = placer.read_snapshot(placer.Text(text[: text.index(f"#@ xen1/3f2a9c1e/4402 {last}")], place="cut.txt"))
        with pytest.raises(placer.InputError, match=r"has no running guest whose .* is known: .* is cut off here"):
            placer.rebalance(cut)


def test_what_is_missing_or_odd_in_a_snapshot_is_noted_in_the_plan() -> None:
    text = snapshot(parts_of_xl() | {"xl-dmesg": output("dmesg.txt"), "facts": FACTS.replace("uid: 0", "uid: 1000")})
    cut = text[: text.index("#@ xen1/3f2a9c1e/4402 done")]
    plan = placer.rebalance(placer.read_snapshot(placer.Text(cut, place="xen1.txt")))
    assert any('taken as user "root" (uid 1000)' in note for note in plan.notes)
    assert any("the snapshot is cut off here" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"moves": -1}, "moves: expected 0 or more"),
        ({"moves": 1.5}, "moves: expected a whole number"),
        ({"gib": float("nan")}, "gib: expected a number of GiB"),
        ({"gib": -1}, "gib: expected 0 or more"),
        ({"restarts": True}, "restarts: expected a whole number"),
        ({"stay": ["nobody"]}, 'stay: no guest "nobody" runs'),
        ({"unpin": ["nobody"]}, 'unpin: no guest "nobody" runs'),
        ({"unpin": [1]}, "unpin"),
        ({"empty": [9]}, "empty: no pnode 9"),
        ({"make_room": [3]}, "make_room"),
        ({"live": 1}, "live"),
        ({"time_limit_s": -1}, "time_limit_s"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(placer.InputError, match=message):
        placer.rebalance(host_of([8, 8], {"a": (4, 0)}), **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "toolstack"),
    [(parts_without_guests(), "xl"), (parts_without_domains(), "libvirt")],
    ids=["xl", "libvirt"],
)
def test_on_a_host_on_which_nothing_runs_there_is_nothing_to_move(parts: dict[str, str], toolstack: str) -> None:
    """Neither is it asked where memory lies: there is none."""
    shot = placer.read_snapshot(placer.Text(snapshot(parts)))
    for empty in ([], [0]):
        plan = placer.rebalance(shot, empty=empty)
        assert (plan.status, plan.steps, plan.running.toolstack) == (placer.Status.OPTIMAL, (), toolstack)
    new = placer.Guest(name="new", vnodes=[placer.Vnode(memory_kib=1 << 19)])
    assert [step.guest for step in placer.rebalance(shot, make_room=[new]).steps] == ["new"]


@pytest.mark.parametrize(
    ("parts", "codes"),
    [
        (parts_without_guests() | {"xl-domains": DOMAINS}, {}),  # a guest came while it was asked
        (parts_without_guests(), {"xl-list": 1, "xl-vcpu-list": 1, "xl-domains": 1}),
        (parts_without_domains() | {"virsh-list-after": DB}, {}),
        (parts_without_domains(), {"virsh-list": 1}),
    ],
)
def test_a_host_on_which_something_may_run_is_not_taken_to_be_empty(
    parts: dict[str, str], codes: dict[str, int]
) -> None:
    shot = placer.read_snapshot(placer.Text(snapshot(parts, codes=codes)))
    assert not shot.nothing_runs
    with pytest.raises(placer.InputError):
        placer.rebalance(shot)
