"""Moves of running guests with claims: their new room is kept from the plan on until they have arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec.structs import replace as change

from placer.claims.claim import Claim, claim_of
from placer.claims.known import Known, known_at
from placer.claims.moments import Moment
from placer.claims.notes import counted_notes
from placer.claims.owner import owner_of
from placer.claims.planning import TRIES
from placer.claims.room import host_beside, others
from placer.claims.store import Session, Store, View
from placer.instance import Guest, Host
from placer.rebalance.judge import faults
from placer.rebalance.plan import Plan, Step
from placer.rebalance.running import Resident, RunningHost
from placer.solving.started import exclusive_members, started

PlanMoves = Callable[[RunningHost], Plan]
"""Plans moves on a host whose free memory is what claims leave."""


@dataclass(frozen=True, kw_only=True)
class MovesAsked:
    """
    Moves that are to be planned and claimed.

    Parameters
    ----------
    running
        What runs, as it was read.
    new
        The guests to make room for.
    uuid_of
        Name of such a guest -> its uuid, where its file states one.
    expires_s
        Seconds that a claim lasts.
    grace_s
        Seconds for which a guest that is gone keeps its room.
    """

    running: RunningHost
    new: tuple[Guest, ...] = ()
    uuid_of: Mapping[str, str]
    expires_s: float
    grace_s: float


def claimed_moves(store: Store, asked: MovesAsked, plan: PlanMoves, clock: Callable[[], Moment]) -> Plan:
    """
    Plan moves on what claims leave of a host, and claim what the guests take where they arrive.

    A guest that another plan is moving, as its claim says, stays. What a guest gives back where it comes from is not
    claimed.

    Parameters
    ----------
    plan
        Called once for each try: outside of the lock, and at last under it.

    Raises
    ------
    InputError
        As :class:`.store.Store` raises it; or if the file is of another host, or the snapshot of a past boot.
    """
    host = asked.running.instance.host
    owner = owner_of(host, asked.running.facts)

    def known(view: View) -> Known:
        found = known_at(view, owner, asked.running.facts, clock(), place=str(store.path), grace_s=asked.grace_s)
        return replace(found, claims=tuple(others(found.claims, asked.new, dict(asked.uuid_of))))

    store.make(owner)
    for _ in range(TRIES):
        found = _planned(known(store.read()), asked, plan)
        if not found.stages:
            return found
        with store.writing() as session:
            now = known(session.view)
            beside = beside_claims(asked.running, now)
            if not faults(replace(found, running=beside)):
                return _written(session, now, asked, found)
    with store.writing() as session:
        now = known(session.view)
        return _written(session, now, asked, _planned(now, asked, plan))


def beside_claims(running: RunningHost, known: Known) -> RunningHost:
    """Give a running host with the free memory that claims leave; guests that another plan is moving stay."""
    there = [resident.name for resident in running.residents]
    host = host_beside(running.instance.host, known.claims, known.observed, there=there)
    barred = {pnode for claim in known.claims if claim.exclusive for pnode in claim.pnodes}
    instance = change(running.instance, host=_without_room(host, barred, running))
    residents = tuple(_waiting(resident, known.claims) for resident in running.residents)
    return replace(running, instance=instance, residents=residents)


def _without_room(host: Host, pnodes: Collection[int], running: RunningHost) -> Host:
    """Leave pnodes that a claim keeps for its guest alone no more memory than guests hold there now."""
    held: Counter[int] = Counter()
    for guest in running.instance.guests:
        for vnode, pnode in zip(guest.vnodes, running.placement.pnode_of[guest.name], strict=True):
            assert pnode is not None  # of what runs
            held[pnode] += vnode.memory_kib
    kept = (
        change(each, memory_kib=min(each.memory_kib, held[each.id])) if each.id in pnodes else each
        for each in host.pnodes
    )
    return change(host, pnodes=tuple(kept))


def _waiting(resident: Resident, claims: Sequence[Claim]) -> Resident:
    """Let a guest stay whose domain a claim says is to be moved."""
    uuid = resident.uuid.lower() if resident.uuid else None
    mine = [claim for claim in claims if claim.is_of(resident.name, uuid)]
    if resident.domid is None or all(claim.before_domid != resident.domid for claim in mine):
        return resident
    return replace(resident, kinds=(), stuck="its claim says that it is being moved; placer claims release ends that")


def _planned(known: Known, asked: MovesAsked, plan: PlanMoves) -> Plan:
    found = plan(beside_claims(asked.running, known))
    said = [*asked.running.free_notes, *counted_notes(known.claims, known.observed, known.now)]
    return replace(found, notes=(*found.notes, *said))


def _written(session: Session, known: Known, asked: MovesAsked, plan: Plan) -> Plan:
    """Claim what arrives; gives the plan with the names of its guests."""
    claims = [*_arriving(known, asked, plan)]
    if not claims:
        return plan
    uuids, names = {claim.uuid for claim in claims if claim.uuid}, {claim.guest for claim in claims}
    kept = [claim for claim in known.claims if claim.uuid not in uuids and claim.guest not in names]
    session.replace_claims([*kept, *claims])
    session.set_owner(known.owner)
    return replace(plan, claimed=tuple(claim.guest for claim in claims))


def _arriving(known: Known, asked: MovesAsked, plan: Plan) -> Iterator[Claim]:
    """Give the claim of each guest that arrives on some pnode, in the order in which they first do."""
    if plan.instance is None or plan.placement is None:
        return
    guest_of = {guest.name: guest for guest in plan.instance.guests}
    resident_of = {resident.name: resident for resident in asked.running.residents}
    for name in dict.fromkeys(step.guest for step in plan.steps if step.after is not None):
        guest, resident = guest_of[name], resident_of.get(name)
        took = started(guest, plan.placement, asked.running.instance.host, exclusive_members(guest, plan.instance))
        claim = claim_of(
            took,
            resident.uuid if resident else asked.uuid_of.get(name),
            known.now,
            lasts_s=asked.expires_s,
            host_boot=known.observed.boot_id,
        )
        on_its_way = {p for step in plan.steps if step.guest == name for p in _whole_on(step) if {p} != {*claim.pnodes}}
        visited = dict.fromkeys(on_its_way, guest.memory_kib)
        before_domid = resident.domid if resident else None
        yield change(claim, memory_kib=claim.memory_kib | visited, before_domid=before_domid)


def _whole_on(step: Step) -> tuple[int, ...]:
    """Give the pnode that has all memory of a guest after a step, which may be one on its way; none for several."""
    return step.after if step.after is not None and len(step.after) == 1 else ()
