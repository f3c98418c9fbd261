"""Claims as a person or a toolstack lists them."""

from __future__ import annotations

from dataclasses import dataclass

from placer.claims.claim import Claim
from placer.claims.life_cycle import State, state_of
from placer.claims.moments import Moment


@dataclass(frozen=True, kw_only=True)
class ClaimedGuest:
    """
    A guest that is claimed.

    Parameters
    ----------
    name, uuid
        As its file states them; uuid is None where the domain is known by its name alone.
    state
        ``claimed``: no domain of it is known. ``started``: a snapshot showed its domain. ``running``: its domain was
        confirmed to be built. ``missing``: its domain is gone, and keeps its room for a grace time. ``expired``: no
        domain was seen in time; the claim ends with the next snapshot that does not show one.
    pnodes
        For each vnode the id of its pnode.
    memory_kib
        Pnode id -> what it claims there, in KiB: with the memory of the hypervisor for it, without huge pages.
    left_s
        Seconds until a claim without a domain expires; None for one with a domain.
    domid
        Its domain, where a snapshot showed it or it was confirmed with it.
    host
        Its host, where the file is of a fleet.
    """

    name: str
    uuid: str | None
    state: State
    pnodes: tuple[int, ...]
    memory_kib: dict[int, int]
    left_s: float | None
    domid: int | None
    host: str = ""


def listed_claim(claim: Claim, now: Moment) -> ClaimedGuest:
    """Give a claim, with times of the present boot, as it is listed."""
    return ClaimedGuest(
        name=claim.guest,
        uuid=claim.uuid,
        state=state_of(claim, now),
        pnodes=claim.pnodes,
        memory_kib=claim.taken_kib,
        left_s=None if claim.started else max(0.0, claim.expires_s - now.at_s),
        domid=claim.domid,
        host=claim.host,
    )
