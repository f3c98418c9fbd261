"""
The audit: whether guests are on the pnodes they were meant for.

The samples are what Xen 4.17 printed on an emulated host of 4 pnodes: app, cache and db where placer put them, desk
with video memory, and web with ``cpus="node:1"``, which libxl's own placement ignores.
"""

from __future__ import annotations

from dataclasses import replace as change
from pathlib import Path

import pytest
from msgspec.structs import replace

import placer
from placer.audit.audit import audit
from placer.audit.findings import AuditReport, GuestFinding
from placer.audit.load import running_domains
from placer.errors import InputError
from placer.formats.native.placement_json import read_placement
from placer.formats.xl.info import read_xl_info
from placer.formats.xl.list_domains import RunningGuest, read_xl_list
from placer.formats.xl.numa_dump import DumpedDomain, NumaDump, read_numa_dump
from placer.formats.xl.vcpu_list import SeenVcpu, read_xl_vcpu_list
from placer.instance import Cpupool, Domain, Host, Placement, Vnode
from tests.support.building import GIB, MIB, a_host

SAMPLES = Path(placer.__file__).parent.parent / "instances" / "xl" / "running"
PAGE = 4
NONE = {0: 0, 1: 0, 2: 0}
"""Memory on the pnodes of HOST; Xen prints a row for each."""
HOST = a_host(GIB, GIB, GIB)
ON = {0: (0, 1, 2, 3), 1: (4, 5, 6, 7), 2: (8, 9, 10, 11)}


