"""What stands beside the file of a host: its cpupools, reserves, what runs on it, and where the memory of that lies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from placer.errors import InputError
from placer.formats.base import ParsedHost, RunningFacts
from placer.formats.sighting import SeenDomain, Sighting
from placer.formats.text.files import Source, read_source
from placer.instance import Host

if TYPE_CHECKING:
    from placer.audit.running import Running
    from placer.formats.xl.list_domains import RunningGuest
    from placer.formats.xl.numa_dump import NumaDump


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
        return replace(parsed, host=host, notes=(*parsed.notes, *pool_notes(host)))
    host = with_pooled(read_xl_cpupools(text, place, with_all_listed(parsed.host, listed)), listed, place)
    notes = [note for note in parsed.notes if note != listed.note]
    return replace(parsed, host=host, notes=(*notes, *pooled_notes(host, listed)), listed=None)


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
    from placer.audit.running import read_running

    found = read_running(parsed.host, running, vcpu_list)
    return loaded(parsed, found, affinity_known=vcpu_list is not None)


def loaded(parsed: ParsedHost, found: Running, *, affinity_known: bool) -> ParsedHost:
    """Load a host with what was read of it; ``affinity_known`` where the pcpus of its vcpus were."""
    from placer.formats.xl.info import VCPUS_NOT_COUNTED
    from placer.job.load import load_notes

    names = [guest.domain.name for guest in found.guests if guest.domain.domid not in found.seen]
    facts = RunningFacts(
        affinity_known=affinity_known,
        not_in_vcpu_list=tuple(names) if affinity_known else (),
        uuid_of={guest.domain.domid: guest.uuid for guest in found.guests if guest.domain.domid and guest.uuid},
        sighting=Sighting(domains=tuple(_seen(guest) for guest in found.guests)),
    )
    notes = [note for note in parsed.notes if note != VCPUS_NOT_COUNTED]
    return replace(parsed, host=found.host, notes=(*notes, *load_notes(found.host, facts)), running=facts)


def _seen(guest: RunningGuest) -> SeenDomain:
    """Take a domain as built: libxl stores the configuration that ``xl list -l`` prints once it has created it."""
    domain = guest.domain
    return SeenDomain(
        domid=domain.domid or 0,
        name=domain.name,
        uuid=guest.uuid.lower() if guest.uuid else None,
        built=True,
    )


def with_sighting(parsed: ParsedHost, seen: Sighting) -> ParsedHost:
    """Replace what is known of the domains of a loaded host as such."""
    return replace(parsed, running=replace(parsed.running or RunningFacts(), sighting=seen))


def with_held(parsed: ParsedHost, numa_dump: Source | None, free: str | None) -> ParsedHost:
    """Read where the domains of a host hold memory, where that is given; ``free`` is final for its pnodes."""
    if numa_dump is None and free is None:
        return parsed
    facts = parsed.running or RunningFacts()
    if free is not None:
        from placer.formats.text.sizes import parse_sizes

        facts = replace(facts, stated_free=frozenset(parse_sizes(free, parsed.host.position_of, "--free")))
    if numa_dump is not None:
        from placer.formats.xl.numa_dump import read_numa_dump

        if parsed.running is None and not parsed.host.domains:
            raise InputError("a NUMA dump needs the domains that run: --running or --vcpu-list", place="usage")
        text, place = read_source(numa_dump, "replace")
        facts = holding(facts, parsed.host, read_numa_dump(text, place), place)
    return replace(parsed, running=facts)


def holding(facts: RunningFacts, host: Host, dump: NumaDump, place: str) -> RunningFacts:
    """Add where the domains of a host hold memory; a dump of another host or time is refused."""
    from placer.audit.same_host import check_same_host, check_same_time

    try:
        check_same_host(host, dump)
        check_same_time(host, dump, stated_free=facts.stated_free)
    except InputError as error:
        raise InputError(str(error), place=place) from None
    gone = {
        pnode.id: pnode.memory_kib - dump.free_kib[pnode.id]
        for pnode in host.pnodes
        if pnode.id not in facts.stated_free and dump.free_kib.get(pnode.id, pnode.memory_kib) < pnode.memory_kib
    }
    sighting = replace(facts.sighting or Sighting(), gone_kib=gone)
    held = {domid: domain.memory_kib for domid, domain in dump.domains.items()}
    return replace(facts, memory_kib=held, sighting=sighting)
