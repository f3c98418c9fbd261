"""
An independent judge of the moves of a fleet, written from what moves mean; it shares no code with the planner.

A guest that migrates holds memory and vcpus at both ends until it has arrived. One that is restarted gives back what it
holds before it takes anew. The judge replays these events, those of one stage in shuffled order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from random import Random

from msgspec.structs import replace

from placer.check.running import running_vcpus
from placer.fleet.model.fleet import Fleet
from placer.fleet.moves.names import unknown
from placer.fleet.moves.plan import FleetMoves, FleetStep
from placer.fleet.plan.judge import judge
from placer.fleet.problem.loads import limited_host, settled
from placer.instance import Placement

Event = tuple[str, int, str, tuple[int, ...]]
"""A guest, 1 where it takes and -1 where it gives back, a host, and the pnodes of its vnodes."""
XEN = ("xl", "libxl", "hypercall", "rfc")
"""Forms of Xen, which migrates no guest with vnuma."""


def faults(plan: FleetMoves, *, seed: int = 0, replays: int = 5) -> list[str]:
    """
    Replay a plan, and say what is wrong with it.

    Parameters
    ----------
    seed, replays
        Seed of the orders, and how many of them are replayed.

    Returns
    -------
    list of str
        Empty for a plan that is safe, reaches its end state and keeps to its goal; and where there is no plan, as none
        can be made or none was found.
    """
    if plan.value is None:
        return ["it has stages, and no end state"] if plan.stages else []
    if strange := list(dict.fromkeys(unknown(plan))):
        return strange
    found: dict[str, None] = dict.fromkeys(_against_goal(plan))
    random = Random(seed)
    for _ in range(replays):
        found |= dict.fromkeys(_Replay(plan, random).faults())
    return list(found)


class _Replay:
    """One replay: where each guest holds what, at one end or at both."""

    def __init__(self, plan: FleetMoves, random: Random) -> None:
        self.plan, self.random, self.fleet = plan, random, plan.fleet
        self.ends: dict[str, list[tuple[str, tuple[int, ...]]]] = defaultdict(list)
        self.held: Counter[tuple[str, int, str]] = Counter()
        self.on: dict[str, Counter[str]] = defaultdict(Counter)
        for guest, place in first_places(self.fleet).items():
            self._change((guest, 1, *place))
        self.most: dict[tuple[str, int, str], int] = {}
        for host in dict.fromkeys(step.target for step in plan.steps):
            for (pnode, what), most in offers_of(self.fleet, host).items():
                self.most[host, pnode, what] = max(most, self.held[host, pnode, what])
        self.rules_of: dict[str, list[int]] = defaultdict(list)
        self.members: list[frozenset[str]] = []
        for i, rule in enumerate(self.fleet.rules):
            members = frozenset(guest for name in rule.members for guest in self.fleet.guests_named(name))
            self.members.append(members)
            for guest in members:
                self.rules_of[guest].append(i)
        self.broken = {i: self._excess(i) for i in range(len(self.members))}

    def faults(self) -> Iterator[str]:
        for number, stage in enumerate(self.plan.stages, 1):
            for step in stage:
                yield from self._misplaced(step, number)
            touched: set[int] = set()
            for event in self._shuffled([self._events(step) for step in stage]):
                self._change(event)
                touched.update(self.rules_of[event[0]])
                if event[1] > 0:
                    yield from self._overfull(event, number)
                    yield from self._crowded(event[0], number)
            yield from self._torn(touched, number)
        yield from self._end()

    def _misplaced(self, step: FleetStep, number: int) -> Iterator[str]:
        where = f'stage {number}, guest "{step.guest}"'
        if self.ends.get(step.guest) != [(step.source, step.before)]:
            yield f"{where}: the step expects it on host {step.source}, pnodes {step.before}, and it is elsewhere"
        entry = self.fleet.guest_entry[step.guest]
        if not self.fleet.may_use(entry, step.target):
            yield f'{where}: it may not use host "{step.target}"'
        source, target = self.plan.form_of(step.source), self.plan.form_of(step.target)
        if source != target:
            yield f'{where}: host "{step.source}" starts guests from {source}, host "{step.target}" from {target}'
        if step.way == "migrate" and source in XEN and self._has_vnuma(step):
            yield f"{where}: Xen does not migrate a guest with vnuma"
        if any(step.guest in self.fleet.guests_named(name) for name in self.plan.goal.stay):
            yield f"{where}: it shall stay"

    def _has_vnuma(self, step: FleetStep) -> bool:
        guest = settled(self.fleet.guests[self.fleet.guest_entry[step.guest]].guest).split_into(len(step.before))
        return guest.form == "vnuma" or (guest.form == "parts" and len(guest.vnodes) > 1)

    def _events(self, step: FleetStep) -> list[Event]:
        gives: Event = (step.guest, -1, step.source, step.before)
        takes: Event = (step.guest, 1, step.target, step.after)
        return [takes, gives] if step.way == "migrate" else [gives, takes]

    def _change(self, event: Event) -> None:
        guest, sign, host, pnodes = event
        for key, amount in _takes(self.fleet, guest, host, pnodes):
            self.held[key] += sign * amount
        self.on[host][guest] += sign
        if sign > 0:
            self.ends[guest].append((host, pnodes))
        elif (host, pnodes) in self.ends[guest]:
            self.ends[guest].remove((host, pnodes))

    def _shuffled(self, lists: list[list[Event]]) -> Iterator[Event]:
        """Merge lists of events at random, each in its own order."""
        left = [list(events) for events in lists]
        while left:
            chosen = self.random.choice(left)
            yield chosen.pop(0)
            left = [events for events in left if events]

    def _overfull(self, event: Event, number: int) -> Iterator[str]:
        guest, _, host, pnodes = event
        for key, amount in _takes(self.fleet, guest, host, pnodes):
            if amount and self.held[key] > self.most[key]:
                yield f'stage {number}: with guest "{guest}" pnode {key[1]} of host {host} holds too many {key[2]}'

    def _crowded(self, guest: str, number: int) -> Iterator[str]:
        for i in self.rules_of[guest]:
            if self.fleet.rules[i].limit is not None and self._excess(i) > self.broken[i]:
                yield f'stage {number}: with guest "{guest}" rules[{i}] is broken'

    def _torn(self, touched: set[int], number: int) -> Iterator[str]:
        for i in touched:
            if self.fleet.rules[i].limit is None and self._excess(i) > self.broken[i]:
                yield f"stage {number}: after it rules[{i}] is broken"

    def _excess(self, i: int) -> int:
        """Count by how many guests a rule is broken; one at both ends counts at both, but once in a group."""
        rule = self.fleet.rules[i]
        groups: dict[str, set[str]] = defaultdict(set)
        for guest in self.members[i]:
            for host, _ in self.ends.get(guest, ()):
                groups[self.fleet.group_of(host, rule.within)].add(guest)
        if rule.limit is None:
            return max(0, len(groups) - 1)
        return sum(max(0, len(group) - rule.limit) for group in groups.values())

    def _end(self) -> Iterator[str]:
        for guest, place in self.plan.placed.items():
            runs = self.ends.get(guest)
            new = guest in {each for name in self.plan.goal.make_room for each in self.fleet.guests_named(name)}
            if runs != [place] and not (new and not runs):
                yield f'at the end guest "{guest}" is not where the plan says'


def first_places(fleet: Fleet) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Give the host and the pnodes where each guest runs."""
    found = {}
    for placed in fleet.placed:
        host = fleet.hosts[fleet.host_entry[placed.host]].host
        guest = fleet.guests[fleet.guest_entry[placed.guest]].guest
        count = guest.flexible.least if guest.flexible else len(guest.vnodes)
        pnodes = (host.pnodes[0].id,) * count if placed.pnodes is None else placed.pnodes
        found[placed.guest] = (placed.host, pnodes)
    return found


