"""Reading: hosts, guests, placements and what runs, from files or from text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from placer.errors import InputError, expect
from placer.formats.base import ParsedGuest, ParsedHost, RunningFacts
from placer.formats.text.files import Source, read_source
from placer.instance import Host, Placement

if TYPE_CHECKING:
    from placer.audit.running import Running


def read_host(
    source: Source,
    *,
    free: str | None = None,
    reserve: str | None = None,
    pools: Source | None = None,
    running: Source | None = None,
    vcpu_list: Source | None = None,
    numa_dump: Source | None = None,
) -> ParsedHost:
    r"""
    Read a host.

    Parameters
    ----------
    source
        The path of a file, a :class:`placer.Text`, or the folder of a sysfs tree such as ``/sys``. Its form is told
        by its content: host or instance JSON, ``xl info -n``, ``numactl -H``, XML of ``lstopo`` or of ``virsh
        capabilities``.
    free
        Free memory instead of what the source says: ``"30GiB"`` of every pnode, or ``"0=20GiB,1=22GiB"``.
    reserve
        Memory that no guest may take, written as ``free`` is.
    pools
        What ``xl cpupool-list -c`` prints.
    running, vcpu_list
        What ``xl list -l`` and ``xl vcpu-list`` print: the guests that run load the host. :func:`placer.assemble`
        takes those among them that are placed anew from the load.
    numa_dump
        What ``xl dmesg`` prints after ``xl debug-keys u``: where the memory lies that the guests placed anew give back.

    Returns
    -------
    ParsedHost
        ``host``, and ``notes``: what was assumed or repaired, a sentence each.

    Raises
    ------
    InputError
        With the place of the fault, what is wrong and what was expected.

    Examples
    --------
    >>> import placer
    >>> printed = "available: 1 nodes (0)\nnode 0 cpus: 0 1\nnode 0 size: 900 MB\nnode 0 free: 800 MB\n"
    >>> parsed = placer.read_host(placer.Text(printed, place="numactl -H"))
    >>> parsed.host.pnodes[0].pcpus, parsed.notes
    ((0, 1), ...)
    """
    from placer.formats.hosts import read_host as read

    for name, size in (("free", free), ("reserve", reserve)):
        expect(name, size, str, type(None))
    parsed = with_pools(read(source, free), pools)
    parsed = ParsedHost(host=with_reserve(parsed.host, reserve), notes=parsed.notes)
    loaded = with_load(parsed, running, vcpu_list)
    return with_held(loaded, numa_dump, free)


def read_guests(source: Source, host: Host | ParsedHost) -> list[ParsedGuest]:
    """
    Read guests: an xl.cfg, libxl's JSON (``xl list -l`` too), libvirt's domain XML, or flavours of OpenStack.

    Parameters
    ----------
    source
        The path of a file, a :class:`placer.Text`, or a folder: its files that end in ``.cfg``, ``.json`` or ``.xml``.
    host
        The host that the guests shall run on.

    Returns
    -------
    list of ParsedGuest
        One, or more where the source holds more; :func:`placer.assemble` takes them.

    Raises
    ------
    InputError
        With the place of the fault, what is wrong and what was expected.
    BatchError
        An InputError of all guests that cannot be read, if there are several; ``errors`` has each.
    """
    from placer.formats.guests import read_guests as read

    return read(source, _host_of(host))


def read_running(host: Host | ParsedHost, running: Source | None = None, vcpu_list: Source | None = None) -> Running:
    """
    Read what runs on a host.

    Parameters
    ----------
    running
        What ``xl list -l`` prints.
    vcpu_list
        What ``xl vcpu-list`` prints: to which pcpus every vcpu is bound now. Without it they are taken to be bound
        as the guest was started.

    Returns
    -------
    Running
        ``host`` with its domains, and ``guests``, those of ``running``.

    Raises
    ------
    InputError
        With the place of the fault; if neither is given, or the two contradict each other.
    """
    from placer.audit.running import read_running as read

    if running is None and vcpu_list is None:
        raise InputError("expected running or vcpu_list, got neither")
    return read(_host_of(host), running, vcpu_list)


def read_placement(source: Source) -> Placement:
    """
    Read a placement.

    Parameters
    ----------
    source
        What ``placer solve --format json`` prints or :func:`placer.to_json` returns, or ``{"placement": ...}`` alone.

    Raises
    ------
    InputError
        With the JSON path of the fault.
    """
    from placer.formats.native.placement_json import read_placement as read

    return read(*read_source(source))


def with_pools(parsed: ParsedHost, pools: Source | None) -> ParsedHost:
    """Read the cpupools of a host, where they are given."""
    if pools is None:
        return parsed
    from placer.formats.xl.cpupools import pool_notes, read_xl_cpupools
    from placer.formats.xl.online import pooled_notes, with_all_listed, with_pooled

    text, place = read_source(pools, "replace")
    listed = parsed.listed
    if listed is None:
        host = read_xl_cpupools(text, place, parsed.host)
        return ParsedHost(host=host, notes=(*parsed.notes, *pool_notes(host)))
    host = with_pooled(read_xl_cpupools(text, place, with_all_listed(parsed.host, listed)), listed, place)
    notes = [note for note in parsed.notes if note != listed.note]
    return ParsedHost(host=host, notes=(*notes, *pooled_notes(host, listed)))


def with_reserve(host: Host, reserve: str | None) -> Host:
    """Set the reserves of a host, where they are given."""
    if reserve is None:
        return host
    from placer.formats.text.sizes import with_reserve as reserved

    return reserved(host, reserve)


def with_load(parsed: ParsedHost, running: Source | None, vcpu_list: Source | None) -> ParsedHost:
    """Load a host with what runs on it, where that is given."""
    if running is None and vcpu_list is None:
        return parsed
    from placer.formats.xl.info import VCPUS_NOT_COUNTED
    from placer.job.load import load_notes

    found = read_running(parsed, running, vcpu_list)
    names = [guest.domain.name for guest in found.guests if guest.domain.domid not in found.seen]
    facts = RunningFacts(
        affinity_known=vcpu_list is not None,
        not_in_vcpu_list=() if vcpu_list is None else tuple(names),
        uuid_of={guest.domain.domid: guest.uuid for guest in found.guests if guest.domain.domid and guest.uuid},
    )
    notes = [note for note in parsed.notes if note != VCPUS_NOT_COUNTED]
    said = load_notes(found.host, affinity_known=facts.affinity_known, not_in_vcpu_list=facts.not_in_vcpu_list)
    return ParsedHost(host=found.host, notes=(*notes, *said), running=facts)


def with_held(parsed: ParsedHost, numa_dump: Source | None, free: str | None) -> ParsedHost:
    """Read where the domains of a host hold memory, where that is given; ``free`` is final for its pnodes."""
    if numa_dump is None and free is None:
        return parsed
    facts = parsed.running or RunningFacts()
    if free is not None:
        from placer.formats.text.sizes import parse_sizes

        facts = replace(facts, stated_free=frozenset(parse_sizes(free, parsed.host.position_of, "--free")))
    if numa_dump is not None:
        from placer.audit.same_host import check_same_host, check_same_time
        from placer.formats.xl.numa_dump import read_numa_dump

        if parsed.running is None and not parsed.host.domains:
            raise InputError("a NUMA dump needs the domains that run: --running or --vcpu-list", place="usage")
        text, place = read_source(numa_dump, "replace")
        dump = read_numa_dump(text, place)
        try:
            check_same_host(parsed.host, dump)
            check_same_time(parsed.host, dump, stated_free=facts.stated_free)
        except InputError as error:
            raise InputError(str(error), place=place) from None
        facts = replace(facts, memory_kib={domid: domain.memory_kib for domid, domain in dump.domains.items()})
    return replace(parsed, running=facts)


def _host_of(host: Host | ParsedHost) -> Host:
    return host.host if isinstance(host, ParsedHost) else expect("host", host, Host)
