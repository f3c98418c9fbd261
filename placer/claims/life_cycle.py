"""The life cycle of a claim: from its plan to the end of its guest, as snapshots show it."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from placer.claims.claim import Claim
from placer.claims.moments import Moment
from placer.claims.observed import Observed

State = Literal["claimed", "started", "running", "missing", "expired"]
"""
How far a guest has come.

``claimed``: no domain is known. ``started``: a snapshot showed its domain. ``running``: its domain was said to be
built. ``missing``: its domain is gone, and keeps its room for a grace time, as it may reboot. ``expired``: no domain
was seen in time.
"""


def state_of(claim: Claim, now: Moment) -> State:
    """Give how far the guest of a claim has come."""
    if claim.missing_s is not None:
        return "missing"
    if claim.confirmed_s is not None:
        return "running"
    if claim.seen_s is not None:
        return "started"
    return "expired" if now.at_s >= claim.expires_s else "claimed"


def advanced(claim: Claim, found: Observed, now: Moment, *, grace_s: float) -> Claim | None:
    """
    Give a claim as it is after what was observed of a host; None where it has ended.

    Only a snapshot that was taken after the claim changes it. A claim whose domain was never seen ends where it has
    expired, and a snapshot taken since shows every domain but its own. A claim of a domain that was there ends where
    snapshots have not shown it for a grace time, or where the host was booted since.

    Parameters
    ----------
    claim
        With times of the present boot.
    found
        What is known of the host; where that is nothing, a claim that was not confirmed ends when it expires.
    grace_s
        Seconds for which a guest that is gone keeps its room.
    """
    if found.sighting is None:
        return None if state_of(claim, now) == "expired" else claim
    if found.at_s is None or found.at_s <= max(claim.claimed_s, claim.seen_s or 0.0):
        return claim
    domain = found.find(claim)
    if domain is not None:
        booted = bool(claim.host_boot and found.boot_id) and claim.host_boot != found.boot_id
        again = claim.domid is not None and (booted or claim.domid != domain.domid)
        return replace(
            claim,
            seen_s=found.at_s,
            missing_s=None,
            confirmed_s=None if again else claim.confirmed_s,
            domid=domain.domid,
            host_boot=found.boot_id,
            before_domid=None if booted else claim.before_domid,  # a boot numbers domains anew
        )
    if not found.sighting.whole:
        return claim
    return _unseen(claim, found.at_s, found.boot_id, grace_s)


def _unseen(claim: Claim, at_s: float, boot_id: str, grace_s: float) -> Claim | None:
    """Give a claim whose domain a newer snapshot does not show."""
    if not claim.started:
        return None if at_s > claim.expires_s else claim
    if claim.confirmed_s is not None and at_s <= claim.confirmed_s:
        return claim
    if claim.host_boot and boot_id and claim.host_boot != boot_id:
        return None
    missing_s = at_s if claim.missing_s is None else min(claim.missing_s, at_s)
    return None if at_s - missing_s >= grace_s else replace(claim, missing_s=missing_s)
