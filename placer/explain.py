"""
Why nothing fits, in words with figures.

First the contradictions that need no search: a vnode that no pnode can take. Else one irreducible conflict: rules that
cannot hold together, while any of them dropped lets the others hold. It is found by dropping rules one after the
other and asking whether what is left can be placed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from placer.budget import Budget
from placer.instance import Guest, Host, Instance, Rule, format_cpuset, format_size, listed
from placer.problem import Benches, BoolArray, Problem, Relation, Resource, Status
from placer.strategies.optimal import optimal
from placer.translate import translate
from placer.translate.masks import masks
from placer.translate.relations import each_relation, merged

TIME_LIMIT_S = 5.0
"""For the whole explanation, in seconds."""
QUESTION_LIMIT_S = 1.0
"""For one question whether some rules can hold together."""


def why_nothing_fits(instance: Instance) -> str:
    """
    Say why no placement of an infeasible instance keeps every rule.

    Returns
    -------
    str
        A line for each vnode that no pnode can take alone; without such a vnode the rules of one conflict.
    """
    problem = translate(instance, allow_unplaced=True)
    stuck = [line for v in range(problem.n) if (line := _stuck(instance, problem, v))]
    if stuck:
        return "\n".join(stuck)
    return _conflict(instance, problem)


def _stuck(instance: Instance, problem: Problem, v: int) -> str:
    """Say why a vnode fits no pnode even alone; empty if one can take it."""
    host, (guest, index) = instance.host, _vnode(instance, v)
    need, room = int(problem.resources[0].weight[v]), problem.resources[0].capacity[: len(host.pnodes)]
    allowed = problem.allowed[v, : len(host.pnodes)]
    who = f'guest "{guest.name}" vnode {index}'
    if (allowed & (need <= room)).any():
        return _too_wide(problem, v, who, len(guest.vnodes[index].vcpus), allowed & (need <= room))
    if not allowed.any():
        return f"{who} may stand on no pnode: {_exclusions(instance, v)}"
    best = int(np.where(allowed, room, -1).argmax())
    short = need - int(room[best])
    pnode = host.pnodes[best]
    has = format_size(int(room[best]))
    if room[best] < pnode.memory_kib:
        taken = format_size(pnode.memory_kib - int(room[best]))
        has += f" ({format_size(pnode.memory_kib)} free, less {taken} of reserve and overhead)"
    return (
        f"{who} needs {format_size(need)}; the most that a pnode it may use has for guests is {has}, "
        f"on pnode {pnode.id}: {format_size(short)} less would fit"
    )


def _too_wide(problem: Problem, v: int, who: str, vcpus: int, allowed: BoolArray) -> str:
    """Say that no pnode with memory for it has pcpus for its vcpus; empty if one has."""
    for resource in problem.resources[1:]:
        room = resource.capacity[: len(allowed)][allowed]
        if (room < resource.weight[v]).all():
            return (
                f"{who} has {vcpus} vcpus; with what runs there, {resource.name} leaves room for at most "
                f"{room.max() // resource.unit} on a pnode that it may use and that has memory for it"
            )
    return ""


def _exclusions(instance: Instance, v: int) -> str:
    ids = np.array([pnode.id for pnode in instance.host.pnodes])
    parts = []
    for rule, mask in masks(instance).items():
        if not mask[v].all():
            kept = format_cpuset(ids[mask[v]].tolist()) or "none"
            parts.append(
                f"for {WORDS[rule]} there is {kept}" if kept == "none" else f"for {WORDS[rule]} there are {kept}"
            )
    return ", ".join(parts)


WORDS = {
    "fixed_pnode": "its fixed pnode",
    "pnodes": "the pnodes its guest may use",
    "hard_affinity": "what its vcpus can run on",
    "cpupool": "the cpupool of its guest",
    "memoryless": "pnodes with memory",
    "memory_only": "pnodes with pcpus (memory_only_pnodes lifts that)",
    "unreachable": "pnodes that reach their own memory",
    "dedicated": "enough pcpus for its dedicated vcpus under their policy, and one left for its shared ones,",
    "exclusive": "pnodes to which no running guest is bound (exclusive)",
}


@dataclass(frozen=True)
class _Rule:
    """A rule that may be dropped: ``subject`` is a guest, a pnode by position for memory and pcpus, or a relation."""

    name: str
    subject: int
    words: str


def _conflict(instance: Instance, problem: Problem) -> str:
    deadline = perf_counter() + TIME_LIMIT_S
    lowered = {rule: mask for rule, mask in masks(instance).items() if rule != "dedicated"}
    related = each_relation(instance, problem.groups, nowhere=True)
    kept = _rules(instance, problem, lowered, [source for source, _ in related])
    minimal = True
    for rule in list(kept):
        rest = [other for other in kept if other is not rule]
        left = min(QUESTION_LIMIT_S, deadline - perf_counter())
        verdict = _can_hold(problem, lowered, [r for _, r in related], rest, left) if left > 0 else Status.UNKNOWN
        if verdict is Status.INFEASIBLE:
            kept = rest
        minimal &= verdict is not Status.UNKNOWN
    head = "these rules cannot hold together"
    head += ", but would without any one of them:" if minimal else " (perhaps some of them are not needed for that):"
    return "\n".join([head, *(f"- {rule.words}" for rule in kept)])


def _rules(
    instance: Instance, problem: Problem, lowered: dict[str, BoolArray], sources: list[Rule | Guest]
) -> list[_Rule]:
    rules = [_Rule("placed", g, _demand(guest)) for g, guest in enumerate(instance.guests)]
    for g, guest in enumerate(instance.guests):
        for name, mask in lowered.items():
            rows = mask[problem.groups[g]]
            if not rows.all():
                ids = np.array([pnode.id for pnode in instance.host.pnodes])
                where = "; ".join(
                    f"vnode {v} on {format_cpuset(ids[row].tolist())}" for v, row in enumerate(rows) if not row.all()
                )
                rules.append(_Rule(name, g, f'guest "{guest.name}": {WORDS[name]} leaves {where}'))
    rules += [_Rule("relation", i, _relation(source)) for i, source in enumerate(sources)]
    if problem.incompatible.any():
        rules.append(_Rule("apart", 0, "pnodes that cannot reach each other never hold one guest"))
    for p, pnode in enumerate(instance.host.pnodes):
        room = int(problem.resources[0].capacity[p])
        taken = format_size(pnode.memory_kib - room)
        words = f"pnode {pnode.id} has {format_size(room)} for guests ({format_size(pnode.memory_kib)} free"
        words += f", less {taken} of reserve and overhead)" if room < pnode.memory_kib else ")"
        rules.append(_Rule("memory", p, words))
    shared = [resource for resource in problem.resources if resource.name == "overcommit"]
    rules += [_pcpus(instance.host, resource, p) for resource in shared for p in range(problem.m - 1)]
    rules += [_owned(instance.host, p) for p in range(problem.m - 1) if problem.seating is not None]
    return rules


def _pcpus(host: Host, resource: Resource, p: int) -> _Rule:
    pnode, room = host.pnodes[p], int(resource.capacity[p]) // resource.unit
    words = f"pnode {pnode.id} has room for {room} vcpus ({resource.name} {host.overcommit:g}, {len(pnode.pcpus)} pcpus"
    return _Rule(resource.name, p, words + (", less those that run there)" if host.domains else ")"))


def _owned(host: Host, p: int) -> _Rule:
    pnode = host.pnodes[p]
    pcpus = set(pnode.pcpus).intersection(pnode.pcpus if host.dedicated_pcpus is None else host.dedicated_pcpus)
    words = f"pnode {pnode.id} has {len(pcpus)} pcpus for dedicated vcpus, each its own, and leaves one to shared ones"
    return _Rule("dedicated", p, words)


def _relation(source: Rule | Guest) -> str:
    if isinstance(source, Guest):
        return f'guest "{source.name}": one_to_one gives each of its {len(source.vnodes)} vnodes a pnode of its own'
    who = listed(source.members)
    if source.apart:
        return f"apart: no pnode holds two of {who}"
    if source.together:
        return f"together: one pnode holds {who}"
    return f"exclusive: no other guest stands on a pnode of {who}"


def _demand(guest: Guest) -> str:
    sizes = [format_size(vnode.memory_kib) for vnode in guest.vnodes]
    owned = f", {len(guest.dedicated)} dedicated vcpus (thread_policy {guest.thread_policy})" if guest.dedicated else ""
    much = " and ".join(sizes) if len(set(sizes)) > 1 or len(sizes) == 1 else f"{len(sizes)} x {sizes[0]}"
    return f'guest "{guest.name}" needs {much}{owned}'


def _can_hold(
    problem: Problem, lowered: dict[str, BoolArray], related: list[Relation], rules: list[_Rule], limit_s: float
) -> Status:
    """Ask whether some rules can hold together: OPTIMAL, INFEASIBLE or UNKNOWN."""
    allowed = np.ones_like(problem.allowed)
    capacity = [np.full(problem.m, r.weight.sum()) for r in problem.resources]
    benches: list[Benches | None] = [None] * problem.m
    for rule in rules:
        if rule.name == "placed":
            allowed[problem.groups[rule.subject], -1] = False
        elif rule.name in {"memory", "overcommit", "dedicated"}:
            for room, resource in zip(capacity, problem.resources, strict=True):
                if resource.name == rule.name:
                    room[rule.subject] = resource.capacity[rule.subject]
            if rule.name == "dedicated" and problem.seating is not None:
                benches[rule.subject] = problem.seating.benches[rule.subject]
        elif rule.name in lowered:
            items = problem.groups[rule.subject]
            allowed[items, :-1] &= lowered[rule.name][items]
    apart = any(rule.name == "apart" for rule in rules)
    question = replace(
        problem,
        allowed=allowed,
        resources=tuple(replace(r, capacity=room) for r, room in zip(problem.resources, capacity, strict=True)),
        seating=None if problem.seating is None else problem.seating.only(benches),
        incompatible=problem.incompatible if apart else np.zeros_like(problem.incompatible),
        relations=merged(related[rule.subject] for rule in rules if rule.name == "relation"),
        tiers=((),),
    )
    return optimal(question, Budget(time_limit_s=limit_s)).status


def _vnode(instance: Instance, v: int) -> tuple[Guest, int]:
    vnodes = [(guest, index) for guest in instance.guests for index in range(len(guest.vnodes))]
    return vnodes[v]
