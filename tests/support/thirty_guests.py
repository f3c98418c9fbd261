"""A snapshot of a host of Xen with 8 pnodes of 64 GiB and 16 pcpus, on which 30 guests run, some badly placed."""

from __future__ import annotations

import json

from tests.support.snapshots import FACTS, snapshot

Guests = list[tuple[int, str, int, int, tuple[int, ...]]]
"""Domid, name, GiB, vcpus and pnodes of each."""
PNODES, PCPUS, GIB = 8, 16, 1 << 20
SIZES = ((4, 2), (6, 4), (8, 4), (12, 8), (16, 8))
"""GiB and vcpus of the guests, in turn."""


def thirty_guests(*, pages: bool = True) -> str:
    """Give the snapshot: guest i lies on pnode i modulo 8, each seventh on two."""
    guests: Guests = []
    for i in range(1, 31):
        gib, vcpus = SIZES[i % len(SIZES)]
        homes = (i % PNODES, (i + 3) % PNODES) if i % 7 == 0 else (i % PNODES,)
        guests.append((i, f"g{i:02}", gib, vcpus, homes))
    free = [64 - 1 - sum(gib / len(homes) for _, _, gib, _, homes in guests if p in homes) for p in range(PNODES)]
    parts = {
        "facts": FACTS,
        "xl-info": _info(free),
        "xl-list": _list(guests),
        "xl-vcpu-list": _vcpu_list(guests),
        "xl-cpupool-list": f"Name               CPU list\nPool-0             0-{PNODES * PCPUS - 1}\n",
        "xl-domains": _domains(guests),
        **({"xl-dmesg": _dump(guests, free)} if pages else {}),
        "facts-after": FACTS,
    }
    return snapshot(parts)


def _info(free: list[float]) -> str:
    lines = [
        "host                   : xen1",
        f"nr_cpus                : {PNODES * PCPUS}",
        f"nr_nodes               : {PNODES}",
        "threads_per_core       : 2",
        f"total_memory           : {PNODES * 64 * 1024}",
        f"free_memory            : {int(sum(free) * 1024)}",
        "cpu_topology           :",
        "cpu:    core    socket     node",
    ]
    for pcpu in range(PNODES * PCPUS):
        lines.append(f"{pcpu:3}:    {pcpu // 2:4}     {pcpu // PCPUS // 4:4}     {pcpu // PCPUS:4}")
    lines += ["numa_info              :", "node:    memsize    memfree    distances"]
    for p in range(PNODES):
        row = ",".join("10" if p == q else "12" if p // 4 == q // 4 else "32" for q in range(PNODES))
        lines.append(f"{p:4}:    {64 * 1024:6}     {int(free[p] * 1024):6}      {row}")
    return "\n".join(lines) + "\n"


def _list(guests: Guests) -> str:
    rows: list[object] = [{"domid": 0, "config": {"c_info": {"type": "pv", "name": "Domain-0"}, "b_info": {}}}]
    for domid, name, gib, vcpus, _ in guests:
        build = {"max_vcpus": vcpus, "max_memkb": gib * GIB, "target_memkb": gib * GIB, "type.pvh": {}}
        config = {"c_info": {"type": "pvh", "name": name, "uuid": f"00000000-0000-4000-8000-{domid:012}"}}
        rows.append({"domid": domid, "config": config | {"b_info": build}})
    return json.dumps(rows, indent=1)


def _vcpu_list(guests: Guests) -> str:
    lines = ["Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)"]
    lines += [f"Domain-0                             0  {v:4}   {v:3}   r--      50.0  all / all" for v in range(8)]
    for domid, name, _, vcpus, homes in guests:
        mask = ",".join(f"{p * PCPUS}-{p * PCPUS + PCPUS - 1}" for p in sorted(homes))
        for v in range(vcpus):
            pcpu = homes[v % len(homes)] * PCPUS + v
            lines.append(f"{name:<36}{domid:3}  {v:4}   {pcpu:3}   -b-      12.3  all / {mask}")
    return "\n".join(lines) + "\n"


def _domains(guests: Guests) -> str:
    lines = ["Name                                        ID   Mem VCPUs\tState\tTime(s)"]
    for domid, name, gib, vcpus in [(0, "Domain-0", 8, 8), *(guest[:4] for guest in guests)]:
        lines.append(f"{name:<40} {domid:5} {gib * 1024:5} {vcpus:5}     -b----      60.0")
    return "\n".join(lines) + "\n"


def _dump(guests: Guests, free: list[float]) -> str:
    lines = ["'u' pressed -> dumping numa info (now = 61291108640)"]
    pages = GIB // 4
    lines += [f"NODE{p} start->{p * 64 * pages} size->{64 * pages} free->{int(free[p] * pages)}" for p in range(PNODES)]
    lines += [f"CPU{p * PCPUS}...{p * PCPUS + PCPUS - 1} -> NODE{p}" for p in range(PNODES)]
    lines.append("Memory location of each domain:")
    for domid, _, gib, _, homes in [(0, "", 8, 8, tuple(range(PNODES))), *guests]:
        lines.append(f"Domain {domid} (total: {gib * pages}):")
        lines += [f"    Node {p}: {gib * pages // len(homes) if p in homes else 0}" for p in range(PNODES)]
    return "".join(f"(XEN) {line}\n" for line in lines)
