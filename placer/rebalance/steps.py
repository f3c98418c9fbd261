"""From an end state to stages of steps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from placer.instance import Guest, Instance, Placement, guest_of
from placer.rebalance.end_problem import keeps_pcpus
from placer.rebalance.goal import Goal
from placer.rebalance.plan import Step
from placer.rebalance.running import RunningHost
from placer.rebalance.sequence import sequence
from placer.rebalance.stages import stage
from placer.rebalance.transfers import ANYWHERE, Action, Occupancy, Transfer


@dataclass(frozen=True, kw_only=True)
class Steps:
    """
    Stages of steps to an end state.

    Parameters
    ----------
    repins
        Guests whose vcpus are bound near their memory first.
    stages
        The steps of each stage.
    stage_bound
        So many stages are needed at least for these steps.
    proved
        Whether no order takes fewer moves, nor as many with less downtime.
    stuck
        Guests for whose moves no order was found.
    """

    repins: tuple[Step, ...] = ()
    stages: tuple[tuple[Step, ...], ...] = ()
    stage_bound: int = 0
    proved: bool = True
    stuck: tuple[str, ...] = ()


def steps_to(running: RunningHost, goal: Goal, end: Instance, placement: Placement, *, live: bool = False) -> Steps:
    """
    Order the moves to an end state.

    Parameters
    ----------
    live
        Whether no guest is saved; then guests that wait for each other take turns on a pnode with room, which takes a
        move more.
    """
    transfers = moved_guests(running, end, placement, live=live)
    start = occupancy(running)
    pnodes = tuple(pnode.id for pnode in running.instance.host.pnodes if pnode.id not in goal.empty and pnode.pcpus)
    found = sequence(transfers, start, pnodes if live else ())
    if found.stuck:
        return Steps(proved=found.proved, stuck=found.stuck)
    staging = stage(found.actions, start)
    stages = [tuple(_step(action) for action in each) for each in staging.stages]
    if goal.make_room:
        stages.append(tuple(_create(guest, placement) for guest in goal.make_room))
    moving = {transfer.name for transfer in transfers}
    repins = [
        each for each in running.residents if each.repin and each.name not in moving and not keeps_pcpus(each, goal)
    ]
    return Steps(
        repins=tuple(_repin(each.name, running) for each in repins),
        stages=tuple(stages),
        stage_bound=staging.bound + bool(goal.make_room),
        proved=found.proved,
    )


def moved_guests(running: RunningHost, end: Instance, placement: Placement, *, live: bool = False) -> list[Transfer]:
    """Give the guests that are elsewhere in an end state, with what they hold before and after."""
    later = {guest.name: guest for guest in end.guests}
    transfers = []
    for guest, resident in zip(running.instance.guests, running.residents, strict=True):
        now, then = running.placement.pnode_of[guest.name], placement.pnode_of[guest.name]
        if now == then and guest.vnodes == later[guest.name].vnodes:
            continue
        kinds = tuple(kind for kind in resident.kinds if not (live and kind == "save"))
        before, after = held(guest, now), held(later[guest.name], then)
        transfers.append(Transfer(name=guest.name, kinds=kinds, kib=resident.memory_kib, before=before, after=after))
    return transfers


def occupancy(running: RunningHost) -> Occupancy:
    """
    Give what is free on the pnodes now, less the reserves, and in all, less what is claimed; and rules apart.

    Where a reserve is not kept, less than 0 is free.
    """
    host, placement = running.instance.host, running.placement
    taken: Counter[int] = Counter()
    for guest in running.instance.guests:
        taken.update(held(guest, placement.pnode_of[guest.name]))
    free = {p.id: p.memory_kib - p.reserve_kib - taken[p.id] for p in host.pnodes}
    free[ANYWHERE] = max(0, host.unclaimed_kib - taken[ANYWHERE])
    pairs = _apart(running.instance)
    on = {name: frozenset(p for p in placement.pnode_of[name] if p is not None) for pair in pairs for name in pair}
    return Occupancy(free=free, on=on, apart=frozenset(pairs))


def held(guest: Guest, pnodes: tuple[int | None, ...]) -> dict[int, int]:
    """Give what a guest holds on its pnodes, and in all, in KiB."""
    kib: Counter[int] = Counter()
    for vnode, pnode in zip(guest.vnodes, pnodes, strict=True):
        if pnode is not None:
            kib.update({pnode: vnode.memory_kib, ANYWHERE: vnode.memory_kib})
    return dict(kib)


def _apart(instance: Instance) -> set[frozenset[str]]:
    """Give the pairs of guests that may not be on one pnode, of rules about whole guests."""
    names = [guest.name for guest in instance.guests]
    pairs: set[frozenset[str]] = set()
    for rule in instance.rules:
        if rule.apart is not None:
            pairs |= {frozenset(map(guest_of, pair)) for pair in combinations(rule.apart, 2)}
        elif rule.exclusive is not None:
            mine = guest_of(rule.exclusive)
            pairs |= {frozenset((mine, name)) for name in names}
    return {pair for pair in pairs if len(pair) == 2}


def _step(action: Action) -> Step:
    return Step(
        guest=action.name,
        kind=action.kind,
        phase=action.phase,
        before=None if action.phase == "in" else tuple(sorted(action.transfer.leaves)),
        after=None if action.phase == "out" else tuple(sorted(action.transfer.comes)),
        kib=action.transfer.kib,
    )


def _create(guest: Guest, placement: Placement) -> Step:
    return Step(guest=guest.name, kind="create", after=_pnodes(placement, guest.name))


def _repin(name: str, running: RunningHost) -> Step:
    where = _pnodes(running.placement, name)
    return Step(guest=name, kind="repin", before=where, after=where)


def _pnodes(placement: Placement, name: str) -> tuple[int, ...]:
    return tuple(sorted({pnode for pnode in placement.pnode_of[name] if pnode is not None}))
