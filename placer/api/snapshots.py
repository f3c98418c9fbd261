"""Reading a snapshot: one file that says all that runs on a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placer.errors import expect
from placer.formats.snapshot.parts import is_snapshot
from placer.formats.text.files import Source, read_source

if TYPE_CHECKING:
    from placer.audit.snapshot import Snapshot


def read_snapshot(
    source: Source,
    *,
    free: str | None = None,
    reserve: str | None = None,
    pools: Source | None = None,
    running: Source | None = None,
    vcpu_list: Source | None = None,
    numa_dump: Source | None = None,
) -> Snapshot:
    """
    Read all that one file says of a host.

    Parameters
    ----------
    source
        What the script of ``placer snapshot`` printed: a file, or its text. Or the host alone, with ``running`` or
        ``vcpu_list``.
    free, reserve
        As :func:`placer.read_host` has them.
    pools, running, vcpu_list, numa_dump
        Sources that take the place of these parts of the snapshot.

    Returns
    -------
    Snapshot
        ``host`` with its cpupools, with all running domains and with what each holds on each pnode; ``guests``, the
        configurations of those that can be planned; ``running`` and ``dump`` for an audit.

    Raises
    ------
    InputError
        With ``file:line``, if it is no snapshot, states no host, or mixes parts of two hosts or times; or as the
        readers of the parts raise it. A part that is missing, failed or is cut off is a note of ``host``.
    """
    for name, size in (("free", free), ("reserve", reserve)):
        expect(name, size, str, type(None))
    from placer.api.snapshot_parts import Sources
    from placer.api.xl_snapshot import of_xl
    from placer.formats.snapshot.host_part import toolstack_of

    text, place = read_source(source, "replace")
    alone = not is_snapshot(text) and (running is not None or vcpu_list is not None)
    sources = Sources(text, place, alone=alone)
    given = {"xl-cpupool-list": pools, "xl-list": running, "xl-vcpu-list": vcpu_list, "xl-dmesg": numa_dump}
    sources.replace({name: each for name, each in given.items() if each is not None})
    if not alone and toolstack_of(sources.parts) == "libvirt":
        from placer.api.libvirt_snapshot import of_libvirt

        return of_libvirt(sources.host(free), sources, free=free, reserve=reserve)
    return of_xl(sources.host(free), sources, free=free, reserve=reserve)
