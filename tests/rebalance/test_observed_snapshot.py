"""What a snapshot says runs, as a plan of moves takes it: the whole, and one that lacks something."""

from __future__ import annotations

import re

import pytest

import placer
from placer.api.rebalancing import as_running_host
from placer.rebalance.running import RunningHost
from tests.support.kvm_snapshots import DB, GIB, WEB, parts_of_kvm
from tests.support.snapshots import output, parts_of_xl, snapshot

XL = parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}


def running(parts: dict[str, str], codes: dict[str, int] | None = None) -> RunningHost:
    return as_running_host(placer.read_snapshot(placer.Text(snapshot(parts, codes=codes), place="host.txt")))


def without_domain(dump: str, domid: int) -> str:
    """Take a domain out of a NUMA dump."""
    return re.sub(rf"\(XEN\)[^\n]*Domain {domid} \(total.*?(?=\(XEN\)[^\n]*Domain )", "", dump, flags=re.DOTALL)


def test_a_whole_snapshot_leaves_nothing_out_and_assumes_nothing() -> None:
    for parts in (XL, parts_of_kvm()):
        there = running(parts)
        assert (there.left_out, there.assumed) == ((), ())
    assert any("leaves out the caches" in note for note in running(parts_of_kvm()).notes)


def test_a_domain_that_the_dump_lacks_keeps_every_pnode_from_being_called_free() -> None:
    shot = placer.read_snapshot(placer.Text(snapshot(XL | {"xl-dmesg": without_domain(XL["xl-dmesg"], 1)})))
    (left,) = as_running_host(shot).left_out
    assert (left.name, left.memory_kib) == ("app", None)
    plan = placer.rebalance(shot, empty=[0], restarts=9, workers=1)
    assert (plan.status, plan.placement) == (placer.Status.UNKNOWN, None)
    assert plan.reason is not None
    assert plan.reason.startswith('domain "app" may hold memory on pnode 0, and is not in the NUMA dump')


def test_a_domain_that_is_taken_down_holds_its_memory_and_has_its_name() -> None:
    going = XL["xl-domains"].replace(
        "web                                          5   500     2     ------",
        "web                                          5   500     2     -----d",
    )
    shot = placer.read_snapshot(placer.Text(snapshot(XL | {"xl-domains": going})))
    there = as_running_host(shot)
    assert [(left.name, left.settled) for left in there.left_out] == [("web", False)]
    assert "web" not in there.others
    assert [left.name for left in there.left_out_on(0)] == ["web"]
    assert there.left_out_on(1) == []
    plan = placer.rebalance(shot, empty=[0], restarts=9, workers=1)
    assert (plan.status, plan.reason) == (
        placer.Status.UNKNOWN,
        'domain "web" holds 511.94 MiB on pnode 0, and is being taken down; take the snapshot again',
    )


