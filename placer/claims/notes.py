"""What is said of claims beside a plan."""

from __future__ import annotations

from collections.abc import Sequence

from placer.claims.claim import Claim
from placer.claims.life_cycle import state_of
from placer.claims.moments import Moment
from placer.claims.observed import Observed
from placer.instance.note import name_some
from placer.instance.units import format_size
from placer.job.request import Request


def claim_notes(claims: Sequence[Claim], found: Observed, now: Moment, request: Request) -> list[str]:
    """
    Say what claims take of the host of a request, and what may change its free memory.

    Parameters
    ----------
    claims
        Of other guests.
    request
        As it was read.
    """
    return [*request.free_notes, *counted_notes(claims, found, now), *_by_name(request)]


def counted_notes(claims: Sequence[Claim], found: Observed, now: Moment) -> list[str]:
    """Say what claims take of a host, and what its outputs cannot say of them."""
    notes = []
    beside = {claim.guest: sum(found.beside(claim).kib.values()) for claim in claims}
    counted = [name for name, kib in beside.items() if kib]
    if counted:
        size = format_size(sum(beside.values()))
        guests = f"{len(counted)} guest{'s' * (len(counted) != 1)}"
        notes.append(f"claims of {guests} take {size} of what is free: {name_some(counted)}")
    late = [claim.guest for claim in claims if state_of(claim, now) == "expired"]
    if late:
        notes.append(
            f"expired, and counted until a snapshot that was taken since shows that no domain is theirs: "
            f"{name_some(late)}; placer claims release ends them"
        )
    started = [claim.guest for claim in claims if claim.started and beside[claim.guest]]
    if found.at_s is None and started:
        why = "the host's files do not say when they were taken" if found.sighting else "the host's file has no domains"
        if found.sighting is not None and found.sighting.taken is not None:
            why = "the snapshot seems to come from the future; do the clocks of both machines agree?"
        notes.append(f"{why}: claims of guests that were started count as if they were not: {name_some(started)}")
    return notes


def _by_name(request: Request) -> list[str]:
    """Name the guests whose domains are known by their names alone."""
    names = [name for name, reading in request.readings.items() if reading.uuid is None]
    if not names:
        return []
    return [f"their files state no uuid, so that claims know their domains by name: {name_some(names)}"]
