"""Reading: hosts, guests, placements and what runs, from files or from text."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from placer.api.side_inputs import with_held, with_load, with_pools, with_reserve
from placer.errors import InputError, expect
from placer.formats.base import ParsedGuest, ParsedHost
from placer.formats.snapshot.parts import is_snapshot
from placer.formats.text.files import Source, Text, path_of, read_source
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
        capabilities``, or what the script of ``placer snapshot`` printed: then what runs on it is in it, and the other
        sources, where given, take the place of their parts.
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
    source = opened(source)
    if holds_snapshot(source):
        from placer.api.snapshots import read_snapshot

        given = {"pools": pools, "running": running, "vcpu_list": vcpu_list, "numa_dump": numa_dump}
        return read_snapshot(source, free=free, reserve=reserve, **given).host
    parsed = with_pools(read(source, free), pools)
    parsed = replace(parsed, host=with_reserve(parsed.host, reserve))
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


def _host_of(host: Host | ParsedHost) -> Host:
    return host.host if isinstance(host, ParsedHost) else expect("host", host, Host)


def opened(source: Source) -> Source:
    """Read a file, so that its form can be told; a folder stays one."""
    if isinstance(source, Text) or os.path.isdir(path_of(source)):  # noqa: PTH112 - Path.is_dir fails on long names
        return source
    return Text(*read_source(source, "carry"))


def holds_snapshot(source: Source) -> bool:
    """Whether an opened source is a snapshot."""
    return isinstance(source, Text) and is_snapshot(source.content)