def offers_of(fleet: Fleet, name: str) -> dict[tuple[int, str], int]:
    """Give the KiB and the vcpus that each pnode of a host offers; a great many vcpus where they are not limited."""
    host = limited_host(fleet, fleet.host_entry[name])
    found = {}
    for pnode, runs in zip(host.pnodes, running_vcpus(host), strict=True):
        limit = None if host.vcpus_per_pcpu is None else int(host.vcpus_per_pcpu * len(pnode.pcpus)) - runs
        found[pnode.id, "KiB"] = pnode.free_kib - pnode.reserve_kib
        found[pnode.id, "vcpus"] = 1 << 60 if limit is None else limit
    return found


def _takes(fleet: Fleet, guest: str, host: str, pnodes: tuple[int, ...]) -> Iterator[tuple[tuple[str, int, str], int]]:
    cut = settled(fleet.guests[fleet.guest_entry[guest]].guest).split_into(len(pnodes))
    for vnode, pnode in zip(cut.vnodes, pnodes, strict=True):
        yield (host, pnode, "KiB"), vnode.memory_kib + cut.overhead_share_kib(vnode)
        yield (host, pnode, "vcpus"), cut.online_on(vnode)


def _against_goal(plan: FleetMoves) -> Iterator[str]:
    """Yield what the end state breaks: budgets, hosts to be empty, guests without a place, rules that hold today."""
    goal, fleet = plan.goal, plan.fleet
    budgets = (("moves", plan.moves, goal.moves), ("KiB", plan.moved_kib, goal.kib))
    for what, count, most in (*budgets, ("restarts", plan.restarts, goal.restarts)):
        if most is not None and count > most:
            yield f"{count} {what}, of at most {most}"
    emptied = {host for name in goal.empty for host in fleet.hosts_named(name)}
    for guest, (host, _) in plan.placed.items():
        if host in emptied:
            yield f'guest "{guest}" is on host {host}, which shall be empty'
    asked = {placed.guest for placed in fleet.placed}
    asked |= {guest for name in goal.make_room for guest in fleet.guests_named(name)}
    for guest in sorted(asked.symmetric_difference(plan.placed)):
        yield f'guest "{guest}" has no place in the end, or should have none'
    today = set(end_faults(fleet, first_places(fleet))) if not goal.mend else set()
    yield from (fault for fault in end_faults(fleet, plan.placed) if fault not in today)


def end_faults(
    fleet: Fleet, placed: dict[str, tuple[str, tuple[int, ...]]], hosts: Collection[str] | None = None
) -> list[str]:
    """
    Say what a state of the fleet breaks: rules, and on every host all rules of placements.

    Parameters
    ----------
    hosts
        The hosts that are looked at, and of rules their part there; None for all.
    """
    on: dict[str, dict[str, tuple[int | None, ...]]] = defaultdict(dict)
    for guest, (host, pnodes) in placed.items():
        if hosts is None or host in hosts:
            on[host][guest] = pnodes
    loose = replace(fleet, placed=())
    return judge(loose, {host: Placement(pnode_of=each) for host, each in on.items()})
