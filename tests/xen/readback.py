"""Reads what a running Xen tells of its guests: where their memory lies, where their vcpus may run, what they see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from placer.instance import parse_cpuset


@dataclass(frozen=True)
class RunningVnode:
    """A vnode as Xen has it: its pnode (None for any) and its vcpus."""

    pnode: int | None
    vcpus: tuple[int, ...]


@dataclass
class Domain:
    """
    A domain's memory.

    Parameters
    ----------
    pages
        Pnode -> its pages of 4 KiB there, left out where none.
    vnodes
        In order; empty without vnuma.
    ranges
        Vnode, start and end, excluded, of each range of guest-physical memory, in bytes.
    """

    pages: dict[int, int] = field(default_factory=dict)
    vnodes: list[RunningVnode] = field(default_factory=list)
    ranges: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass
class NumaDump:
    """
    What ``xl debug-keys u`` makes Xen print.

    Parameters
    ----------
    free_pages
        Pnode -> pages free on it.
    domains
        By number.
    """

    free_pages: dict[int, int] = field(default_factory=dict)
    domains: dict[int, Domain] = field(default_factory=dict)


def read_numa_dump(text: str) -> NumaDump:
    """Read the last dump in a log of Xen (dump_numa in xen/common/numa.c); domain 1 is ``d1`` to the newer."""
    dump, domain = NumaDump(), Domain()
    last = text[text.rfind("'u' pressed") :]
    for line in last.replace("(XEN) ", "").splitlines():
        if row := re.match(r"NODE(\d+) start->\d+ size->\d+ free->(\d+)", line):
            dump.free_pages[int(row[1])] = int(row[2])
        elif row := re.match(r"(?:Domain |d)(\d+) \(total: \d+\)", line):
            domain = dump.domains.setdefault(int(row[1]), Domain())
        elif row := re.match(r" +Node (\d+): (\d+)", line):
            if int(row[2]):
                domain.pages[int(row[1])] = int(row[2])
        elif row := re.match(r" +\d+: pnode +(\d+|\?+), vcpus ([0-9 -]*)", line):
            pnode = int(row[1]) if row[1].isdigit() else None
            domain.vnodes.append(RunningVnode(pnode, parse_cpuset(",".join(row[2].split()))))
        elif row := re.match(r" +([0-9a-f]{16}) - ([0-9a-f]{16})", line):
            domain.ranges.append((len(domain.vnodes) - 1, int(row[1], 16), int(row[2], 16)))
    return dump


@dataclass(frozen=True)
class Affinity:
    """Pcpus that a vcpu must and would rather run on; None for all."""

    hard: tuple[int, ...] | None
    soft: tuple[int, ...] | None


def read_vcpu_list(text: str) -> dict[str, list[Affinity]]:
    """Read ``xl vcpu-list``: domain name -> the affinity of each of its vcpus (tools/xl/xl_vcpu.c)."""
    affinity_of: dict[str, list[Affinity]] = {}
    for line in text.splitlines()[1:]:
        row = re.fullmatch(r"(\S+) +\d+ +\d+ +\S+ +\S+ +\S+ +(\S+) / (\S+) *", line)
        if row:
            affinity_of.setdefault(row[1], []).append(Affinity(_mask(row[2]), _mask(row[3])))
    return affinity_of


def _mask(text: str) -> tuple[int, ...] | None:
    return None if text == "all" else parse_cpuset(text)


@dataclass
class GuestTables:
    """
    What a guest's firmware tells it.

    Parameters
    ----------
    vnode_of
        Vcpu -> its node, of the SRAT.
    memory_kib
        Node -> its memory in KiB, of the SRAT.
    slit
        Distances.
    """

    vnode_of: dict[int, int] = field(default_factory=dict)
    memory_kib: dict[int, int] = field(default_factory=dict)
    slit: list[list[int]] = field(default_factory=list)


def read_tables(text: str, domid: int) -> GuestTables:
    """Read what the guest of ``guest_tables.c`` printed into Xen's log; hvmloader gives vcpu i the APIC id 2 i."""
    tables = GuestTables()
    for line in re.findall(rf"^\(d{domid}\) (.*)$", text, flags=re.MULTILINE):
        kind, *words = line.split() or [""]
        if kind == "SLIT":
            tables.slit.append([int(word, 16) for word in words])
        elif kind == "SRAT":
            numbers = [int(word, 16) for word in words[1:]]
            if words[0] == "cpu":
                tables.vnode_of[numbers[0] // 2] = numbers[1]
            else:
                tables.memory_kib[numbers[2]] = tables.memory_kib.get(numbers[2], 0) + numbers[1] // 1024
    return tables
