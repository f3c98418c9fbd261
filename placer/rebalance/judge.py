"""
An independent judge of plans, written from the meaning of moves alone; it shares no code with the planner.

A migration takes memory at its target first and gives that at its source back afterwards. Saving, or shutting down,
gives all memory back; coming back takes it. The judge replays these events, those of one stage in shuffled order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from placer.check import check
from placer.instance import Guest, guest_of
from placer.rebalance.plan import Plan, Step

Memory = dict[int, int]
"""Id of a pnode -> KiB there."""
Event = tuple[str, bool, Memory]
"""A guest, whether it takes memory or gives it back, and which."""
LEAST_KIB = 16 << 10
"""Memory of a domain on a pnode that it was put there for; Xen strews a few MiB by itself."""
MOST_MOVES = 2
"""Most moves of one guest in a plan."""


def faults(plan: Plan, *, seed: int = 0, replays: int = 5) -> list[str]:
    """
    Replay a plan, and say what is wrong with it.

    Parameters
    ----------
    seed, replays
        Seed of the orders, and how many of them are replayed.

    Returns
    -------
    list of str
        Empty for a plan that is safe, reaches its end state and keeps to its goal.
    """
    if plan.placement is None or plan.instance is None:
        return [] if not plan.stages else ["it has stages, and no end state"]
    found: dict[str, None] = dict.fromkeys(_against_goal(plan))
    random = Random(seed)
    for _ in range(replays):
        found |= dict.fromkeys(_Replay(plan, random).faults())
    return list(found)


class _Replay:
    """One replay: what each guest holds where, and what each pnode and the host can hold."""

    def __init__(self, plan: Plan, random: Random) -> None:
        self._plan, self._random = plan, random
        running = plan.running
        self._guests = {guest.name: guest for guest in running.instance.guests}
        self._new = {guest.name: guest for guest in plan.goal.make_room}
        self._later = {guest.name: guest for guest in (plan.instance.guests if plan.instance else ())}
        self._holds: dict[str, list[Memory]] = {
            name: [_on(guest, running.placement.pnode_of[name])] for name, guest in self._guests.items()
        }
        self._room = {p.id: p.memory_kib - p.reserve_kib for p in running.instance.host.pnodes}
        self._most = {p: max(room, self._held(p)) for p, room in self._room.items()}
        host = running.instance.host
        total = sum(pnode.memory_kib for pnode in host.pnodes) - host.claimed_kib
        self._in_all = max(total, sum(map(self._held, self._most)))
        self._moves: Counter[str] = Counter()
        self._met = {*self._meetings()}

    def faults(self) -> Iterator[str]:
        for number, stage in enumerate(self._plan.stages, 1):
            known = [step for step in stage if step.guest in self._later]
            for step in stage:
                yield from self._misplaced(step, number)
            for name, takes, memory in self._shuffled([self._events(step) for step in known]):
                if takes:
                    self._holds.setdefault(name, []).append(memory)
                    yield from self._beside_reserve(name, memory, number)
                elif memory in self._holds.get(name, []):
                    self._holds[name].remove(memory)
                yield from self._overfull(number)
                yield from self._too_close(number)
        yield from self._end()

    def _misplaced(self, step: Step, number: int) -> Iterator[str]:
        """Yield what keeps a step from being done: the guest is elsewhere, may not move so, or moves too often."""
        where = f'stage {number}, guest "{step.guest}"'
        if step.kind == "create":
            if step.guest in self._holds or step.guest not in self._new:
                yield f"{where}: it is started, and runs or is no guest to make room for"
            return
        if step.guest not in self._guests:
            yield f"{where}: no such guest"
            return
        there = [tuple(sorted(memory)) for memory in self._holds[step.guest]]
        if there != ([] if step.before is None else [step.before]):
            yield f"{where}: the step expects it on {step.before}, it is on {there}"
        self._moves[step.guest] += step.phase != "in"
        resident = self._plan.running.resident(step.guest)
        fast = bool(resident.pcpus) and step.guest not in self._plan.goal.unpin
        if step.kind not in resident.kinds or step.guest in self._plan.goal.stay or fast:
            yield f"{where}: it may not move by {step.kind}"
        if self._moves[step.guest] > MOST_MOVES:
            yield f"{where}: it moves more than twice"

    def _events(self, step: Step) -> list[Event]:
        """Give the events of a step, in their order."""
        gives = [(step.guest, False, memory) for memory in self._holds.get(step.guest, []) if step.before is not None]
        takes = [] if step.after is None else [(step.guest, True, self._memory(step.guest, step.after))]
        return [*takes, *gives] if step.kind == "migrate" else [*gives, *takes]

    def _memory(self, name: str, pnodes: tuple[int, ...]) -> Memory:
        """Give what a guest holds on some pnodes: on one all of it, on several what the end state says."""
        end = self._plan.placement
        later = self._later[name]
        if len(pnodes) == 1:
            return {pnodes[0]: sum(vnode.memory_kib for vnode in later.vnodes)}
        return _on(later, end.pnode_of[name] if end else ())

    def _shuffled(self, lists: list[list[Event]]) -> Iterator[Event]:
        """Merge lists of events at random, each in its own order."""
        left = [list(events) for events in lists if events]
        while left:
            chosen = self._random.choice(left)
            yield chosen.pop(0)
            left = [events for events in left if events]

    def _held(self, pnode: int) -> int:
        return sum(memory.get(pnode, 0) for memories in self._holds.values() for memory in memories)

    def _beside_reserve(self, name: str, memory: Memory, number: int) -> Iterator[str]:
        """Yield the pnodes whose reserve is not kept once a guest has arrived there."""
        for pnode, kib in memory.items():
            if kib and self._held(pnode) > self._room[pnode]:
                yield f'stage {number}: with guest "{name}" pnode {pnode} holds more than leaves its reserve'

    def _overfull(self, number: int) -> Iterator[str]:
        held = {pnode: self._held(pnode) for pnode in self._most}
        for pnode, kib in held.items():
            if kib > self._most[pnode]:
                yield f"stage {number}: pnode {pnode} holds {kib} KiB, of {self._most[pnode]}"
        if sum(held.values()) > self._in_all:
            yield f"stage {number}: guests hold {sum(held.values())} KiB, of {self._in_all} that nobody claimed"

    def _too_close(self, number: int) -> Iterator[str]:
        """Yield the rules that keep guests apart and are broken now, and were not before."""
        before, self._met = self._met, {*self._meetings()}
        for one, other, pnode in sorted(self._met - before):
            yield f'stage {number}: guests "{one}" and "{other}" are both on pnode {pnode}'

    def _meetings(self) -> Iterator[tuple[str, str, int]]:
        """Yield two guests that a rule keeps apart, and a pnode that both are on."""
        on = {name: {p for memory in memories for p in memory} for name, memories in self._holds.items()}
        for rule in self._plan.running.instance.rules:
            members = [guest_of(member) for member in rule.members]
            others = [name for name in on if name not in members] if rule.exclusive is not None else members
            for one in members if rule.together is None else []:
                for other in others:
                    if one != other:
                        yield from ((one, other, pnode) for pnode in on.get(one, set()) & on.get(other, set()))

    def _end(self) -> Iterator[str]:
        assert self._plan.placement is not None
        for name, pnodes in self._plan.placement.pnode_of.items():
            wanted = [_on(self._later[name], pnodes)]
            if self._holds.get(name) != wanted:
                yield f'at the end guest "{name}" holds {self._holds.get(name)}, planned is {wanted}'


def _on(guest: Guest, pnodes: tuple[int | None, ...]) -> Memory:
    memory: Counter[int] = Counter()
    for vnode, pnode in zip(guest.vnodes, pnodes, strict=True):
        if pnode is not None:
            memory[pnode] += vnode.memory_kib
    return dict(memory)


def _against_goal(plan: Plan) -> Iterator[str]:
    """Yield what the end state breaks: budgets, pnodes to be empty, rules that hold today, and costs that differ."""
    assert plan.instance is not None and plan.placement is not None and plan.after is not None
    goal, moving = plan.goal, [step for step in plan.steps if step.phase != "in" and step.kind != "create"]
    for what, count, most in (
        ("moves", len(moving), goal.moves),
        ("KiB moved", sum(step.kib for step in moving), goal.kib),
        ("restarts", sum(step.kind == "restart" for step in moving), goal.restarts),
    ):
        if most is not None and count > most:
            yield f"{count} {what}, of at most {most}"
    used = {pnode for pnodes in plan.placement.pnode_of.values() for pnode in pnodes}
    if used.intersection(goal.empty):
        yield f"pnodes {sorted(used.intersection(goal.empty), key=str)} shall be empty, and are not"
    for name, memory in plan.running.others.items():
        if name != "Domain-0" and any(memory.get(pnode, 0) > LEAST_KIB for pnode in goal.empty):
            yield f'domain "{name}" stays on a pnode that shall be empty'
    verdict = check(plan.instance, plan.placement)
    at_first = check(plan.running.instance, plan.running.placement)
    today = {violation.message for violation in at_first.violations}
    # memory that stays may be more than leaves a reserve; what arrives beside it is judged in the replay
    short = any(violation.rule == "memory" for violation in at_first.violations)
    for violation in verdict.violations:
        if violation.message not in today and not (short and violation.rule == "memory"):
            yield f"the end state breaks a rule: {violation.message}"
    if verdict.costs != plan.after.costs:
        yield f"the end state costs {verdict.costs}, the plan says {plan.after.costs}"
