"""What is said of the guests that run."""

from __future__ import annotations

from msgspec.structs import replace

from placer.audit.audit import audit
from placer.formats.xl.list_domains import RunningGuest
from placer.formats.xl.numa_dump import DumpedDomain, NumaDump
from placer.instance import Domain, Host, Placement
from placer.report.audit import render_audit
from tests.support.building import GIB, MIB, a_host

HOST = a_host(GIB, GIB, pcpus=2)


def report(
    *guests: RunningGuest, host: Host = HOST, plan: Placement | None = None, **memory_kib: dict[int, int]
) -> str:
    domains = tuple(guest.domain for guest in guests)
    dumped = {
        domain.domid: DumpedDomain(domid=domain.domid, memory_kib=memory_kib[domain.name], pnode_of=None)
        for domain in (*domains, *(host.domains))
        if domain.domid is not None
    }
    loaded = replace(host, domains=(*host.domains, *domains))
    return render_audit(audit(loaded, guests, NumaDump(free_kib={0: 5 * MIB}, domains=dumped), plan))


def guest(name: str, domid: int, *masks: tuple[int, ...] | None) -> RunningGuest:
    domain = Domain(name=name, domid=domid, affinity=masks)
    return RunningGuest(domain=domain, memory_kib=64 * MIB, video_kib=0, vnodes=None, stated=masks)


def test_guests_where_they_were_meant_to_be_are_reported_with_their_figures() -> None:
    text = report(guest("a", 1, (0,), (0, 1)), guest("b", 2, None), a={0: 64 * MIB, 1: 0}, b={0: 16 * MIB, 1: 48 * MIB})
    assert text.splitlines() == [
        "all 2 guests are where they were meant to be",
        "",
        "Guests",
        "  guest  pnode  memory meant  memory found  vcpus  vcpus : pcpus  local  mean distance",
        "  a          0        64 MiB        64 MiB      2           1.00  100 %          10.00",
        "  b          0           any        16 MiB      1           0.25   50 %          15.00",
        "             1           any        48 MiB",
        "",
        "Pnodes (of all domains; a vcpu that may run on k pnodes counts 1/k on each)",
        "  pnode  memory held   free  vcpus  pcpus  vcpus : pcpus  local  mean distance",
        # b's half vcpu finds a quarter of its memory here: (2 x 1 + 1/2 x 1/4) / 2.5, and 10 or 17.5 away
        "      0       80 MiB  5 MiB    2.5      2           1.25   85 %          11.50",
        "      1       48 MiB      -    0.5      2           0.25   75 %          12.50",
        "",
        "Noted",
        "- these domains have vcpus that may run on any pnode: b",
    ]


def test_what_is_elsewhere_or_does_not_run_leads() -> None:
    plan = Placement(pnode_of={"a": (1,), "gone": (0,)})
    text = report(guest("a", 1, (0,)), a={0: 64 * MIB, 1: 0}, plan=plan)
    assert text.splitlines()[:5] == [
        "0 of 2 guests are where they were meant to be",
        '- guest "a": memory lies where none was meant to be: 64 MiB on pnode 0',
        '- guest "a": vcpus 0 run on pcpus 0, none of them on pnode 1',
        '- guest "gone": is in the plan and does not run',
        "",
    ]
    assert "  a          0          none        64 MiB" in text
    assert "             1        64 MiB         0 KiB" in text


def test_strays_ballooned_guests_and_domains_without_vcpus_are_noted() -> None:
    text = report(guest("a", 1, (0,)), a={0: 40 * MIB, 1: 704})
    assert "         others                     704 KiB" in text
    assert "up to 704 KiB here\n" in text
    assert '- guest "a" holds 23.31 MiB less than it was started with\n' in text
    unlisted = NumaDump(free_kib={}, domains={7: DumpedDomain(domid=7, memory_kib={0: 4}, pnode_of=None)})
    text = render_audit(audit(HOST, [], unlisted))
    assert text.startswith("no guest runs\n")
    assert text.endswith("- domains whose memory is known but not their vcpus: 7\n")
