"""A snapshot of a host of Xen: the outputs of xl, read together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from placer.api.side_inputs import holding, loaded, with_held, with_pools, with_reserve, with_sighting
from placer.api.snapshot_parts import NO_PAGES, NO_PCPUS, Sources
from placer.audit.left_out import left_out_of_xl
from placer.audit.running import Running, combined, read_lists
from placer.audit.same_host import check_same_host
from placer.audit.snapshot import Snapshot, unsettled_domains, unsettled_notes
from placer.errors import InputError
from placer.formats.base import ParsedGuest, ParsedHost, RunningFacts
from placer.formats.libxl.read_json import read_domain
from placer.formats.sighting import SeenDomain, Sighting
from placer.formats.snapshot.domain_states import DomainState, halted, read_domain_states
from placer.formats.text.files import Text
from placer.formats.text.json_fields import Fields
from placer.formats.xl.dom0_memory import balloon_notes
from placer.formats.xl.list_domains import RunningGuest, xl_list_entries
from placer.formats.xl.numa_dump import NumaDump, read_numa_dump
from placer.formats.xl.vcpu_list import ListedDomain
from placer.instance import Host
from placer.instance.units import KIB_PER_MIB
from placer.job.load import counted_note


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
    before, states = _states(sources.optional("xl-domains-before")), _states(sources.take("xl-domains"))
    moving = [domid for domid, state in (states or {}).items() if state.dying or state.being_built]
    entries = [] if running is None else xl_list_entries(running.content, running.place)
    unread = _unreadable(entries, parsed.host, moving)
    guests, listed, place = read_lists(parsed.host, running, vcpu_list, skip=unread)
    dump = _dump(sources)
    configured, bound = _names(guests), None if vcpu_list is None else _names(listed)
    unsettled = unsettled_domains(configured, bound, states, frozenset(dump.domains) if dump else None)
    seen = _sighting(before, states, guests, sources)
    guests = [guest for guest in guests if guest.domain.domid not in unsettled]
    found = combined(parsed.host, guests, [each for each in listed if each.domain.domid not in unsettled], place)
    name_of = {domid: state.name for domid, state in (states or {}).items()} | (bound or {}) | configured
    parsed = with_held(with_sighting(loaded(parsed, found, affinity_known=vcpu_list is not None), seen), None, free)
    if dump is not None and parsed.running is not None:
        parsed, dump = _with_dump(parsed, parsed.running, dump, sources)
    left_out = left_out_of_xl(unsettled, name_of, states, bound, dump)
    parsed = _told(parsed, sources, unsettled_notes(unsettled, name_of))
    known = running is not None or vcpu_list is not None or states is not None
    return Snapshot(
        place=sources.parts.place,
        toolstack="xl",
        facts=sources.facts,
        host=parsed,
        guests=_guests(entries, parsed.host, unsettled.keys()),
        running=found,
        dump=dump,
        memory_kib=_memory_kib(states or {}, found),
        notes=tuple(note for note in parsed.notes if vcpu_list is None or note != counted_note(parsed.host)),
        unsettled=unsettled,
        halted=halted(states or {}),
        left_out=left_out,
        name_of=name_of,
        assumed=(*sources.assumed, *([NO_PCPUS] if left_out else [])),
        whole=sources.parts.whole,
        domains_known=known,
        nothing_runs=known and name_of.keys() <= {0},
    )


def _names(guests: Iterable[RunningGuest | ListedDomain]) -> dict[int, str]:
    return {each.domain.domid or 0: each.domain.name for each in guests}


def _told(parsed: ParsedHost, sources: Sources, said: Sequence[str]) -> ParsedHost:
    """Add all notes."""
    return replace(
        parsed,
        notes=(*sources.notes, *parsed.notes, *said),
        free_notes=(*parsed.free_notes, *balloon_notes(sources.optional("xl-balloon"))),
    )


def _states(text: Text | None) -> dict[int, DomainState] | None:
    return None if text is None else read_domain_states(text)


def _memory_kib(states: Mapping[int, DomainState], found: Running) -> dict[int, int]:
    """Give the memory of each domain: that of its configuration, else what ``xl list`` prints."""
    printed = {domid: state.memory_mib * KIB_PER_MIB for domid, state in states.items()}
    return printed | {guest.domain.domid or 0: guest.memory_kib for guest in found.guests}


def _sighting(
    before: Mapping[int, DomainState] | None,
    after: Mapping[int, DomainState] | None,
    guests: Iterable[RunningGuest],
    sources: Sources,
) -> Sighting:
    """Put together which domains there were, and which of them were built before the host was asked what is free."""
    tables = (before or {}, after or {})
    uuid_of = {guest.domain.domid: guest.uuid.lower() for guest in guests if guest.uuid}
    domains = []
    for domid in sorted({*tables[0], *tables[1]} - {0}):
        states = [table[domid] for table in tables if domid in table]
        uuids = [state.uuid for state in states if state.uuid]
        first = tables[0].get(domid)
        domains.append(
            SeenDomain(
                domid=domid,
                name=states[-1].name,
                uuid=uuids[-1] if uuids else uuid_of.get(domid),
                built=first is not None and not first.being_built and not first.dying,
            )
        )
    return Sighting(
        domains=tuple(domains),
        whole=before is not None and after is not None and all(domain.uuid for domain in domains),
        taken=sources.facts.taken,
        building=frozenset(domid for table in tables for domid, state in table.items() if state.being_built),
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
        sources.notes.append(f"{error}: {NO_PAGES}; take the snapshot again")
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
        sources.notes.append(f"{error}: {NO_PAGES}; take the snapshot again")
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
