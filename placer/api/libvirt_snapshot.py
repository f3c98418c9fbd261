"""A snapshot of a host of libvirt: what virsh says of each running domain, read together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from msgspec.structs import replace as replace_struct

from placer.api.libvirt_left_out import DOMAINS, LISTS, MAPS, left_out_domain, listed, not_described
from placer.api.side_inputs import holding, loaded, with_held, with_reserve, with_sighting
from placer.api.snapshot_parts import NO_PAGES, NO_PCPUS, Sources
from placer.audit.left_out import LeftOut
from placer.audit.running import Running
from placer.audit.snapshot import Snapshot
from placer.errors import InputError
from placer.formats.base import Masks, ParsedGuest, ParsedHost
from placer.formats.libvirt.read_domain import read_libvirt_domain
from placer.formats.libvirt.vcpuinfo import OnlineVcpu, read_vcpuinfo
from placer.formats.sighting import SeenDomain, Sighting
from placer.formats.snapshot.node_memory import read_held
from placer.formats.snapshot.parts import Part
from placer.formats.text.xml_text import parse_xml
from placer.formats.xl.list_domains import RunningGuest
from placer.formats.xl.numa_dump import DumpedDomain, NumaDump
from placer.formats.xl.vcpu_list import SeenVcpu
from placer.instance import Domain, Host, Vnode, shorten
from placer.instance.note import name_some
from placer.instance.units import MAX_CPU
from placer.job.load import NO_DOMAIN_0, counted_note

PARTS = (DOMAINS, "virsh-vcpuinfo", MAPS)
OTHER_OPTIONS = "--pools, --running, --vcpu-list and --numa-dump are outputs of xl, and this is a snapshot of libvirt"


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A running domain: its guest with domid and uuid, its vcpus, and node -> memory of its QEMU, in KiB."""

    guest: ParsedGuest
    domain: Domain
    seen: tuple[SeenVcpu, ...]
    held_kib: dict[int, int] | None


def of_libvirt(parsed: ParsedHost, sources: Sources, *, free: str | None, reserve: str | None) -> Snapshot:
    """
    Read what runs on a host of libvirt.

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
        If a part of Xen is given beside it, or two domains have one name.
    """
    if sources.given:
        raise InputError(OTHER_OPTIONS, place=sources.parts.place)
    parsed = replace(parsed, host=with_reserve(parsed.host, reserve))
    found, left_out = _domains(sources, parsed.host)
    running = _running(parsed.host, found, sources.parts.place)
    parsed = with_sighting(loaded(parsed, running, affinity_known=True), _sighting(found, sources))
    parsed = with_held(parsed, None, free)
    dump = _dump(sources, parsed.host, found)
    if dump is not None and parsed.running is not None:
        parsed = replace(parsed, running=holding(parsed.running, parsed.host, dump, sources.parts.place))
    notes = tuple(note for note in (*sources.notes, *parsed.notes) if note != NO_DOMAIN_0)
    return Snapshot(
        place=sources.parts.place,
        toolstack="libvirt",
        facts=sources.facts,
        host=replace(parsed, notes=notes),
        guests=tuple(each.guest for each in found),
        running=running,
        dump=dump,
        memory_kib={guest.domain.domid: guest.memory_kib for guest in running.guests if guest.domain.domid is not None},
        notes=tuple(note for note in notes if note != counted_note(parsed.host)),
        unsettled={},
        left_out=left_out,
        assumed=(*sources.assumed, *([NO_PCPUS] if left_out else [])),
        whole=sources.parts.whole,
        nothing_runs=all(listed(sources.parts, name) == set() for name in LISTS) and not sources.parts.about(PARTS[0]),
    )


def _domains(sources: Sources, host: Host) -> tuple[list[_Found], tuple[LeftOut, ...]]:
    """Read every domain that was there from begin to end; of another, say so, and what it may hold."""
    found: list[_Found] = []
    left_out: list[LeftOut] = []
    parts = sources.parts
    after = listed(parts, LISTS[1])
    domains, vcpus, maps = (parts.about(kind) for kind in PARTS)
    for uuid, part in domains.items():
        pair = vcpus.get(uuid)
        failed = [each for each in (part, pair) if each is not None and not each.good]
        why = failed[0].why if failed else "" if pair else "where its vcpus may run is not in it"
        ended = after is not None and uuid not in after
        if ended:
            why = "it ended while the snapshot was taken"
        note = f"{parts.place}:{part.line}: domain {uuid} is left out: {why}"
        if not why and pair is not None:
            try:
                one = _domain(part, pair, maps.get(uuid), host)
                if any(one.domain.domid == other.domain.domid for other in found):
                    raise InputError(f"id {one.domain.domid} is that of two domains", place=part.text.place)
                found.append(one)
                continue
            except InputError as error:
                why, note = str(error), f"a domain is left out: {error}"
        sources.notes.append(note)
        if not ended:
            left_out.append(left_out_domain(uuid, part, maps.get(uuid), why))
    return found, (*left_out, *not_described(sources))


