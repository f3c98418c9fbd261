"""The end states of a rebalancing as a Problem, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace as change

import numpy as np
from msgspec.structs import replace

from placer.assignment import IntArray, Problem, Resource
from placer.instance import Guest, Host, Instance, Placement, Rule, Vnode, VnodeOf, guest_of
from placer.instance.flexible import set_parts
from placer.instance.rules import Member
from placer.instance.units import KIB_PER_MIB
from placer.lowering.costs import sharing_price_milli
from placer.lowering.lower import lower
from placer.lowering.moves import ABSENT, Budget, Gate, Mover, moves_term, with_moves
from placer.rebalance.goal import Goal
from placer.rebalance.running import Resident, RunningHost

COUNT, MEMORY = "moves", "moved_memory"
"""The names of the two terms that the tiers of the instance get besides: guests that move, and their memory in MiB."""


@dataclass(frozen=True, kw_only=True)
class EndProblem:
    """
    The end states of a goal as a Problem.

    Parameters
    ----------
    running, goal
        What it was made of.
    problem
        Its Problem; the first items are the vnodes of ``guests``, one guest after the other.
    guests
        Every guest as it is now, every guest that is another one once it has moved, and the guests to make room for.
    later_of
        Name -> the guest once it has moved, if that is another one.
    movers
        Names of the guests that may move, in the order of the selectors.
    moved_items
        The items of each of them now, and once it has moved.
    gates
        The pnodes that hold more now than may arrive there, as sites; an item for each stands before the selectors.
    tiers
        The names of the terms of each tier.
    """

    running: RunningHost
    goal: Goal
    problem: Problem
    guests: tuple[Guest, ...]
    later_of: dict[str, Guest]
    movers: tuple[str, ...]
    moved_items: tuple[Mover, ...]
    gates: tuple[Gate, ...]
    tiers: tuple[tuple[str, ...], ...]

    def decode(self, site_of: IntArray) -> tuple[Instance, Placement]:
        """Give the end state of an assignment: the guests that exist in it, and their pnodes."""
        ids = [pnode.id for pnode in self.running.instance.host.pnodes]
        sites = iter(site_of.tolist())
        there = {guest.name: (guest, [next(sites) for _ in guest.vnodes]) for guest in self.guests}
        chosen: list[Guest] = []
        pnode_of: dict[str, tuple[int | None, ...]] = {}
        for name in (*self.running.placement.pnode_of, *(guest.name for guest in self.goal.make_room)):
            guest, on = there[name]
            if on[0] == len(ids) + ABSENT:
                guest, on = there[self.later_of[name].name]
            chosen.append(replace(guest, name=name))
            pnode_of[name] = tuple(ids[p] for p in on)
        return with_guests(self.running, chosen), Placement(pnode_of=pnode_of)


def end_problem(running: RunningHost, goal: Goal) -> EndProblem:
    """
    Lower all end states of a goal: each guest where it is, or moved within the budget, beside the guests to make room.

    What runs may stay where it is, even if that breaks a rule today.
    """
    host = running.instance.host
    now = running.instance.guests
    movers = [resident for resident in running.residents if may_move(resident, goal)]
    later_of = {each.name: later for each in movers if (later := _later(each, running)) is not None}
    guests = (*now, *later_of.values(), *goal.make_room)
    expanded = _expanded(running, goal, guests, later_of)
    problem = lower(expanded).problem
    home = np.full(problem.n, -1, dtype=np.int64)
    placed = [host.position_of[p] for guest in now for p in running.placement.pnode_of[guest.name] if p is not None]
    home[: len(placed)] = placed
    items = dict(zip([guest.name for guest in guests], problem.groups, strict=True))
    groups = []
    for mover in movers:
        mine = items[mover.name]
        groups.append(Mover(now=mine, later=items[later_of[mover.name].name] if mover.name in later_of else mine))
    strict = problem.resources
    problem = _staying_allowed(problem, home, [group.now for group in groups], goal, host)
    gates = _gates(strict, problem)
    mib = np.array([-(-mover.memory_kib // KIB_PER_MIB) for mover in movers], dtype=np.int64)
    count = np.ones(len(movers), dtype=np.int64)
    n, m = problem.n + len(gates), problem.m
    problem = with_moves(problem, home, groups, _budgets(movers, count, mib, goal), gates)
    tiers = [*problem.tiers]
    tiers.insert(_place_of_count(goal.fewest, len(tiers)), (moves_term(COUNT, count, n, m),))
    tiers.append((moves_term(MEMORY, mib, n, m),))
    return EndProblem(
        running=running,
        goal=goal,
        problem=change(problem, tiers=tuple(tiers)),
        guests=guests,
        later_of=later_of,
        movers=tuple(resident.name for resident in movers),
        moved_items=tuple(groups),
        gates=gates,
        tiers=tier_names(running, fewest=goal.fewest),
    )


def may_move(resident: Resident, goal: Goal) -> bool:
    """Whether a goal lets a guest move."""
    kinds = [kind for kind in resident.kinds if kind != "restart" or goal.restarts]
    return bool(kinds) and resident.name not in goal.stay and not keeps_pcpus(resident, goal)


def keeps_pcpus(resident: Resident, goal: Goal) -> bool:
    """Whether a guest keeps the pcpus that its own configuration binds it to."""
    return bool(resident.pcpus) and resident.name not in goal.unpin


def with_guests(running: RunningHost, guests: Iterable[Guest]) -> Instance:
    """Give the instance with other guests, and no shape: no guest moves for that."""
    instance = running.instance
    return replace(instance, guests=tuple(guests), objective=replace(instance.objective, shape="none"))


def _later(resident: Resident, running: RunningHost) -> Guest | None:
    """
    Give the guest once it has moved, if its vnodes are others then.

    A guest without vnuma that lies on several pnodes is moved to one. If no pnode of the host could take it even if it
    were empty, it is moved to as many pnodes as it lies on, a set.
    """
    guest = next(guest for guest in running.instance.guests if guest.name == resident.name)
    if resident.vnuma or len(guest.vnodes) == 1:
        return None
    taken = {each.name for each in running.instance.guests}
    name = next(
        f"{guest.name[:240]} moved{i}" for i in range(len(taken) + 1) if f"{guest.name[:240]} moved{i}" not in taken
    )
    pnodes = running.instance.host.pnodes
    if any(guest.memory_kib <= p.memory_kib - p.reserve_kib and guest.vcpu_count <= len(p.pcpus) for p in pnodes):
        whole = Vnode(memory_kib=guest.memory_kib, vcpus=tuple(range(guest.vcpu_count)))
        return replace(guest, name=name, vnodes=(whole,), one_to_one=False)
    parts = set_parts(guest.memory_kib, guest.vcpu_count, len(guest.vnodes))
    vnodes = tuple(Vnode(memory_kib=kib, vcpus=tuple(vcpus)) for kib, vcpus in parts)
    return replace(guest, name=name, vnodes=vnodes, one_to_one=True)


def _expanded(running: RunningHost, goal: Goal, guests: tuple[Guest, ...], later_of: dict[str, Guest]) -> Instance:
    """
    Give the instance of all these guests, priced as that of the guests that there are in the end.

    Its claims are no matter of the end state: what runs holds its memory already.
    """
    instance = running.instance
    real = with_guests(running, (*instance.guests, *goal.make_room))
    price = sharing_price_milli(real) / 1000
    return replace(
        real,
        host=replace(instance.host, claimed_kib=0),
        guests=guests,
        rules=tuple(_with_later(rule, later_of) for rule in instance.rules for rule in _rules(rule, later_of)),
        objective=replace(real.objective, core_sharing_price=price),
    )


def _rules(rule: Rule, later_of: dict[str, Guest]) -> list[Rule]:
    """Give an exclusive rule for the guest as it is now, and one for the guest once it has moved."""
    if rule.exclusive is None or guest_of(rule.exclusive) not in later_of:
        return [rule]
    return [rule, Rule(exclusive=later_of[guest_of(rule.exclusive)].name)]


def _with_later(rule: Rule, later_of: dict[str, Guest]) -> Rule:
    """Add to a rule that keeps guests apart the guests that they are once they have moved."""
    if rule.apart is None:
        return rule
    more: dict[Member, None] = dict.fromkeys(rule.apart)
    for member in rule.apart:
        if not isinstance(member, VnodeOf) and member in later_of:
            more[later_of[member].name] = None
    return Rule(apart=tuple(more))


def _staying_allowed(problem: Problem, home: IntArray, movers: list[IntArray], goal: Goal, host: Host) -> Problem:
    """Allow what runs its home, whatever the rules say, and others than the movers nothing else."""
    allowed = problem.allowed.copy()
    placed = np.flatnonzero(home >= 0)
    fixed = np.setdiff1d(placed, np.concatenate([np.zeros(0, dtype=np.int64), *movers]))
    allowed[fixed] = False
    allowed[placed, home[placed]] = True
    allowed[:, [host.position_of[pnode] for pnode in goal.empty]] = False
    resources = []
    for resource in problem.resources:
        load = np.bincount(home[placed], weights=resource.weight[placed], minlength=problem.m).astype(np.int64)
        resources.append(change(resource, capacity=np.maximum(resource.capacity, load)))
    return change(problem, allowed=allowed, resources=tuple(resources))


def _gates(strict: tuple[Resource, ...], problem: Problem) -> tuple[Gate, ...]:
    """Give the sites on which more stays than fits, as where a reserve is not kept: nothing arrives beside that."""
    more = np.array([now.capacity - least.capacity for now, least in zip(problem.resources, strict, strict=True)])
    sites = np.flatnonzero(more.any(axis=0)).tolist() if len(more) else []
    return tuple(Gate(site=site, excess=tuple(more[:, site].tolist())) for site in sites)


def _budgets(movers: list[Resident], count: IntArray, mib: IntArray, goal: Goal) -> list[Budget]:
    restarted = np.array([mover.kinds == ("restart",) for mover in movers], dtype=np.int64)
    limits = (
        (COUNT, count, goal.moves),
        (MEMORY, mib, None if goal.kib is None else goal.kib // KIB_PER_MIB),
        ("restarts", restarted, goal.restarts),
    )
    return [Budget(name=name, weight=weight, limit=limit) for name, weight, limit in limits if limit is not None]


def tier_names(running: RunningHost, *, fewest: bool) -> tuple[tuple[str, ...], ...]:
    """Name the terms of each tier: the count of moves before all costs or after them, the memory that moves last."""
    names = [tuple(tier) for tier in with_guests(running, running.instance.guests).tiers()]
    names.insert(_place_of_count(fewest, len(names)), (COUNT,))
    return (*names, (MEMORY,))


def _place_of_count(fewest: bool, tiers: int) -> int:
    """Right behind the two tiers of unplaced guests where the fewest moves are asked, else behind all tiers."""
    return 2 if fewest else tiers
