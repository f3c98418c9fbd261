"""Guests that run already and are placed anew: they leave the load, and what they hold comes back as free memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as change

from msgspec.structs import replace

from placer.formats.base import ParsedGuest, ParsedHost, RunningFacts
from placer.formats.stubdomain import stub_name
from placer.instance import Domain, Host, Instance, format_cpuset, format_size
from placer.instance.note import name_some
from placer.job.load import load_notes

ONE_NAME = "xl starts no second domain of a name"
"""initiate_domain_create() in Xen libxl_create.c."""


@dataclass(frozen=True, kw_only=True)
class _Match:
    """A guest and the domain with its name or domid; ``rival`` if their uuids say that these are two."""

    guest: ParsedGuest
    domain: Domain
    rival: bool


def replanned(parsed: ParsedHost, guests: Sequence[ParsedGuest]) -> ParsedHost:
    """
    Take the domains that are among the guests to place off a host, with notes on what that means.

    A domain is a guest if it has the name of the guest, else its domid, and no other uuid: domids are those of one
    host, and the guests may come from another.

    Parameters
    ----------
    parsed
        The host with its domains.
    guests
        The guests to place.

    Returns
    -------
    ParsedHost
        Without these domains; with what they hold as free memory, where that is known.
    """
    facts = parsed.running or RunningFacts()
    matches = _matches(parsed.host.domains, guests, facts)
    found = _with_stubs([match for match in matches if not match.rival], parsed.host)
    names = {match.guest.name for match in found}
    running = [guest.name for guest in guests if guest.domid is not None and guest.name not in names]
    if not matches and not running:
        return parsed
    gone = {match.domain.name for match in found}
    host = replace(parsed.host, domains=tuple(each for each in parsed.host.domains if each.name not in gone))
    notes = parsed.notes
    before, after = (load_notes(each, facts) for each in (parsed.host, host))
    if gone and set(before) <= set(notes):
        notes = (*(note for note in notes if note not in before), *after)
    if found:
        host, said = _with_held(host, found, facts)
        notes = (*notes, *said)
    return change(parsed, host=host, notes=(*notes, *_remarks(matches, running)))


def still_load_notes(instance: Instance) -> list[str]:
    """Name the guests of an instance file that share their name with a domain of its host: it is taken as it stands."""
    running = {domain.name for domain in instance.host.domains}
    names = [guest.name for guest in instance.guests if guest.name in running]
    if not names:
        return []
    return [
        f"these guests have the name of a domain that runs and stays load: {name_some(names)}; to place such a domain "
        "anew, take it off the host's domains"
    ]


def _matches(domains: Sequence[Domain], guests: Sequence[ParsedGuest], facts: RunningFacts) -> list[_Match]:
    names = {guest.name for guest in guests}
    by_name = {domain.name: domain for domain in domains if domain.domid != 0}
    by_domid = {domain.domid: domain for domain in by_name.values() if domain.domid and domain.name not in names}
    found = []
    for guest in guests:
        domain = by_name.get(guest.name) or by_domid.get(guest.domid or 0)
        if domain is None:
            continue
        uuid = facts.uuid_of.get(domain.domid or 0)
        rival = uuid is not None and guest.uuid is not None and uuid.lower() != guest.uuid.lower()
        if domain.name == guest.name or not rival:
            found.append(_Match(guest=guest, domain=domain, rival=rival))
    return found


def _with_stubs(found: list[_Match], host: Host) -> list[_Match]:
    """Add the stub domains that run beside these: they end with their guests."""
    taken = {match.domain.name for match in found}
    by_name = {domain.name: domain for domain in host.domains if domain.name not in taken}
    stubs = [(match, by_name.get(stub_name(match.domain.name))) for match in found]
    return [*found, *(change(match, domain=stub) for match, stub in stubs if stub is not None)]


def _with_held(host: Host, found: list[_Match], facts: RunningFacts) -> tuple[Host, list[str]]:
    """Add what the domains hold to the free memory of the pnodes, but for pnodes whose free memory the user states."""
    vcpus = sum(len(match.domain.online_affinity) for match in found)
    names = list(dict.fromkeys(match.guest.name for match in found))
    notes = [f"{_of_guests(len(names))} already; placed anew, their {vcpus} vcpus are no load: {name_some(names)}"]
    if host.position_of.keys() <= facts.stated_free:
        return host, [*notes, "free memory is what --free states, and nothing that these hold is added"]
    if facts.memory_kib is None:
        way_out = "--numa-dump reads from xl dmesg where it lies, or --free states what is free without them"
        return host, [*notes, f"memory that these hold is not counted as free: {way_out}"]
    held = dict.fromkeys(host.position_of, 0)
    unknown = []
    for match in found:
        pages = facts.memory_kib.get(match.domain.domid or 0)
        if pages is None and match.guest.name not in unknown:
            unknown.append(match.guest.name)
        for pnode, kib in (pages or {}).items():
            held[pnode] += 0 if pnode in facts.stated_free else kib
    size = format_size(sum(held.values()))
    notes.append(f"memory that these hold, {size}, is counted as free: end them before the first is started anew")
    if unknown:
        notes.append(f"not in the NUMA dump, so that what these hold is not counted as free: {name_some(unknown)}")
    if facts.stated_free:
        notes.append(f"nothing is added to what --free states of pnodes {format_cpuset(facts.stated_free)}")
    pnodes = tuple(replace(pnode, memory_kib=pnode.memory_kib + held[pnode.id]) for pnode in host.pnodes)
    return replace(host, pnodes=pnodes), notes


def _remarks(matches: list[_Match], running: list[str]) -> list[str]:
    """Say which guests are known by their name or their domid alone, and which run on a host that is not known."""
    notes = []
    by_name = [m.guest.name for m in matches if not m.rival and m.guest.domid is None]
    if by_name:
        notes.append(f"known by their names alone: {name_some(by_name)}; a new guest needs another name, {ONE_NAME}")
    for match in matches:
        if match.rival:
            notes.append(
                f'guest "{match.guest.name}" has the name of domain {match.domain.domid}, which has another uuid and '
                f"stays load: it needs another name, {ONE_NAME}"
            )
        elif match.domain.name != match.guest.name:
            notes.append(
                f'guest "{match.guest.name}" is taken for domain {match.domain.domid} "{match.domain.name}", which has '
                "its domid; guests of another host need files without domids"
            )
    if running:
        notes.append(
            f"these were running where their files were printed, and what they hold is not counted as free: "
            f"{name_some(running)}; --running or --vcpu-list with --numa-dump counts it where they run on this host"
        )
    return notes


def _of_guests(count: int) -> str:
    return f"{count} of the guests run{'s' if count == 1 else ''}"
