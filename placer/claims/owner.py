"""Whether a file of claims and a host belong together, and which boots of the host are past."""

from __future__ import annotations

from msgspec.structs import replace

from placer.claims.moments import CLOCKS_AGREE_S, Moment
from placer.claims.tables import MOST_BOOTS, Boot, Owner
from placer.errors import InputError
from placer.formats.base import RunningFacts
from placer.formats.sighting import Taken
from placer.formats.snapshot.host_part import same_name
from placer.instance import Host, format_cpuset


def owner_of(host: Host, running: RunningFacts | None) -> Owner:
    """Give what makes a host known."""
    taken = _taken(running)
    name = host.name or (taken.host if taken else "")
    return Owner(name=name, pnodes=tuple(sorted(host.position_of)))


def refuse_other_host(owner: Owner, host: Owner, path: str) -> None:
    """
    Refuse a host that the file is not of, as far as both have names; and other pnodes in any case.

    Raises
    ------
    InputError
        With both.
    """
    if owner.fleet != host.fleet:
        raise InputError("has the claims of a fleet, expected those of a host", place=path)
    if not same_name(owner.name, host.name):
        raise InputError(f'has the claims of host "{owner.name}", this is host "{host.name}"', place=path)
    if owner.pnodes != host.pnodes:
        raise InputError(
            f"has the claims of a host with pnodes {format_cpuset(owner.pnodes)}, this one has "
            f"{format_cpuset(host.pnodes)}",
            place=path,
        )


def with_boot(owner: Owner, host: Owner, running: RunningFacts | None, now: Moment, path: str) -> Owner:
    """
    Add what a host's outputs say of its name and its newest boot.

    Where the file lies on the host itself, its boot is that of the machine. Elsewhere the clock of the host tells which
    of two boots is the newer one.

    Raises
    ------
    InputError
        If the outputs are of a boot that is past.
    """
    if not owner.name and host.name:
        owner = replace(owner, name=host.name)
    taken = _taken(running)
    if taken is None or not taken.boot_id:
        return owner
    here = taken.boot_id == now.boot_id
    if owner.local and not here:
        raise InputError("the snapshot is of a boot of this host that is past; take it anew", place=path)
    owner = replace(owner, local=here)
    known = [boot.boot_id for boot in owner.boots]
    if known and taken.boot_id == known[-1]:
        return owner
    last = owner.boots[-1].time_s if owner.boots else None
    older = last is not None and taken.time_s is not None and taken.time_s < last - CLOCKS_AGREE_S
    if not here and (taken.boot_id in known or older):
        raise InputError(
            "the snapshot is of a boot of the host that is past, as others were planned on a newer one: take it anew; "
            "or if the clock of the host went back, end the claims with placer claims clear",
            place=path,
        )
    newest = Boot(boot_id=taken.boot_id, time_s=taken.time_s)
    return replace(owner, boots=(*owner.boots, newest)[-MOST_BOOTS:])


def _taken(running: RunningFacts | None) -> Taken | None:
    return running.sighting.taken if running is not None and running.sighting is not None else None
