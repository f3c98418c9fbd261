"""What is known at a moment of a host and of the claims on it."""

from __future__ import annotations

from dataclasses import dataclass

from placer.claims.claim import Claim
from placer.claims.life_cycle import advanced
from placer.claims.moments import Moment
from placer.claims.observed import Observed, observed
from placer.claims.owner import refuse_other_host, with_boot
from placer.claims.store import View
from placer.claims.tables import Owner
from placer.formats.base import RunningFacts


@dataclass(frozen=True, kw_only=True)
class Known:
    """
    What is known at a moment of a host and of the claims on it.

    Parameters
    ----------
    now
        The moment.
    owner
        The host and its boots, as the file has them from now on.
    observed
        What the host's outputs say of its domains.
    claims
        As they are after that.
    """

    now: Moment
    owner: Owner
    observed: Observed
    claims: tuple[Claim, ...]


def known_at(
    view: View, host: Owner, running: RunningFacts | None, now: Moment, *, place: str, grace_s: float
) -> Known:
    """
    Bring together what the file of claims and the outputs of a host say.

    Parameters
    ----------
    view
        What the file holds.
    host
        What makes the host known whose outputs were read.
    running
        What they say of its domains.
    place
        The file, for messages.
    grace_s
        Seconds for which a guest that is gone keeps its room.

    Raises
    ------
    InputError
        If the file is of another host, or the outputs are of a boot that is past.
    """
    refuse_other_host(view.owner, host, place)
    owner = with_boot(view.owner, host, running, now, place)
    found = observed(running, now)
    moved = (advanced(claim.in_boot(now), found, now, grace_s=grace_s) for claim in view.claims)
    return Known(now=now, owner=owner, observed=found, claims=tuple(claim for claim in moved if claim is not None))