def sample(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


def sampled(*, bound: bool, plan: Placement | None = None) -> AuditReport:
    host = read_xl_info(sample("xl-info.txt"), "xl-info.txt").host
    guests = read_xl_list(sample("xl-list.json"), "xl-list.json", host)
    rows = read_xl_vcpu_list(sample("vcpu-list.txt"), "vcpu-list.txt", host) if bound else []
    listed = [row.domain for row in rows]
    dump = read_numa_dump(sample("dmesg.txt"), "dmesg.txt")
    return audit(replace(host, domains=running_domains(guests, listed)), guests, dump, plan)


def two_vnodes(*, stated: tuple[tuple[int, ...] | None, ...] | None = None, video_kib: int = 0) -> RunningGuest:
    """Build a guest of two vnodes of 256 MiB and two vcpus each, on pnodes 0 and 1."""
    return RunningGuest(
        domain=Domain(name="db", domid=3, affinity=(ON[0], ON[0], ON[1], ON[1])),
        memory_kib=512 * MIB,
        video_kib=video_kib,
        vnodes=(
            Vnode(memory_kib=256 * MIB, vcpus=(0, 1), pnode=0),
            Vnode(memory_kib=256 * MIB, vcpus=(2, 3), pnode=1),
        ),
        stated=stated,
    )


def whole(stated: tuple[tuple[int, ...] | None, ...] | None) -> RunningGuest:
    affinity = stated or (None, None)
    domain = Domain(name="web", domid=4, affinity=affinity)
    return RunningGuest(domain=domain, memory_kib=512 * MIB, video_kib=0, vnodes=None, stated=stated)


def faults(
    guest: RunningGuest,
    pages: dict[int, int],
    *,
    pnode_of: tuple[int | None, ...] | None = None,
    affinity: tuple[tuple[int, ...] | None, ...] | None = None,
    plan: tuple[int | None, ...] | None = None,
) -> tuple[str, ...]:
    """Judge one guest; Xen keeps the pnodes it was told, and vcpus are bound as libxl does, unless given otherwise."""
    domid, name = guest.domain.domid, guest.domain.name
    assert domid is not None
    told = None if guest.vnodes is None else tuple(vnode.pnode for vnode in guest.vnodes)
    there = DumpedDomain(
        domid=domid,
        memory_kib=NONE | {pnode: count * PAGE for pnode, count in pages.items()},
        pnode_of=told if pnode_of is None else pnode_of,
    )
    listed = [] if affinity is None else [Domain(name=name, domid=domid, affinity=affinity)]
    host = replace(HOST, domains=running_domains([guest], listed))
    placement = None if plan is None else Placement(pnode_of={name: plan})
    dump = NumaDump(free_kib={}, domains={domid: there})
    (finding,) = audit(host, [guest], dump, placement).guests
    return finding.faults


GOOD = {0: 65536 - 192 + 59, 1: 65536 + 59, 2: 58}
"""What Xen makes of two_vnodes(): 176 pages spread over three pnodes, vnode 0 short of 192."""


# what a real Xen printed


@pytest.mark.parametrize("bound", [True, False], ids=["with xl vcpu-list", "without"])
@pytest.mark.parametrize("planned", [True, False], ids=["with the plan", "by their configuration"])
def test_of_the_guests_on_the_emulated_host_only_the_one_that_libxl_misplaced_is_not_where_meant(
    bound: bool, planned: bool
) -> None:
    plan = read_placement(sample("plan.json"), "plan.json") if planned else None
    findings = sampled(bound=bound, plan=plan)
    told = {guest.domain.name: guest.faults for guest in findings.guests}
    # all of web's 131056 pages, 511.94 MiB, are on pnode 0; its vcpus run on pnode 1
    assert told == {
        "app": (),
        "cache": (),
        "db": (),
        "desk": (),
        "web": ("memory lies where none was meant to be: 511.94 MiB on pnode 0",),
    }
    assert not findings.good()


def test_a_plan_with_other_pnodes_is_not_where_the_guests_are() -> None:
    plan = Placement(pnode_of={"db": (3, 2), "app": (1, 0), "cache": (3,), "web": (0,)})
    findings = sampled(bound=True, plan=plan)
    told = {guest.domain.name: guest.faults for guest in findings.guests}
    # db was swapped: its sizes are equal, so its memory is right and its vcpus are not
    assert told["db"] == (
        "vnode 0 is on pnode 2, meant for pnode 3",
        "vnode 1 is on pnode 3, meant for pnode 2",
        "vcpus 0-2 may run on pcpus 8-11, none of them on pnode 3",
        "vcpus 3-5 may run on pcpus 12-15, none of them on pnode 2",
    )
    # 196460 - 98304 pages too many on pnode 1, and 44 that no plan has on each of 2 and 3
    assert told["app"] == (
        "vnode 1 is on pnode 1, meant for pnode 0",
        "memory lies where none was meant to be: 383.42 MiB on pnode 1, 176 KiB on pnode 2, 176 KiB on pnode 3",
        "vcpus 2-3 may run on pcpus 4-7, none of them on pnode 0",
    )
    assert told["cache"] == (
        "memory lies where none was meant to be: 511.94 MiB on pnode 0",
        "vcpus 0-1 may run on pcpus 0-3, none of them on pnode 3",
    )
    assert told["web"] == ("vcpus 0-1 may run on pcpus 4-7, none of them on pnode 0",)
    assert told["desk"] == ()


# memory


def test_what_xen_places_freely_is_no_fault_and_a_page_more_is() -> None:
    assert faults(two_vnodes(), GOOD) == ()
    assert faults(two_vnodes(), {0: 65536 - 192, 1: 65536, 2: 176}) == ()
    assert faults(two_vnodes(), {0: 65536 - 193, 1: 65536, 2: 177}) == (
        "memory lies where none was meant to be: 708 KiB on pnode 2",
    )


def test_video_memory_and_16_pages_more_lie_where_xen_likes() -> None:
    guest = two_vnodes(video_kib=8 * MIB)
    # 2048 pages of video memory: 176 + 2048 + 16
    assert faults(guest, {0: 65536 - 192 - 2048, 1: 65536 + 1240, 2: 1000}) == ()
    assert faults(guest, {0: 65536 - 192 - 2048, 1: 65536 + 1240, 2: 1001}) != ()


def test_memory_on_the_wrong_one_of_its_pnodes_is_a_fault() -> None:
    (fault,) = faults(two_vnodes(), {0: 65536 - 192 - 1000, 1: 65536 + 1000, 2: 58})
    assert fault == "memory lies where none was meant to be: 3.91 MiB on pnode 1, 232 KiB on pnode 2"


def test_a_guest_that_gave_memory_back_is_where_it_was_meant_to_be() -> None:
    guest = two_vnodes()
    host = replace(HOST, domains=(guest.domain,))
    dumped = DumpedDomain(domid=3, memory_kib={0: 100 * MIB, 1: 256 * MIB, 2: 0}, pnode_of=(0, 1))
    (finding,) = audit(host, [guest], NumaDump(free_kib={}, domains={3: dumped})).guests
    assert (finding.faults, finding.short_kib) == ((), 156 * MIB)


def test_a_guest_without_vnodes_is_meant_to_be_on_the_pnodes_of_its_masks() -> None:
    spread = whole((ON[0], ON[2]))
    assert faults(spread, {0: 70000, 1: 176, 2: 60880}) == ()
    assert faults(spread, {0: 70000, 1: 177, 2: 60879}) == (
        "memory lies where none was meant to be: 708 KiB on pnode 1",
    )


@pytest.mark.parametrize("stated", [None, (ON[0], None)])
def test_a_guest_that_asked_for_no_pnode_may_be_anywhere(
    stated: tuple[tuple[int, ...] | None, ...] | None,
) -> None:
    assert faults(whole(stated), {0: 1, 1: 100000, 2: 31055}) == ()


# vnodes and vcpus


def test_a_vnode_that_xen_keeps_elsewhere_is_a_fault() -> None:
    assert faults(two_vnodes(), GOOD, pnode_of=(0, None)) == ("vnode 1 is on no pnode, meant for pnode 1",)


def test_vcpus_bound_away_from_their_pnode_or_beyond_it_are_a_fault() -> None:
    away = (ON[0], ON[1], (4,), (5, 6))
    assert faults(two_vnodes(), GOOD, affinity=away) == ("vcpus 1 may run on pcpus 4-7, none of them on pnode 0",)
    beyond = (ON[0], None, ON[0] + ON[1], ON[1])
    assert faults(two_vnodes(), GOOD, affinity=beyond) == (
        "vcpus 1 may run on pcpus 0-11, not all of them on pnode 0",
        "vcpus 2 may run on pcpus 0-7, not all of them on pnode 1",
    )


def test_vcpus_that_run_where_their_own_file_lets_them_are_no_fault() -> None:
    wide = (ON[0] + ON[1],) * 2 + (None,) * 2
    assert faults(two_vnodes(stated=wide), GOOD, affinity=wide) == ()
    assert faults(two_vnodes(stated=wide), GOOD, affinity=(ON[1], *wide[1:])) == (
        "vcpus 0 may run on pcpus 4-7, none of them on pnode 0",
    )


def test_vcpus_of_a_vnode_on_a_pnode_without_pcpus_run_anywhere() -> None:
    domain = Domain(name="db", domid=3, affinity=(ON[0], ON[0], None, None))
    guest = change(two_vnodes(), domain=domain)
    host = Host(pnodes=(HOST.pnodes[0], replace(HOST.pnodes[1], pcpus=())), domains=(domain,))
    dumped = DumpedDomain(domid=3, memory_kib={0: 65344 * PAGE, 1: 65536 * PAGE}, pnode_of=(0, 1))
    (finding,) = audit(host, [guest], NumaDump(free_kib={}, domains={3: dumped})).guests
    assert finding.faults == ()


# plans


@pytest.mark.parametrize("plan", [(0, 1), (0, 0, 1), (0, 1, 0, 1)])
def test_parts_that_share_a_pnode_in_the_plan_run_as_one_vnode(plan: tuple[int, ...]) -> None:
    assert faults(two_vnodes(), GOOD, plan=plan) == ()


def test_a_plan_of_other_vnodes_than_run_is_a_fault_wherever_the_memory_is() -> None:
    assert faults(two_vnodes(), GOOD, plan=(0, 1, 2)) == ("runs with 2 vnodes, the plan has 3",)
    assert faults(whole(None), {0: 65536, 1: 65520}, plan=(0, 1), affinity=(ON[0], ON[1])) == (
        "runs without vnodes, the plan has 2",
    )


def test_a_guest_of_one_vnode_may_run_without_vnuma() -> None:
    assert faults(whole((ON[1], ON[1])), {0: 0, 1: 131056}, plan=(1,)) == ()
    assert faults(whole((ON[1], ON[1])), {0: 0, 1: 131056}, plan=(1, 1)) == ()


def test_a_guest_that_the_plan_leaves_out_was_not_meant_to_run() -> None:
    assert (
        faults(two_vnodes(), GOOD, plan=(0, None))[0]
        == "runs, although the plan leaves some of its vnodes without a pnode"
    )


def test_a_guest_of_the_plan_that_does_not_run_is_missing_unless_the_plan_left_it_out() -> None:
    plan = Placement(pnode_of={"gone": (0, 1), "left out": (0, None), "Domain-0": (0,)})
    host = replace(HOST, domains=(Domain(name="Domain-0", domid=0, affinity=(None,)),))
    findings = audit(host, [], NumaDump(free_kib={}, domains={}), plan)
    assert (findings.missing, findings.good()) == (("gone",), False)


# contradictions


def test_texts_of_different_times_are_refused() -> None:
    guest = two_vnodes()
    host = replace(HOST, domains=(guest.domain,))
    with pytest.raises(
        InputError, match=r'domain 3 "db" is not in the NUMA dump; were xl list and the dump taken at the same time\?'
    ):
        audit(host, [guest], NumaDump(free_kib={}, domains={}))
    other = DumpedDomain(domid=3, memory_kib=NONE, pnode_of=(0,))
    with pytest.raises(InputError, match=r'domain 3 "db" has other vnodes in the NUMA dump'):
        audit(host, [guest], NumaDump(free_kib={}, domains={3: other}))
    listed = Domain(name="web", domid=3, affinity=(None,))
    with pytest.raises(InputError, match=r'domain 3 is "db" with 4 vcpus in xl list and "web" with 1 in xl vcpu-list'):
        running_domains([guest], [listed])


def test_a_plan_of_another_host_is_refused() -> None:
    with pytest.raises(InputError, match=r"the plan names pnode 7-8, this host has 0-2"):
        audit(HOST, [], NumaDump(free_kib={}, domains={}), Placement(pnode_of={"a": (8, None, 7)}))


POOLED = replace(HOST, cpupools=(Cpupool(name="Pool-0", pcpus=(0, 1, 2, 3)), Cpupool(name="rt", pcpus=(4, 5, 8))))


def pooled_faults(pool: str | None, affinity: tuple[tuple[int, ...] | None, ...], pages: dict[int, int]) -> list[str]:
    """Judge a guest without vnodes that runs in a pool."""
    guest = whole(None)
    domain = replace(guest.domain, pool=pool)
    host = replace(POOLED, domains=(replace(domain, affinity=affinity),))
    found_kib = NONE | {pnode: count * PAGE for pnode, count in pages.items()}
    there = DumpedDomain(domid=4, memory_kib=found_kib, pnode_of=None)
    dump = NumaDump(domains={4: there}, free_kib={})
    return list(audit(host, [change(guest, domain=domain)], dump).guests[0].faults)


def test_a_guest_in_a_pool_is_meant_to_be_on_the_pnodes_of_its_pool() -> None:
    assert pooled_faults("rt", (None, None), {1: 60_000, 2: 71_072}) == []
    assert pooled_faults("rt", (None, None), {0: 131_072}) == [
        "memory lies where none was meant to be: 512 MiB on pnode 0"
    ]
    assert pooled_faults(None, (None, (0, 9)), {0: 131_072}) == []


def test_a_dedicated_vcpu_of_the_plan_is_meant_for_its_pcpu_alone() -> None:
    guest = two_vnodes()
    dump = NumaDump(
        domains={3: DumpedDomain(domid=3, memory_kib=NONE | {0: 256 * MIB, 1: 256 * MIB}, pnode_of=(0, 1))}, free_kib={}
    )
    plan = Placement(pnode_of={"db": (0, 1)}, pcpu_of={"db": (0, None, 5, 6)})
    for masks, said in (
        (((0,), ON[0], (5,), (6,)), ()),
        (((1,), ON[0], (5,), ON[1]), ("vcpus 0,3 are not bound to the pcpus that the plan gives them",)),
    ):
        host = replace(HOST, domains=(replace(guest.domain, affinity=masks),))
        (finding,) = audit(host, [guest], dump, plan).guests
        assert finding.faults == said


# guests that xl does not list


def unlisted(
    affinity: tuple[tuple[int, ...] | None, ...], memory_kib: dict[int, int], plan: Placement | None = None
) -> GuestFinding:
    """Judge a domain that only xl vcpu-list has."""
    host = replace(HOST, domains=(Domain(name="mail", domid=9, affinity=affinity),))
    dump = NumaDump(free_kib={}, domains={9: DumpedDomain(domid=9, memory_kib=memory_kib, pnode_of=None)})
    (finding,) = audit(host, [], dump, plan).guests
    return finding


def test_a_domain_without_a_configuration_is_judged_by_affinity_against_memory() -> None:
    near = unlisted((ON[1], ON[1]), {0: 0, 1: 512 * MIB, 2: 0})
    assert (near.faults, near.listed) == ((), False)
    away = unlisted((ON[0], ON[1]), {0: 0, 1: 512 * MIB, 2: 0})
    assert away.vcpu_faults == ("vcpus 0 may run on pcpus 0-3, none of them on pnode 1, where the memory lies",)
    assert unlisted((None, None), {0: 0, 1: 512 * MIB, 2: 0}).faults == ()


def test_a_domain_without_a_configuration_is_compared_with_a_plan_that_has_it() -> None:
    plan = Placement(pnode_of={"mail": (2,)})
    assert unlisted((ON[1],), {0: 0, 1: 512 * MIB, 2: 0}, plan).faults == (
        "memory lies where none was meant to be: 512 MiB on pnode 1",
        "vcpus 0 may run on pcpus 4-7, none of them on pnode 2",
    )


def test_a_listed_guest_that_states_nothing_is_judged_so_too() -> None:
    """By hand, with xl vcpu-pin, it was taken away from its memory."""
    assert faults(whole(None), {0: 131056, 1: 0, 2: 0}, affinity=(ON[0], ON[2])) == (
        "vcpus 1 may run on pcpus 8-11, none of them on pnode 0, where the memory lies",
    )


def test_an_unlisted_domain_without_memory_in_the_dump_is_a_contradiction() -> None:
    host = replace(HOST, domains=(Domain(name="mail", domid=9, affinity=(None,)),))
    with pytest.raises(InputError, match=r'domain 9 "mail" is not in the NUMA dump; were xl vcpu-list and the dump'):
        audit(host, [], NumaDump(free_kib={}, domains={}))


def test_a_vcpu_that_runs_elsewhere_than_its_soft_affinity_is_a_fault() -> None:
    guest = whole((ON[1], ON[1]))
    host = replace(HOST, domains=(guest.domain,))
    dump = NumaDump(
        free_kib={}, domains={4: DumpedDomain(domid=4, memory_kib={0: 0, 1: 131056 * PAGE, 2: 0}, pnode_of=None)}
    )
    runs, slept = SeenVcpu(pcpu=9, running=True), SeenVcpu(pcpu=9, running=False)
    (finding,) = audit(host, [guest], dump, seen={4: (runs, slept)}).guests
    assert (finding.away.vcpus, finding.away.running) == ((0, 1), (0,))
    assert finding.faults == (
        "vcpus 0 were seen running on pcpus 9, away from their memory on pnode 1 and from pcpus 4-7, which they would "
        "rather run on",
    )
