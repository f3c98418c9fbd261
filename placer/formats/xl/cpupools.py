"""Reads the cpupools of a host from the text that ``xl cpupool-list -c`` prints."""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec.structs import replace

from placer.errors import InputError
from placer.formats.base import MAX_NAME
from placer.formats.text.cpu_lists import CpuLists
from placer.instance import DEFAULT_POOL, Cpupool, Host, format_cpuset, shorten

NAME_WIDTH = 19
"""Columns that xl reserves for a name; a longer name runs into the list of its cpus."""

_HEADING = re.compile(r"Name\s+CPU list")
_CPUS = r"\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*"
_ROW = re.compile(rf"(?P<name>\S+)(?:\s+(?P<cpus>{_CPUS}))?")
_SPACED = re.compile(rf"(?P<name>\S.{{,{NAME_WIDTH - 2}}}) (?P<cpus>{_CPUS})?")
"""A row whose name holds blanks: only the column tells where the name ends."""
_RUN_TOGETHER = re.compile(rf"\S{{{NAME_WIDTH},}}")


def read_xl_cpupools(text: str, place: str, host: Host) -> Host:
    """
    Set the cpupools of a host.

    Parameters
    ----------
    text
        A heading, and a row for each pool: its name and its online pcpus as ids and ranges; a pool may have no pcpus.
        The first row is the pool of id 0, whatever its name: ``xl cpupool-numa-split`` renames it.
    place
        The file's name for messages.
    host
        The host. Its own cpupools, if it has any, are replaced.

    Returns
    -------
    Host
        The host with these cpupools.

    Raises
    ------
    InputError
        With ``file:line``, if a row is not as xl prints it; with the file, if two pools share a name or a pcpu, a pool
        has a pcpu that the host does not have, or a running domain is in a pool that the text does not list.
        Also if a pool has a pcpu that the host states as offline.
    """
    lines = [(f"{place}:{i}", line.rstrip()) for i, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines or not _HEADING.fullmatch(lines[0][1]):
        raise InputError('expected the text that "xl cpupool-list -c" prints, its heading first', place=f"{place}:1")
    if len(lines) == 1:
        raise InputError("lists no cpupool, expected at least one", place=place)
    cpu_lists = CpuLists(place)
    pools = [_cpupool(line, where, cpu_lists) for where, line in lines[1:]]
    offline = {pcpu for pool in pools for pcpu in pool.pcpus}.intersection(host.offline_pcpus)
    if offline:
        raise InputError(
            f"has pcpus {format_cpuset(offline)}, which are offline_pcpus of the host: give --pools to placer host, "
            "with the text of xl info -n",
            place=place,
        )
    pools[0] = replace(pools[0], id=0)  # xl lists pools by their ids, and that of id 0 cannot be destroyed
    try:
        return replace(host, cpupools=tuple(pools))
    except ValueError as error:
        raise InputError(str(error), place=place) from None


def pool_notes(host: Host) -> tuple[str, ...]:
    """Note the pcpus that are in no cpupool, so that no guest runs on them."""
    idle = set(host.position_of_pcpu).difference(*(pool.pcpus for pool in host.cpupools))
    if not idle:
        return ()
    return (f"pcpus {format_cpuset(idle)} are in no cpupool, so that no guest runs on them",)


def pool_named(stated: str, host: Host) -> str:
    """
    Find the cpupool that a guest file states by name or number.

    As in xl, a text of digits alone is a number (libxl_cpupool_qualifier_to_cpupoolid, libxl_utils.c). xl cpupool-list
    prints names alone: number 0 is its first row, and number 1, where there is one, its second; ids may have gaps.

    Parameters
    ----------
    stated
        Name or number, as the file states it.
    host
        The host; one without cpupools accepts any name.

    Returns
    -------
    str
        The name of the pool.

    Raises
    ------
    ValueError
        If the host lists cpupools and none of that name or number, or the text is too long for a name.
    """
    if not 1 <= len(stated) <= MAX_NAME:
        raise ValueError(f"expected the name of a cpupool, got {len(stated)} characters")
    if not (stated.isascii() and stated.isdigit()):
        if host.cpupools and stated not in host.pcpus_of_pool:
            raise ValueError(f'no cpupool "{shorten(stated)}" on this host, it has {_known(host)}')
        return stated
    number = int(stated) if len(stated) < 10 else -1
    named = [pool.name for pool in host.cpupools if pool.id == number]
    if number == 1 and not named and host.cpupools and host.cpupools[0].id == 0:
        named = [pool.name for pool in host.cpupools[1:2] if pool.id is None]  # xl prints the rows by id
    if not host.cpupools:
        return DEFAULT_POOL if number == 0 else stated
    if not named and number == 0:
        return host.effective_pool(None) or DEFAULT_POOL
    if not named:
        raise ValueError(
            f'no cpupool "{shorten(stated)}" on this host, it has {_known(host)}; digits are a cpupool\'s number, '
            "which xl cpupool-list does not print: write its name"
        )
    return named[0]


def pool_that_meets(sets: Collection[tuple[int, ...] | None], host: Host) -> str | None:
    """
    Find the cpupool of a domain by where its vcpus are.

    Xen keeps a vcpu on the pcpus of its pool, and refuses a hard affinity that has none of them (vcpu_set_affinity,
    xen/common/sched/core.c).

    Parameters
    ----------
    sets
        For each vcpu the pcpu that it was on, else those of its hard affinity; None for any.
    host
        With its cpupools.

    Returns
    -------
    str or None
        The pool that has some pcpu of every set; None where that may be the pool of id 0, or is not clear.
    """
    known = {each for each in sets if each is not None}
    fitting = [pool.name for pool in host.cpupools if all(not set(pool.pcpus).isdisjoint(each) for each in known)]
    return fitting[0] if len(fitting) == 1 and fitting[0] != host.effective_pool(None) else None


def _known(host: Host) -> str:
    return shorten(", ".join(pool.name for pool in host.cpupools), 200)


def _cpupool(line: str, where: str, cpu_lists: CpuLists) -> Cpupool:
    row = _ROW.fullmatch(line) or (line[NAME_WIDTH - 1 : NAME_WIDTH] == " " and _SPACED.fullmatch(line)) or None
    if row is None or (row["cpus"] is None and _RUN_TOGETHER.fullmatch(line)):
        long = f"; put a blank behind a name of {NAME_WIDTH} characters or more" if len(line) > NAME_WIDTH else ""
        raise InputError(f'expected a row "Name CPU list", got "{shorten(line)}"{long}', place=where)
    name = row["name"].rstrip()
    if len(name) > MAX_NAME:
        raise InputError(f"expected a name of at most {MAX_NAME} characters, got {len(name)}", place=where)
    try:
        return Cpupool(name=name, pcpus=cpu_lists.of_list(row["cpus"] or "", where))
    except ValueError as error:
        raise InputError(str(error), place=where) from None
