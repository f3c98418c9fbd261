"""The room that claims leave on a host, and whether an answer still fits into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace as change

from msgspec.structs import replace

from placer.check import check
from placer.claims.claim import Claim
from placer.claims.observed import Beside, Observed
from placer.errors import InputError
from placer.instance import Domain, Guest, Host, Instance, Rule, shorten
from placer.job.request import Request
from placer.solving.result import Result
from placer.solving.state_rules import beside_running


def others(claims: Iterable[Claim], guests: Iterable[Guest], uuid_of: dict[str, str]) -> list[Claim]:
    """
    Give the claims of other guests than these: a guest has one claim, which its next plan replaces.

    Raises
    ------
    InputError
        If a guest has the name of a claim of another uuid: no host has two guests of one name.
    """
    uuids = {uuid.lower() for uuid in uuid_of.values()}
    names = {guest.name for guest in guests}
    left = []
    for claim in claims:
        if claim.uuid is not None and claim.uuid in uuids:
            continue
        if claim.guest in names:
            uuid = uuid_of.get(claim.guest)
            if claim.uuid is not None and uuid is not None:
                raise InputError(
                    f'guest "{shorten(claim.guest)}" has uuid {shorten(uuid)}, and there is a claim of that name with '
                    f"uuid {claim.uuid}; placer claims release ends it"
                )
            continue
        left.append(claim)
    return left


def request_beside(request: Request, claims: Sequence[Claim], found: Observed, rules: Iterable[Rule] = ()) -> Request:
    """
    Give a request on what claims leave of its host.

    Parameters
    ----------
    request
        As it was read, before its guests were settled.
    claims
        Of other guests.
    rules
        Further rules, between the guests of the request and those of claims.

    Raises
    ------
    InputError
        If a guest needs a device that is claimed, or rules leave it no pnode.
    """
    stated = request.instance
    host = host_beside(stated.host, claims, found, stubs_kib=stub_domains_kib(request))
    for guest in stated.guests:
        for claim in claims:
            taken = [device for device in guest.devices if device in claim.devices]
            if taken:
                raise InputError(f'guest "{guest.name}" needs device {taken[0]}, which guest "{claim.guest}" claims')
    try:
        guests, between = _limited(stated.guests, (*stated.rules, *rules), claims, host)
        instance = replace(stated, host=host, guests=guests, rules=between)
    except ValueError as error:
        raise InputError(str(error)) from error
    return change(request, instance=instance)


def stub_domains_kib(request: Request) -> int:
    """Give what of the host's claimed memory is for stub domains of the guests of a request, in KiB."""
    return sum(reading.stubdomain_kib for reading in request.readings.values())


def host_beside(
    host: Host, claims: Iterable[Claim], found: Observed, *, stubs_kib: int = 0, there: Collection[str] = ()
) -> Host:
    """
    Lower what is free by what claims take beside what their domains hold, and add their guests as load.

    Parameters
    ----------
    stubs_kib
        What of its claimed memory is for stub domains of guests that are to be placed, in KiB.
    there
        Names of guests that are no domains of the host, as they are planned themselves, and no load either.
    """
    all_beside = [(claim, found.beside(claim)) for claim in claims]
    kib: Counter[int] = Counter(found.sighting.gone_kib if found.sighting else {})
    pages: Counter[tuple[int, int]] = Counter()
    for _, beside in all_beside:
        kib.update(beside.kib)
        pages.update(beside.pages)
    names = {*there, *(domain.name for domain in host.domains)}
    domains = [
        _as_load(claim.domain, host)
        for claim, _ in all_beside
        if found.find(claim) is None and claim.guest not in names
    ]
    gone = {device for claim, _ in all_beside for device in claim.devices}
    return replace(
        host,
        pnodes=tuple(
            replace(
                pnode,
                memory_kib=max(0, pnode.memory_kib - kib[pnode.id]),
                huge_pages=tuple(
                    replace(pool, free=max(0, pool.free_pages - pages[pnode.id, pool.page_size]))
                    for pool in pnode.huge_pages
                ),
            )
            for pnode in host.pnodes
        ),
        domains=(*host.domains, *domains),
        devices=tuple(device for device in host.devices if device.id not in gone),
        claimed_kib=max(0, host.claimed_kib - _known_to_xen(host.claimed_kib - stubs_kib, all_beside, found)),
    )


def _as_load(domain: Domain, host: Host) -> Domain:
    """Give the domain of a claim without pcpus and a cpupool that its host no longer has."""
    masks = [tuple(pcpu for pcpu in mask or () if pcpu in host.position_of_pcpu) or None for mask in domain.affinity]
    known = not host.cpupools or domain.pool in host.pcpus_of_pool
    return replace(domain, affinity=tuple(masks), pool=domain.pool if known else None)


def _known_to_xen(xen_kib: int, all_beside: Iterable[tuple[Claim, Beside]], found: Observed) -> int:
    """
    Give what of Xen's own claims is counted already, on its pnodes, as claims of guests that are being built.

    Xen does not say whose its claims are: where a domain without a claim is being built, they may be its.
    """
    if found.sighting is None or not found.sighting.building:
        return 0
    known, kib = set(), 0
    for claim, beside in all_beside:
        domain = found.find(claim)
        if domain is not None and domain.domid in found.sighting.building:
            known.add(domain.domid)
            kib += sum(beside.kib.values())
    return min(kib, max(0, xen_kib)) if known >= found.sighting.building else 0


def faults_beside(answer: Result, request: Request, claims: Sequence[Claim], found: Observed) -> list[str]:
    """
    Say why an answer does not fit beside claims that came since it was planned.

    Room, pcpus and rules of the pnodes of its guests are judged anew; nothing is planned.

    Parameters
    ----------
    request
        As it was read, before its guests were settled.
    claims
        Of other guests, as they are now.
    """
    assert answer.instance is not None and answer.placement is not None
    try:
        host = host_beside(request.instance.host, claims, found, stubs_kib=stub_domains_kib(request))
        guests, rules = _limited(answer.instance.guests, answer.instance.rules, claims, host)
        instance = Instance(
            host=host,
            guests=guests,
            rules=rules,
            objective=answer.instance.objective,
            sets_may_stray=answer.instance.sets_may_stray,
        )
    except ValueError as error:
        return [str(error)]
    broken = check(instance, answer.placement, allow_unplaced=True).violations
    return answer.placement.faults(instance) or [violation.message for violation in broken]


def _limited(
    guests: Iterable[Guest], rules: Iterable[Rule], claims: Sequence[Claim], host: Host
) -> tuple[tuple[Guest, ...], tuple[Rule, ...]]:
    running = {claim.guest: claim.pnodes for claim in claims}
    exclusive = [member for claim in claims for member in claim.exclusive]
    return beside_running(guests, rules, running, exclusive, host)
