"""A snapshot of a host of Xen: the outputs of xl, read together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from placer.api.side_inputs import holding, loaded, with_held, with_pools, with_reserve
from placer.api.snapshot_parts import MISSING, Sources
from placer.audit.running import combined, read_lists
from placer.audit.same_host import check_same_host
from placer.audit.snapshot import Snapshot, unsettled_domains, unsettled_notes
from placer.errors import InputError
from placer.formats.base import ParsedGuest, ParsedHost, RunningFacts
from placer.formats.libxl.read_json import read_domain
from placer.formats.snapshot.domain_states import read_domain_states
from placer.formats.text.json_fields import Fields
from placer.formats.xl.list_domains import xl_list_entries
from placer.formats.xl.numa_dump import NumaDump, read_numa_dump
from placer.instance import Host
from placer.instance.flexible import KIB_PER_MIB


def of_xl(parsed: ParsedHost, sources: Sources, *, free: str | None, reserve: str | None) -> Snapshot:
    """
    Read what runs on a host of Xen.

    Parameters
    ----------
    parsed
        The host.
    sources
        The other parts.
    free, reserve
        As :func:`placer.read_host` has them.

    Raises
    ------
    InputError
        As the readers of the parts raise it, or if the parts contradict each other.
    """
    parsed = with_pools(parsed, sources.take("xl-cpupool-list"))
    parsed = replace(parsed, host=with_reserve(parsed.host, reserve))
    running, vcpu_list = sources.take("xl-list"), sources.take("xl-vcpu-list")
    table = sources.take("xl-domains")
    states = None if table is None else read_domain_states(table)
    moving = [domid for domid, state in (states or {}).items() if state.dying or state.being_built]
    entries = [] if running is None else xl_list_entries(running.content, running.place)
    unread = _unreadable(entries, parsed.host, moving)
    guests, listed, place = read_lists(parsed.host, running, vcpu_list, skip=unread)
    dump = _dump(sources)
    configured = {guest.domain.domid or 0: guest.domain.name for guest in guests}
    bound = None if vcpu_list is None else {each.domain.domid or 0: each.domain.name for each in listed}
    unsettled = unsettled_domains(configured, bound, states, frozenset(dump.domains) if dump else None)
    found = combined(
        parsed.host,
        [guest for guest in guests if guest.domain.domid not in unsettled],
        [each for each in listed if each.domain.domid not in unsettled],
        place,
    )
    name_of = {domid: state.name for domid, state in (states or {}).items()} | (bound or {}) | configured
    parsed = with_held(loaded(parsed, found, affinity_known=vcpu_list is not None), None, free)
    if dump is not None and parsed.running is not None:
        parsed, dump = _with_dump(parsed, parsed.running, dump, sources)
    said = unsettled_notes(unsettled, name_of)
    return Snapshot(
        place=sources.parts.place,
        toolstack="xl",
        facts=sources.facts,
        host=replace(parsed, notes=(*sources.notes, *parsed.notes, *said)),
        guests=_guests(entries, parsed.host, unsettled.keys()),
        running=found,
        dump=dump,
        memory_kib={domid: state.memory_mib * KIB_PER_MIB for domid, state in (states or {}).items()}
        | {guest.domain.domid or 0: guest.memory_kib for guest in found.guests},
        notes=(*sources.notes, *said),
        unsettled=unsettled,
    )


def _dump(sources: Sources) -> NumaDump | None:
    """Read the NUMA dump; one that is lost or cut off within the snapshot is a note."""
    text = sources.take("xl-dmesg")
    if text is None:
        return None
    try:
        return read_numa_dump(text.content, text.place)
    except InputError as error:
        if "xl-dmesg" in sources.given:
            raise
        sources.notes.append(f"{error}: {MISSING['xl-dmesg']}")
        return None


def _with_dump(
    parsed: ParsedHost, facts: RunningFacts, dump: NumaDump, sources: Sources
) -> tuple[ParsedHost, NumaDump | None]:
    """Add where memory lies; a dump of another host is refused, one before or after which a guest came is a note."""
    place = sources.given["xl-dmesg"].place if "xl-dmesg" in sources.given else sources.parts.place
    try:
        check_same_host(parsed.host, dump)
    except InputError as error:
        raise InputError(str(error), place=place) from None
    try:
        return replace(parsed, running=holding(facts, parsed.host, dump, place)), dump
    except InputError as error:
        if "xl-dmesg" in sources.given:
            raise
        sources.notes.append(f"{error}: {MISSING['xl-dmesg']}")
        return parsed, None


def _unreadable(entries: Iterable[Fields], host: Host, moving: Collection[int]) -> set[int]:
    """Give the domids of those that are being created or taken down whose configuration is not, or no longer, whole."""
    unread = set()
    for entry in entries:
        domid = entry.value.get("domid")
        if isinstance(domid, int) and domid in moving:
            try:
                read_domain(entry, host)
            except InputError:
                unread.add(domid)
    return unread


def _guests(entries: Iterable[Fields], host: Host, left_out: Collection[int]) -> tuple[ParsedGuest, ...]:
    return tuple(read_domain(each, host) for each in entries if each.value.get("domid") not in {0, *left_out})