def _sighting(found: list[_Found], sources: Sources) -> Sighting:
    domains = tuple(
        SeenDomain(domid=each.domain.domid or 0, name=each.guest.name, uuid=(each.guest.uuid or "").lower() or None)
        for each in found
    )
    before, after = (listed(sources.parts, name) for name in LISTS)
    uuids = None if before is None or after is None else {uuid.lower() for uuid in before | after}
    return Sighting(
        domains=domains,
        whole=uuids is not None and uuids == {domain.uuid for domain in domains},
        taken=sources.facts.taken,
        lazy=True,
    )


def _domain(part: Part, vcpus: Part, maps: Part | None, host: Host) -> _Found:
    text = part.text.content
    # the empty lines above it keep the lines of faults right, but a declaration has to stand first
    xml = text if not text.lstrip().startswith("<?xml") else text.lstrip()
    guest = read_libvirt_domain(xml, part.text.place, host)
    root = parse_xml(xml, part.text.place)
    id, uuid = root.attributes.get("id", ""), root.child("uuid")
    if not (id.isascii() and id.isdigit() and int(id[:9]) <= MAX_CPU):
        raise InputError(f'expected the id of a running domain, got "{shorten(id)}"', place=root.place)
    domid = int(id)
    online = read_vcpuinfo(vcpus.text, host)
    if max(online, default=-1) >= guest.vcpu_count:
        raise InputError(f"vcpu {max(online)} is listed, the domain has {guest.vcpu_count}", place=vcpus.text.place)
    affinity = tuple(online[v].mask if v in online else None for v in range(guest.vcpu_count))
    try:
        domain = Domain(
            name=guest.name,
            domid=domid,
            affinity=affinity,
            online_vcpus=None if len(online) == guest.vcpu_count else tuple(online),
        )
    except ValueError as error:
        raise InputError(str(error), place=part.text.place) from None
    return _Found(
        guest=replace(guest, domid=domid, uuid=None if uuid is None else uuid.text.strip()),
        domain=domain,
        seen=tuple(_seen(online.get(v)) for v in range(guest.vcpu_count)),
        held_kib=read_held(maps.text) if maps is not None and maps.good else None,
    )


def _seen(vcpu: OnlineVcpu | None) -> SeenVcpu:
    """Give where a vcpu was; libvirt does not say whether it ran there at that moment."""
    return SeenVcpu(pcpu=None if vcpu is None else vcpu.pcpu, running=False)


def _running(host: Host, found: list[_Found], place: str) -> Running:
    guests = [
        RunningGuest(
            domain=each.domain,
            memory_kib=sum(vnode.memory_kib for vnode in each.guest.vnodes or ()) or each.guest.memory_kib,
            video_kib=0,
            vnodes=_bound_vnodes(each.guest),
            stated=_stated(each.guest, host),
            uuid=each.guest.uuid,
        )
        for each in found
    ]
    try:
        loaded_host = replace_struct(host, domains=tuple(each.domain for each in found))
    except ValueError as error:
        raise InputError(str(error), place=place) from None
    seen = {each.domain.domid: each.seen for each in found if each.domain.domid is not None}
    return Running(host=loaded_host, guests=tuple(guests), seen=seen)


def _bound_vnodes(guest: ParsedGuest) -> tuple[Vnode, ...] | None:
    """Give the vnodes of a guest whose cells are all bound to a pnode, and have all of its vcpus."""
    vnodes = tuple(map(_bound_device, guest.vnodes or ()))
    whole = {vcpu for vnode in vnodes for vcpu in vnode.vcpus} == set(range(guest.vcpu_count))
    return vnodes if vnodes and whole and all(vnode.pnode is not None for vnode in vnodes) else None


def _bound_device(vnode: Vnode) -> Vnode:
    """Fix the vnode of a memory device on the pnode of its nodemask, where that names one alone."""
    pnodes = vnode.pnodes or ()
    alone = vnode.memory_of is not None and len(pnodes) == 1
    return replace_struct(vnode, pnode=pnodes[0]) if alone else vnode


def _stated(guest: ParsedGuest, host: Host) -> Masks | None:
    """Give the pcpus that a guest's vcpus are pinned to, else those of the pnodes that its memory is bound to."""
    if guest.hard_affinity is not None or guest.pnodes is None:
        return guest.hard_affinity
    pcpus = tuple(pcpu for pnode in host.pnodes if pnode.id in guest.pnodes for pcpu in pnode.pcpus)
    return (pcpus or None,) * guest.vcpu_count


def _dump(sources: Sources, host: Host, found: list[_Found]) -> NumaDump | None:
    """Put together where all domains hold memory; None, with a note, where that is not known of each."""
    unknown = [each.guest.name for each in found if each.held_kib is None]
    if unknown:
        sources.notes.append(
            f"{sources.parts.place}: {NO_PAGES}: numa_maps of their QEMU could not be read: {name_some(unknown)}"
        )
    if unknown or not found:
        return None
    ids = [pnode.id for pnode in host.pnodes]
    domains = {
        each.domain.domid: DumpedDomain(
            domid=each.domain.domid,
            memory_kib=dict.fromkeys(ids, 0) | {node: kib for node, kib in each.held_kib.items() if node in ids},
            pnode_of=None,
        )
        for each in found
        if each.domain.domid is not None and each.held_kib is not None
    }
    return NumaDump(free_kib={pnode.id: pnode.memory_kib for pnode in host.pnodes}, domains=domains)
