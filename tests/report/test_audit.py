"""What is said of the guests that run."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from placer.audit.audit import audit
from placer.formats.xl.list_domains import RunningGuest
from placer.formats.xl.numa_dump import DumpedDomain, NumaDump
from placer.formats.xl.vcpu_list import SeenVcpu
from placer.instance import Domain, Host, Placement
from placer.report.audit import render_audit
from tests.support.building import GIB, MIB, a_host

HOST = a_host(GIB, GIB, pcpus=2)


def report(
    *guests: RunningGuest,
    host: Host = HOST,
    plan: Placement | None = None,
    seen: Mapping[int, tuple[SeenVcpu, ...]] | None = None,
    verbose: bool = False,
    memory_kib: Mapping[str, Mapping[int, int]] | None = None,
    **more_kib: dict[int, int],
) -> list[str]:
    domains = tuple(guest.domain for guest in guests)
    found = {**(memory_kib or {}), **more_kib}
    dumped = {
        domain.domid: DumpedDomain(domid=domain.domid, memory_kib=dict(found[domain.name]), pnode_of=None)
        for domain in (*domains, *(host.domains))
        if domain.domid is not None
    }
    loaded = replace(host, domains=(*host.domains, *domains))
    dump = NumaDump(free_kib={0: 5 * MIB}, domains=dumped)
    return render_audit(audit(loaded, guests, dump, plan, seen=seen), verbose=verbose).splitlines()


def guest(name: str, domid: int, *masks: tuple[int, ...] | None) -> RunningGuest:
    domain = Domain(name=name, domid=domid, affinity=masks)
    return RunningGuest(domain=domain, memory_kib=64 * MIB, video_kib=0, vnodes=None, stated=masks)


def test_guests_where_they_were_meant_to_be_have_a_line_each() -> None:
    lines = report(
        guest("a", 1, (0,), (0, 1)), guest("b", 2, None), a={0: 64 * MIB, 1: 0}, b={0: 16 * MIB, 1: 48 * MIB}
    )
    assert lines == [
        "all 2 guests are where they were meant to be",
        "  guest  pnode  memory meant  memory found  vcpus  vcpus : pcpus  local  mean distance",
        "  a          0        64 MiB        64 MiB      2           1.00  100 %          10.00",
        "  b        0-1           any        64 MiB      1           0.25   50 %          15.00",
        "",
        "Pnodes (of all domains; a vcpu that may run on k pnodes counts 1/k on each)",
        "  pnode  memory held   free  vcpus  pcpus  vcpus : pcpus  local  mean distance",
        # b's half vcpu finds a quarter of its memory here: (2 x 1 + 1/2 x 1/4) / 2.5, and 10 or 17.5 away
        "      0       80 MiB  5 MiB    2.5      2           1.25   85 %          11.50",
        "      1       48 MiB      -    0.5      2           0.25   75 %          12.50",
    ]


def test_verbose_has_a_line_for_each_pnode_and_says_what_is_usual() -> None:
    memory = {"a": {0: 63 * MIB, 1: 704}, "b": {0: 16 * MIB, 1: 48 * MIB}}
    lines = report(guest("a", 1, (0,)), guest("b", 2, None), verbose=True, memory_kib=memory)
    assert [line.split()[:4] for line in lines[2:6]] == [
        ["a", "0", "64", "MiB"],
        ["others", "704", "KiB"],
        ["b", "0", "any", "16"],
        ["1", "any", "48", "MiB"],
    ]
    assert lines[-2].startswith("note: a little memory off its pnode is no fault: ")
    assert lines[-1] == "note: these domains have vcpus that may run on any pnode: b"


@pytest.mark.parametrize(
    ("pnode", "headline"),
    [(0, "the guest is where it was meant to be"), (1, "the guest is not where it was meant to be")],
)
def test_one_guest_is_told_of_in_the_singular(pnode: int, headline: str) -> None:
    assert report(guest("a", 1, (0,)), a={pnode: 64 * MIB, 1 - pnode: 0})[0] == headline


def test_what_is_elsewhere_or_does_not_run_leads_with_what_mends_it() -> None:
    plan = Placement(pnode_of={"a": (1,), "gone": (0,)})
    lines = report(guest("a", 1, (0,)), a={0: 64 * MIB, 1: 0}, plan=plan)
    assert lines[:4] == [
        "0 of 2 guests are where they were meant to be",
        '- guest "a": memory lies where none was meant to be: 64 MiB on pnode 0',
        '- guest "a": vcpus 0 may run on pcpus 0, none of them on pnode 1',
        '- guest "gone": is in the plan and does not run',
    ]
    assert [line.split(":")[0] for line in lines[4:6]] == [
        "memory stays where it is until a guest is started anew or moved",
        "vcpus follow a new binding at once",
    ]
    assert lines[6:8] == ["", "Guests"]
    assert lines[9].startswith("  a          0          none        64 MiB")
    assert lines[10].startswith("             1        64 MiB         0 KiB")


def test_the_local_share_and_the_vcpus_away_are_shown_as_they_were_seen() -> None:
    here, there, asleep = (SeenVcpu(pcpu=pcpu, running=running) for pcpu, running in ((0, True), (3, True), (2, False)))
    three = guest("a", 1, (0, 1), (0, 1), (0, 1))
    unseen = guest("b", 2, (0,))
    nowhere = SeenVcpu(pcpu=None, running=False)
    lines = report(
        three, unseen, seen={1: (here, there, asleep), 2: (nowhere,)}, a={0: 64 * MIB, 1: 0}, b={0: 64 * MIB, 1: 0}
    )
    assert lines[1].startswith('- guest "a": vcpus 1 were seen running on pcpus 3, away from their memory on pnode 0')
    row_a, row_b = lines[6:8]
    # a third of the vcpus at 0, bound 0-1: all local as meant
    assert row_a.split()[-8:] == ["100", "%", "10.00", "33", "%", "2", "(1", "running)"]
    assert row_b.split()[-2:] == ["-", "-"]


def test_no_locality_is_shown_where_nobody_knows_where_vcpus_may_run() -> None:
    known, unknown = guest("a", 1, (0, 1)), guest("b", 2, None)
    lines = report(known, unknown, seen={}, a={0: 64 * MIB, 1: 0}, b={0: 64 * MIB, 1: 0})
    assert lines[2].split()[-4:] == ["0.50", "100", "%", "10.00"]
    assert lines[3].split()[-3:] == ["-", "-", "-"]
    assert lines[-1].startswith("note: only the memory of these is judged, ")
    assert lines[-1].endswith(": b")


def test_a_host_of_many_guests_that_are_well_fits_a_screen() -> None:
    """30 guests on 8 pnodes: no more than 45 lines."""
    host = a_host(*(GIB,) * 8, pcpus=2)
    guests = [guest(f"g{i}", i, (2 * (i % 8), 2 * (i % 8) + 1)) for i in range(1, 31)]
    memory = {f"g{i}": dict.fromkeys(range(8), 0) | {i % 8: 64 * MIB} for i in range(1, 31)}
    seen = {i: (SeenVcpu(pcpu=2 * (i % 8), running=True),) for i in range(1, 31)}
    dom0 = Domain(name="Domain-0", domid=0, affinity=(None,))
    lines = report(*guests, host=replace(host, domains=(dom0,)), seen=seen, memory_kib=memory | {"Domain-0": {}})
    assert len(lines) <= 45
    assert all(sum(line.startswith(f"  g{i} ") for line in lines) == 1 for i in range(1, 31))


@pytest.mark.parametrize(
    ("domids", "headline"),
    [
        ((), "no guest runs"),
        ((0,), "no guest runs"),
        ((0, 7), "no guest is judged, 1 runs"),
        ((7, 8), "no guest is judged, 2 run"),
    ],
)
def test_guests_that_only_the_dump_has_are_not_called_absent(domids: tuple[int, ...], headline: str) -> None:
    domains = {domid: DumpedDomain(domid=domid, memory_kib={0: 4, 1: 4}, pnode_of=None) for domid in domids}
    assert render_audit(audit(HOST, [], NumaDump(free_kib={}, domains=domains))).splitlines()[:3] == [
        headline,
        "",
        "Pnodes (of all domains; a vcpu that may run on k pnodes counts 1/k on each)",
    ]
