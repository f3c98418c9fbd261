"""Tells which of the pcpus that ``xl info -n`` lists are online."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.base import ListedPcpus
from placer.formats.xl.cores import Core, CoreId, pnode_with
from placer.instance import Host, format_cpuset

_FALSE = {"no", "off", "false", "disable", "0"}
_TRUE = {"yes", "on", "true", "enable", "1"}
"""As in parse_bool() (xen/common/kernel.c)."""


@dataclass(frozen=True, kw_only=True)
class Online:
    """
    What is known of the pcpus that are listed.

    Parameters
    ----------
    pcpus
        Those that are certainly online.
    note
        How that is known, or what is not known; empty where all are online.
    count
        How many are online.
    """

    pcpus: frozenset[int]
    note: str = ""
    count: int = 0


def online_pcpus(rows: Iterable[tuple[int, CoreId]], settings: Mapping[str, str]) -> Online:
    """
    Tell which pcpus are online, where more are listed than ``nr_cpus`` counts.

    Xen lists parked pcpus too: threads and surplus pcpus that it takes down at boot but keeps able to handle machine
    checks (park_offline_cpus, xen/arch/x86, since Xen 4.11). If its command line explains exactly as many as are
    missing, these are known. Otherwise only pcpu 0 is certain, which never goes offline (cpu_down, xen/common/cpu.c).

    Parameters
    ----------
    rows
        Each listed pcpu with its core.
    settings
        The other lines of the text: key -> value.
    """
    core_of = dict(sorted(rows, reverse=True))  # of a pcpu that is listed twice, the first row
    count = settings.get("nr_cpus", "")
    if not (count.isascii() and count.isdigit() and len(count) < 10) or int(count) >= len(core_of):
        return Online(pcpus=frozenset(core_of), count=len(core_of))
    listed = f"cpu_topology lists {len(core_of)} pcpus and nr_cpus is {count}"
    smt, most = _asked(settings.get("xen_commandline", ""))
    booted = _booted(core_of, smt=smt, most=most)
    if len(booted) == int(count):
        gone = format_cpuset(core_of.keys() - booted)
        note = f"{listed}: pcpus {gone} are offline, as {_why(smt=smt, most=most)} of xen_commandline leaves them"
        return Online(pcpus=booted, note=note, count=int(count))
    certain = frozenset(core_of.keys() & {0})
    unsure = format_cpuset(core_of.keys() - certain)
    return Online(
        pcpus=certain,
        note=f"{listed}: which are offline is not known, so pcpus {unsure} are not used; --pools reads the online ones "
        "from xl cpupool-list -c",
        count=int(count),
    )


def with_pooled(host: Host, listed: ListedPcpus, place: str) -> Host:
    """
    Take the pcpus of the cpupools as those that are online: pools have no others (cpupool_cpu_remove at cpu_down, Xen).

    Parameters
    ----------
    host
        With its cpupools and every pcpu that is listed.
    place
        The file with the pools, for messages.

    Raises
    ------
    InputError
        If the pools have more pcpus than are online.
    """
    pooled = frozenset(pcpu for pool in host.cpupools for pcpu in pool.pcpus)
    if len(pooled) > listed.online_count:
        raise InputError(
            f"its cpupools have {len(pooled)} pcpus, and nr_cpus of the host is {listed.online_count}; were both taken "
            "at the same time?",
            place=place,
        )
    return _with_pcpus(host, listed.cores, pooled)


def with_all_listed(host: Host, listed: ListedPcpus) -> Host:
    """Give the host every pcpu that is listed, as if all were online."""
    every = frozenset(pcpu for cores in listed.cores.values() for core in cores for pcpu in core)
    return _with_pcpus(host, listed.cores, every)


def pooled_notes(host: Host, listed: ListedPcpus) -> tuple[str, ...]:
    """Note how many pcpus are online and in no cpupool: which of them these are is not known."""
    idle = listed.online_count - len(host.position_of_pcpu)
    if not idle:
        return ()
    return (f"{idle} of the {listed.online_count} online pcpus are in no cpupool, so that no guest runs there",)


def only(cores: Iterable[Core], online: frozenset[int]) -> list[Core]:
    """Keep the online pcpus of each core, and cores that have some."""
    return [left for core in cores if (left := tuple(pcpu for pcpu in core if pcpu in online))]


def _with_pcpus(host: Host, cores_of: Mapping[int, Sequence[Core]], online: frozenset[int]) -> Host:
    pnodes = []
    for pnode in host.pnodes:
        here = pnode_with(pnode.id, pnode.memory_kib, only(cores_of[pnode.id], online))
        pnodes.append(replace(pnode, pcpus=here.pcpus, cores=here.cores))
    gone = sorted({pcpu for cores in cores_of.values() for core in cores for pcpu in core} - online)
    return replace(host, pnodes=tuple(pnodes), offline_pcpus=tuple(gone))


def _booted(core_of: Mapping[int, CoreId], *, smt: bool, most: int | None) -> frozenset[int]:
    """
    Bring up pcpus as Xen does, in the order of their numbers (__start_xen, xen/arch/x86/setup.c).

    One that comes after ``most``, or without SMT after another thread of its core, is taken down again.
    """
    up: list[int] = []
    used: set[tuple[int, int]] = set()
    for pcpu, (_, socket, core) in sorted(core_of.items()):
        if (most is None or len(up) < most) and (smt or (socket, core) not in used):
            up.append(pcpu)
            used.add((socket, core))
    return frozenset(up)


def _asked(commandline: str) -> tuple[bool, int | None]:
    """Read ``smt`` and ``maxcpus`` as Xen does: the last one holds, and what it cannot read says nothing."""
    smt, most = True, None
    for word in commandline.split():
        key, equals, value = word.partition("=")
        wanted = not key.startswith("no-")
        if key.removeprefix("no-") == "smt" and (not equals or value in _TRUE | _FALSE):
            smt = wanted is not (value in _FALSE)
        elif key == "maxcpus" and value.isascii() and value.isdigit() and len(value) < 10:
            most = int(value) or None
    return smt, most


def _why(*, smt: bool, most: int | None) -> str:
    return " and ".join(["smt=off"] * (not smt) + [f"maxcpus={most}"] * (most is not None))
