"""Reads on which pnodes the memory of each domain lies, from the output of ``xl debug-keys u`` in ``xl dmesg``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from placer.errors import InputError
from placer.instance import format_cpuset, shorten
from placer.instance.units import MAX_CPU

PAGE_KIB = 4
START = "Memory location of each domain:"
_PREFIX = re.compile(r"^.*?\(XEN\) ?(?:\[[^\]]*\] ?)?")
"""What stands before the text of Xen: time stamps of xenconsoled or syslog, ``(XEN)``, and Xen's own time stamp."""
_PNODE = re.compile(r"(?:idx\d{1,10} -> )?NODE(\d{1,10}) start->\d+ size->(\d{1,15}) free->(\d{1,15})")
_PCPUS = re.compile(r"CPU(\d{1,5})(?:\.\.\.(\d{1,5}))? -> NODE(\d{1,10})")
_DOMAIN = re.compile(r"(?:Domain |d)(\d{1,10}) \(total: (\d{1,15})\):")
_PAGES = re.compile(r"\s+Node (\d{1,10}): (\d{1,15})")
_VNODES = re.compile(r"\s+(\d{1,10}) vnodes, \d+ vcpus, guest physical layout:")
_VNODE = re.compile(r"\s+(\d{1,10}): pnode\s+(\d{1,10}|\?+), vcpus(( \d{1,10}(-\d{1,10})?)*)\s*")
"""As printed by dump_numa() (Xen common/numa.c, before 4.17 arch/x86/numa.c)."""


@dataclass(frozen=True, kw_only=True)
class DumpedDomain:
    """
    A domain as Xen prints it.

    Parameters
    ----------
    domid
        Its number.
    memory_kib
        Pnode id -> memory of the domain on that pnode, in KiB.
    pnode_of
        For each vnode the id of the pnode that Xen records for it, None for none; None for a domain without vnodes.
    """

    domid: int
    memory_kib: dict[int, int]
    pnode_of: tuple[int | None, ...] | None


@dataclass(frozen=True, kw_only=True)
class NumaDump:
    """
    All pnodes and domains as Xen prints them.

    Parameters
    ----------
    free_kib
        Pnode id -> free memory of the pnode, in KiB.
    domains
        Domid -> the domain.
    size_kib
        Pnode id -> the range of addresses of the pnode, holes included, in KiB.
    pnode_of_pcpu
        Id of each pcpu that is online -> the id of its pnode.
    """

    free_kib: dict[int, int]
    domains: dict[int, DumpedDomain]
    size_kib: dict[int, int] = field(default_factory=dict)
    pnode_of_pcpu: dict[int, int] = field(default_factory=dict)


@dataclass
class _Domain:
    domid: int
    place: str
    pages: dict[int, int] = field(default_factory=dict)
    vnode_count: int | None = None
    vnodes: list[int | None] = field(default_factory=list)


def read_numa_dump(text: str, place: str) -> NumaDump:
    """
    Read the newest dump in the text of ``xl dmesg``, and skip all other lines.

    Parameters
    ----------
    text
        With or without time stamps, of Xen or of whoever kept the log: xenconsoled, syslog, a serial capture.
    place
        The file's name for messages.

    Raises
    ------
    InputError
        With ``file:line``, if there is no dump, a row is listed twice, or the dump is cut off: Xen still prints when
        ``xl debug-keys`` has returned, so text that was saved at once may hold only half of the dump.
    """
    lines = [_PREFIX.sub("", line) for line in text.splitlines()]
    starts = [i for i, line in enumerate(lines) if line.strip() == START]
    if not starts and any(map(_PAGES.fullmatch, lines)):
        raise InputError(
            f'no line "{START}" above its rows: the log has lost the beginning of the dump; boot Xen with a larger '
            "conring_size, such as conring_size=1M",
            place=place,
        )
    if not starts:
        raise InputError(f'no line "{START}", expected what "xl dmesg" prints after "xl debug-keys u"', place=place)
    start = starts[-1]
    before = lines[starts[-2] if len(starts) > 1 else 0 : start]
    pnodes = [row for row in map(_PNODE.fullmatch, before) if row]
    domains: list[_Domain] = []
    for i, line in enumerate(lines[start + 1 :], start=start + 2):
        _take(domains, line, f"{place}:{i}")
    _check_complete(domains, f"{place}:{start + 1}")
    return NumaDump(
        free_kib={int(row[1]): int(row[3]) * PAGE_KIB for row in pnodes},
        domains={
            domain.domid: DumpedDomain(
                domid=domain.domid,
                memory_kib={pnode: pages * PAGE_KIB for pnode, pages in domain.pages.items()},
                pnode_of=None if domain.vnode_count is None else tuple(domain.vnodes),
            )
            for domain in domains
        },
        size_kib={int(row[1]): int(row[2]) * PAGE_KIB for row in pnodes},
        pnode_of_pcpu=_pnode_of_pcpu(before),
    )


def _pnode_of_pcpu(lines: list[str]) -> dict[int, int]:
    """Read the newest rows of pcpus: they ascend, so a row that does not go on below the one after it is older."""
    pnode_of: dict[int, int] = {}
    least = MAX_CPU + 1
    for row in filter(None, map(_PCPUS.fullmatch, reversed(lines))):
        low, high = int(row[1]), int(row[2] or row[1])
        if not low <= high < least:
            break
        pnode_of |= dict.fromkeys(range(low, high + 1), int(row[3]))
        least = low
    return pnode_of


def _take(domains: list[_Domain], line: str, place: str) -> None:
    """Read one line: it starts a domain, or belongs to the last domain that was started."""
    if row := _DOMAIN.fullmatch(line.rstrip()):
        domid = int(row[1])
        if any(domain.domid == domid for domain in domains):
            raise InputError(f"lists domain {domid} again", place=place)
        domains.append(_Domain(domid, place))
    elif domains and (row := _PAGES.fullmatch(line.rstrip())):
        pnode = int(row[1])
        if pnode in domains[-1].pages:
            raise InputError(f'lists node {pnode} of domain {domains[-1].domid} again: "{shorten(line)}"', place=place)
        domains[-1].pages[pnode] = int(row[2])
    elif domains and (row := _VNODES.fullmatch(line.rstrip())):
        domains[-1].vnode_count = int(row[1])
    elif domains and domains[-1].vnode_count is not None and (row := _VNODE.fullmatch(line)):
        if int(row[1]) != len(domains[-1].vnodes):
            raise InputError(f'expected vnode {len(domains[-1].vnodes)}, got "{shorten(line)}"', place=place)
        domains[-1].vnodes.append(int(row[2]) if row[2].isdigit() else None)


def _check_complete(domains: list[_Domain], place: str) -> None:
    if not domains:
        raise InputError("no domain in the dump; was it still being printed?", place=place)
    pnodes = set().union(*(domain.pages for domain in domains))
    for domain in domains:
        missing = format_cpuset(pnodes - domain.pages.keys())
        if missing or not pnodes:
            message = f"domain {domain.domid} has no row of node {missing or '0'}; was the dump still being printed?"
            raise InputError(message, place=domain.place)
        if domain.vnode_count is not None and len(domain.vnodes) != domain.vnode_count:
            message = f"domain {domain.domid} has {len(domain.vnodes)} rows for {domain.vnode_count} vnodes"
            raise InputError(f"{message}; was the dump still being printed?", place=domain.place)