@pytest.mark.parametrize("kind", ["virsh-dumpxml", "virsh-vcpuinfo"])
def test_a_domain_of_libvirt_that_is_left_out_stays_where_its_memory_is_known_to_be(kind: str) -> None:
    parts = {name: text for name, text in parts_of_kvm().items() if name != f"{kind}/{WEB}"}
    there = running(parts)
    name = WEB if kind == "virsh-dumpxml" else "web"
    assert there.others == {name: {0: GIB // 2, 1: 3 * GIB // 2}}
    assert there.left_out == ()
    plan = placer.rebalance(there, empty=[1], workers=1)
    assert plan.status is placer.Status.INFEASIBLE
    assert plan.reason == f'domain "{name}" holds 1.5 GiB on pnode 1 and is not moved'


def test_a_domain_of_libvirt_of_which_nothing_is_known_may_be_on_any_pnode() -> None:
    parts = {name: text for name, text in parts_of_kvm().items() if not name.endswith(f"/{WEB}")}
    plan = placer.rebalance(running(parts), empty=[1], workers=1)
    assert plan.status is placer.Status.UNKNOWN
    assert plan.reason is not None
    assert plan.reason.startswith(f'domain "{WEB}" may hold memory on pnode 1')
    assert plan.running.assumed == ("the domains that are left out use no pcpus",)


def test_without_the_lists_of_libvirt_other_domains_may_run() -> None:
    plan = placer.rebalance(running(parts_of_kvm(), {"virsh-list": 1, "virsh-list-after": 1}), empty=[1], workers=1)
    assert plan.status is placer.Status.UNKNOWN
    assert plan.reason is not None
    assert plan.reason.startswith('domain "that no list names" may hold memory on pnode 1')
    assert "no other domain runs" in plan.running.assumed
    assert running(parts_of_kvm(), {"virsh-list": 1}).left_out == ()  # the second one names all that run


def test_a_domain_of_libvirt_that_ended_meanwhile_holds_nothing() -> None:
    there = running(parts_of_kvm() | {"virsh-list-after": f"{DB}\n"})
    assert (there.left_out, there.others) == ((), {})


@pytest.mark.parametrize(
    ("parts", "lacking", "assumed"),
    [
        (XL, "xl-domains", "no domain was coming or going"),
        (XL, "xl-vcpu-list", "nothing but guests with a configuration uses pcpus"),
        (parts_of_kvm(), "virsh-list-after", "no domain was coming or going"),
    ],
)
def test_what_is_taken_to_hold_without_a_part_is_said(parts: dict[str, str], lacking: str, assumed: str) -> None:
    for there in (running(parts, {lacking: 1}), running({n: t for n, t in parts.items() if n != lacking})):
        assert assumed in there.assumed
        assert any("host.txt" in note for note in there.notes)


def test_without_the_cpupools_no_move_is_planned() -> None:
    lacking = {name: text for name, text in XL.items() if name != "xl-cpupool-list"}
    for parts, codes in ((XL, {"xl-cpupool-list": 1}), (lacking, {})):
        with pytest.raises(placer.InputError, match=r"^host.txt.*the cpupools are not known.*give --pools"):
            running(parts, codes)
    shot = placer.read_snapshot(placer.Text(snapshot(lacking)), pools=placer.Text(XL["xl-cpupool-list"]))
    assert as_running_host(shot).assumed == ()


def test_single_files_leave_the_cpupools_and_the_states_of_domains_to_be_assumed() -> None:
    shot = placer.read_snapshot(
        placer.Text(XL["xl-info"]),
        running=placer.Text(XL["xl-list"]),
        vcpu_list=placer.Text(XL["xl-vcpu-list"]),
        numa_dump=placer.Text(XL["xl-dmesg"]),
    )
    assert as_running_host(shot).assumed == ("every pcpu is in one cpupool", "no domain was coming or going")


def test_a_snapshot_that_is_cut_off_says_so_where_the_pages_are_missed() -> None:
    text = snapshot(XL)
    cut = text[: text.index("#@ xen1/3f2a9c1e/4402 begin xl-dmesg")]
    with pytest.raises(placer.InputError, match=r"host.txt: is cut off, and does not say where memory lies"):
        as_running_host(placer.read_snapshot(placer.Text(cut, place="host.txt")))


def test_a_guest_that_is_paused_or_has_crashed_stays_and_the_plan_says_why() -> None:
    for flags, why in (("--p---", "it is paused"), ("----c-", "it has crashed")):
        row = "web                                          5   500     2     "
        halted = XL["xl-domains"].replace(f"{row}------", f"{row}{flags}")
        assert halted != XL["xl-domains"]
        shot = placer.read_snapshot(placer.Text(snapshot(XL | {"xl-domains": halted})))
        web = as_running_host(shot).resident("web")
        assert (web.kinds, web.stuck, web.repin) == ((), why, False)
        plan = placer.rebalance(shot, empty=[0], workers=1)
        assert plan.status is placer.Status.INFEASIBLE
        assert f'guest "web" is on pnode 0 and may not move: {why}' in (plan.reason or "")
