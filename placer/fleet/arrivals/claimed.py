"""Guests that come to a fleet through several callers: each plans beside the claims of others, and claims its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from placer.claims.claim import Claim, claim_of
from placer.claims.life_cycle import state_of
from placer.claims.moments import Moment, this_moment
from placer.claims.planning import TRIES, Clock
from placer.claims.store import Session, Store, View
from placer.claims.tables import Owner
from placer.errors import InputError
from placer.fleet.arrivals.arrival import Arrival
from placer.fleet.arrivals.coming import Coming
from placer.fleet.arrivals.online import OnlineFleet
from placer.fleet.model.fleet import Fleet
from placer.instance import Guest, shorten
from placer.solving.started import exclusive_members, started

OWNER = Owner(name="", pnodes=(), fleet=True)


def claimed_arrivals(
    store: Store,
    fleet: Fleet,
    coming: Sequence[Coming],
    add: Callable[[OnlineFleet], tuple[Arrival, ...]],
    *,
    expires_s: float,
    clock: Clock = this_moment,
    tries: int = TRIES,
) -> tuple[Arrival, ...]:
    """
    Place guests on what the claims of others leave of a fleet, and claim what they take.

    They are placed outside of the lock, and their claims are written where no other claim came meanwhile; after some
    tries they are placed while the lock is held. A claim ends where the fleet shows its guest placed, or where it has
    expired.

    Parameters
    ----------
    coming
        The guests.
    add
        Adds them to a fleet that has the guests of claims; called once for each try.
    expires_s
        Seconds that a claim lasts until the fleet shows its guest, or it is confirmed.

    Raises
    ------
    InputError
        As :class:`placer.claims.store.Store` raises it; or if the file is of a host, or has a claim on a host that the
        fleet does not have.
    """
    store.make(OWNER)
    names = {each.name for each in coming}
    for _ in range(tries):
        known = _others(store.read(), fleet, names, clock(), store)
        answers = add(_beside(fleet, known, store))
        if not any(each.host for each in answers):
            return answers
        with store.writing() as session:
            if _others(session.view, fleet, names, clock(), store) == known:
                _write(session, known, _claims(answers, coming, clock(), expires_s))
                return answers
    with store.writing() as session:
        known = _others(session.view, fleet, names, clock(), store)
        answers = add(_beside(fleet, known, store))
        _write(session, known, _claims(answers, coming, clock(), expires_s))
        return answers


def _others(view: View, fleet: Fleet, names: set[str], now: Moment, store: Store) -> list[Claim]:
    """Give the claims that count: of other guests, not expired, and not placed in the fleet."""
    if not view.owner.fleet:
        raise InputError(
            f'has the claims of host "{view.owner.name}", expected those of a fleet', place=str(store.path)
        )
    placed = {each.guest for each in fleet.placed}
    claims = [claim for claim in view.claims if claim.guest not in placed and claim.guest not in names]
    kept = [claim for claim in (each.in_boot(now) for each in claims) if state_of(claim, now) != "expired"]
    for claim in kept:
        if claim.host not in fleet.host_entry:
            raise InputError(
                f'guest "{shorten(claim.guest)}" claims room of host "{shorten(claim.host)}", which the fleet does not '
                "have; placer claims release ends the claim",
                place=str(store.path),
            )
    return kept


def _beside(fleet: Fleet, claims: Sequence[Claim], store: Store) -> OnlineFleet:
    """Give a fleet that holds the guests of claims."""
    online = OnlineFleet(fleet)
    for claim in claims:
        came = msgspec.json.decode(claim.stated, type=Coming)
        try:
            online.hold(came.guest, claim.host, claim.pnodes, like=came.like, rules=came.rules)
        except InputError as error:
            raise InputError(
                f'guest "{shorten(claim.guest)}" claims what the fleet does not have: {error.message}; placer claims '
                "release ends the claim",
                place=str(store.path),
            ) from None
    return online


def _write(session: Session, known: Sequence[Claim], own: Sequence[tuple[Arrival, Claim]]) -> None:
    before = {claim.guest for claim in session.view.claims}
    session.replace_claims([*known, *(claim for _, claim in own)])
    for answer, claim in own:
        if claim.guest not in before:
            guest = _guest(answer)
            session.count_shape(guest.memory_kib, guest.vcpu_count, guest.seen_vnodes)


def _guest(answer: Arrival) -> Guest:
    assert answer.instance is not None
    return next(guest for guest in answer.instance.guests if guest.name == answer.guest)


def _claims(
    answers: Sequence[Arrival], coming: Sequence[Coming], now: Moment, expires_s: float
) -> list[tuple[Arrival, Claim]]:
    claims = []
    for answer, stated in zip(answers, coming, strict=True):
        if answer.host is None or answer.instance is None or answer.placement is None:
            continue
        guest = _guest(answer)
        took = started(guest, answer.placement, answer.instance.host, exclusive_members(guest, answer.instance))
        claim = claim_of(took, None, now, lasts_s=expires_s, host_boot="")
        claims.append((answer, replace(claim, host=answer.host, stated=msgspec.json.encode(stated).decode())))
    return claims
