"""Plans and claims: planned outside of the lock, judged anew under it, and planned under it where others are faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from msgspec.structs import replace as change

from placer.claims.claim import Claim, claim_of
from placer.claims.known import known_at
from placer.claims.moments import Moment
from placer.claims.notes import claim_notes
from placer.claims.owner import owner_of
from placer.claims.room import faults_beside, others, request_beside
from placer.claims.store import Session, Store, View
from placer.claims.tables import Owner
from placer.instance import Guest, Rule
from placer.job.request import Request
from placer.job.settled import settled
from placer.solving.result import Result
from placer.solving.started import exclusive_members, started

TRIES = 3
"""Plans outside of the lock before one is made under it (benchmarks/claims.md has how many are needed)."""
Solve = Callable[[Request], Result]
"""Solves a request whose guests are settled."""
Clock = Callable[[], Moment]


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """
    An answer whose guests have their claims.

    Parameters
    ----------
    request
        As it was solved: on what other claims leave of its host, with notes on that; for :func:`placer.emit`.
    answer
        The answer. Where it has no placement, or one that breaks rules, nothing is claimed.
    guests
        Names of the guests that are claimed.
    tries
        Plans that were made; a fourth was made under the lock.
    """

    request: Request
    answer: Result
    guests: tuple[str, ...] = ()
    tries: int = 1


@dataclass(frozen=True, kw_only=True)
class Ask:
    """
    What is to be claimed.

    Parameters
    ----------
    request
        The guests, and the host as it was read.
    rules
        Further rules, between the guests of the request and those of claims.
    expires_s
        Seconds that a claim lasts while no domain of its guest is known.
    grace_s
        Seconds for which a guest that is gone keeps its room.
    """

    request: Request
    rules: tuple[Rule, ...] = ()
    expires_s: float
    grace_s: float

    @property
    def as_read(self) -> Request:
        """The request before its guests were settled."""
        return self.request.as_read or self.request

    @property
    def owner(self) -> Owner:
        """What makes its host known."""
        return owner_of(self.as_read.instance.host, self.as_read.running)

    @property
    def uuid_of(self) -> dict[str, str]:
        """Name of a guest -> its uuid, where its file states one."""
        return {name: reading.uuid for name, reading in self.request.readings.items() if reading.uuid}


def claimed(store: Store, ask: Ask, plan: Solve, clock: Clock, *, tries: int = TRIES) -> Claimed:
    """
    Plan a request on what claims leave of its host, and claim what the plan takes.

    Parameters
    ----------
    plan
        Called once for each try.
    tries
        Plans that are made outside of the lock before one is made under it.

    Raises
    ------
    InputError
        As :class:`.store.Store` raises it; or if the file is of another host, or the snapshot of a past boot.
    """
    store.make(ask.owner)
    for tried in range(1, tries + 1):
        found = _planned(_Known(store.read(), ask, clock(), store), plan, tried)
        if not found.guests:
            return found
        with store.writing() as session:
            if _written(session, _Known(session.view, ask, clock(), store), found):
                return found
    with store.writing() as session:
        known = _Known(session.view, ask, clock(), store)
        found = _planned(known, plan, tries + 1)
        if found.guests:
            _written(session, known, found)
        return found


class _Known:
    """What is known at a moment of the host, and of the claims of other guests."""

    def __init__(self, view: View, ask: Ask, now: Moment, store: Store) -> None:
        known = known_at(view, ask.owner, ask.as_read.running, now, place=str(store.path), grace_s=ask.grace_s)
        self.ask, self.now = ask, now
        self.owner, self.observed = known.owner, known.observed
        self.others: list[Claim] = others(known.claims, ask.request.instance.guests, ask.uuid_of)


def _planned(known: _Known, plan: Solve, tried: int) -> Claimed:
    ask = known.ask
    request = settled(request_beside(ask.as_read, known.others, known.observed, ask.rules))
    notes = claim_notes(known.others, known.observed, known.now, ask.as_read)
    request = replace(request, notes=(*request.notes, *notes), as_read=ask.as_read)
    answer = plan(request)
    return Claimed(request=request, answer=answer, guests=tuple(guest.name for guest in _placed(answer)), tries=tried)


def _written(session: Session, known: _Known, found: Claimed) -> bool:
    """Claim what an answer takes if it still fits beside the claims of now; whether it did."""
    if faults_beside(found.answer, known.ask.as_read, known.others, known.observed):
        return False
    before = {claim.guest for claim in session.view.claims}
    session.replace_claims([*known.others, *_own(found.answer, known)])
    session.set_owner(known.owner)
    for guest in _placed(found.answer):
        if guest.name not in before:
            session.count_shape(guest.memory_kib, guest.vcpu_count, guest.seen_vnodes)
    return True


def _placed(answer: Result) -> list[Guest]:
    """Give the guests of an answer that are placed whole; none where it breaks a rule."""
    if answer.placement is None or answer.instance is None:
        return []
    if any(violation.rule != "unplaced" for violation in answer.violations):
        return []
    pnode_of = answer.placement.pnode_of
    return [guest for guest in answer.instance.guests if None not in pnode_of[guest.name]]


def _own(answer: Result, known: _Known) -> list[Claim]:
    assert answer.placement is not None and answer.instance is not None
    host = known.ask.as_read.instance.host
    claims = []
    for guest in _placed(answer):
        took = started(guest, answer.placement, host, exclusive_members(guest, answer.instance))
        claim = claim_of(
            took,
            known.ask.uuid_of.get(guest.name),
            known.now,
            lasts_s=known.ask.expires_s,
            host_boot=known.observed.boot_id,
        )
        domain = known.observed.find(claim)
        claims.append(claim if domain is None else change(claim, before_domid=domain.domid))
    return claims
