"""Reads the pcpus that each vcpu is bound to, and was seen on, from the text that ``xl vcpu-list`` prints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from placer.errors import InputError
from placer.formats.base import MAX_NAME
from placer.formats.xl.cpupools import pool_that_meets
from placer.formats.xl.list_domains import bind
from placer.instance import Domain, Host, format_cpuset, parse_cpuset, shorten
from placer.instance.guest_checks import MAX_VCPUS
from placer.instance.units import MAX_CPU

_Fact = TypeVar("_Fact")
_HEADING = re.compile(r"Name\s+ID\s+VCPU\s+CPU\s+State\s+Time\(s\)\s+(?:Affinity \(Hard / Soft\)|CPU Affinity)")
_CPUS = r"all|any cpu|none|\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*"
_SHAPE = "Name ID VCPU CPU State Time(s) Affinity (Hard / Soft)"
_ROW = re.compile(
    r"(?P<name>.*?\S)\s+(?P<domid>\d{1,10})\s+(?P<vcpu>\d{1,10})\s+(?P<pcpu>-|\d{1,10})\s+(?P<state>[r-][b-][p-])\s+"
    rf"(?P<time>\d+[.,]\d)\s+(?P<hard>{_CPUS})(?: / (?P<soft>{_CPUS}))?"
)
"""
As printed by print_vcpuinfo() and print_bitmap() (Xen tools/xl/xl_vcpu.c).

Before Xen 4.5 (tools/libxl/xl_cmdimpl.c) there was no soft affinity, and all pcpus were "any cpu".
"""


@dataclass(frozen=True, kw_only=True)
class SeenVcpu:
    """
    A vcpu as it was seen.

    Parameters
    ----------
    pcpu
        The pcpu that it was on last; None for a vcpu that is offline or never ran.
    running
        Whether it ran there at that moment. Otherwise it slept, waited or was paused, and may go on on another pcpu.
    """

    pcpu: int | None
    running: bool


@dataclass(frozen=True, kw_only=True)
class ListedDomain:
    """
    A domain as ``xl vcpu-list`` prints it.

    Parameters
    ----------
    domain
        Its name, its domid, for each vcpu the pcpus that it is bound to, and its cpupool where its pcpus tell that.
    seen
        For each vcpu where it was.
    """

    domain: Domain
    seen: tuple[SeenVcpu, ...]


def read_xl_vcpu_list(text: str, place: str, host: Host) -> list[ListedDomain]:
    """
    Read all listed domains with the pcpus that each of their vcpus is bound to, and the pcpu that it was on.

    A vcpu that is offline counts like any other: xl prints the same for one that its guest has not brought up yet.
    Which are to be online is in ``xl list -l`` (``avail_vcpus``).

    Parameters
    ----------
    text
        The output with its heading, for all domains, Domain-0 included, or for some; of any xl since Xen 4.1.
    place
        The file's name for messages.
    host
        The host they run on.

    Raises
    ------
    InputError
        With ``file:line`` and the line, if a row is not as xl prints it, is listed twice, names only pcpus that the
        host does not have, or has a vcpu run on one; or if a domain has no row for a vcpu below its largest.
    """
    lines = [(f"{place}:{i}", line.strip()) for i, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines or not _HEADING.fullmatch(lines[0][1]):
        raise InputError('expected the text that "xl vcpu-list" prints, its heading first', place=f"{place}:1")
    name_of: dict[int, str] = {}
    bound: dict[int, dict[int, tuple[int, ...] | None]] = {}
    seen: dict[int, dict[int, SeenVcpu]] = {}
    where_of: dict[int, list[tuple[int, ...] | None]] = {}
    for where, line in lines[1:]:
        row = _ROW.fullmatch(line)
        if row is None:
            raise InputError(f'expected a row "{_SHAPE}", got "{shorten(line)}"', place=where)
        domid, vcpu = _number(row["domid"], MAX_CPU, where), _number(row["vcpu"], MAX_VCPUS - 1, where)
        if vcpu in bound.setdefault(domid, {}):
            raise InputError(f'lists vcpu {vcpu} of domain {domid} again: "{shorten(line)}"', place=where)
        name_of[domid] = _name(row["name"], domid)
        hard = _mask(row["hard"], host, where)
        bound[domid][vcpu] = bind(hard, _mask(row["soft"] or "all", host, where))
        here = seen.setdefault(domid, {})[vcpu] = _seen(row, host, where)
        where_of.setdefault(domid, []).append(hard if here.pcpu is None else (here.pcpu,))
    for domid, masks in bound.items():
        if max(masks) != len(masks) - 1:
            missing = format_cpuset(set(range(max(masks))) - masks.keys())
            raise InputError(f'domain {domid} "{shorten(name_of[domid])}" has no row for vcpu {missing}', place=place)
    try:
        return [
            ListedDomain(
                domain=Domain(
                    name=name,
                    domid=domid,
                    affinity=_in_order(bound[domid]),
                    pool=pool_that_meets(where_of[domid], host),
                ),
                seen=_in_order(seen[domid]),
            )
            for domid, name in name_of.items()
        ]
    except ValueError as error:
        raise InputError(str(error), place=place) from None


def _in_order(of_vcpu: Mapping[int, _Fact]) -> tuple[_Fact, ...]:
    return tuple(of_vcpu[vcpu] for vcpu in sorted(of_vcpu))


def _name(name: str, domid: int) -> str:
    """Name dying domains, for which xl prints ``(null)``, by their number, so that names are unique."""
    return f"domain {domid}" if name == "(null)" else name[:MAX_NAME]


def _seen(row: re.Match[str], host: Host, place: str) -> SeenVcpu:
    """Read where a vcpu was; one that sleeps may have done so since a pcpu that is offline now was online."""
    pcpu, running = row["pcpu"], "r" in row["state"]
    if pcpu == "-" or (not running and row["time"] in {"0.0", "0,0"}):
        return SeenVcpu(pcpu=None, running=False)
    online = host.position_of_pcpu
    if int(pcpu) in online:
        return SeenVcpu(pcpu=int(pcpu), running=running)
    if running and int(pcpu) not in host.known_pcpus:
        raise InputError(f"a vcpu runs on pcpu {pcpu}, this host has {format_cpuset(online) or '(none)'}", place=place)
    return SeenVcpu(pcpu=None, running=False)


def _number(text: str, most: int, place: str) -> int:
    if int(text) > most:
        raise InputError(f"expected a number of at most {most}, got {text}", place=place)
    return int(text)


def _mask(text: str, host: Host, place: str) -> tuple[int, ...] | None:
    """Read the online pcpus of one affinity; None where it names them all, or only such as may be offline."""
    if text in {"all", "any cpu", "none"}:
        return None
    try:
        named = parse_cpuset(text)
    except ValueError as error:
        raise InputError(str(error), place=place) from None
    online = host.position_of_pcpu.keys()
    pcpus = tuple(pcpu for pcpu in named if pcpu in online)
    if not pcpus and host.known_pcpus.isdisjoint(named):
        known = format_cpuset(online) or "(none)"
        raise InputError(f"no pcpu {shorten(text)} on this host, it has {known}", place=place)
    return None if len(pcpus) in {0, len(online)} else pcpus
