"""The rules of an instance one by one, in words with figures, and whether some of them can hold together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from placer.assignment import BoolArray, Conflict, Linear, Problem, Resource, SlotGroups, Solution
from placer.assignment.context import SearchContext
from placer.assignment.portfolio import optimal
from placer.instance import Guest, Host, Instance, Rule, format_cpuset, format_size, listed
from placer.lowering.allowed import masks
from placer.lowering.conflicts import each_relation, merged
from placer.lowering.lower import lower

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
class Constraint:
    """
    One rule.

    Parameters
    ----------
    name
        What kind: "placed", a name of :func:`placer.lowering.allowed.masks`, "relation", "apart", or what a pnode has:
        "memory", "overcommit" or "dedicated".
    subject
        A guest, a pnode by position for what a pnode has, or a relation.
    words
        What it says.
    """

    name: str
    subject: int
    words: str

    @property
    def fixed(self) -> bool:
        """Whether it is a fact of the host that nobody can drop."""
        return self.name in ("apart", "memoryless", "unreachable")

    @property
    def of_pnode(self) -> bool:
        """Whether it is what one pnode has."""
        return self.name in ("memory", "overcommit", "dedicated")


class FeasibilityQueries:
    """
    Ask of an instance whether some of its rules can hold together.

    Attributes
    ----------
    problem
        The whole instance; its last site stands for "no pnode".
    rules
        Everything that can be asked for.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.problem = lower(instance, allow_unplaced=True).problem
        self.masks = {rule: mask for rule, mask in masks(instance).items() if rule != "dedicated"}
        self._related = each_relation(instance, self.problem.groups, with_unplaced_site=True)
        self.rules = constraints_of(instance, self.problem, self.masks, [source for source, _ in self._related])

    def ask(self, rules: Iterable[Constraint], context: SearchContext, costs: tuple[Linear, ...] = ()) -> Solution:
        """
        Place the instance under some of its rules alone.

        Parameters
        ----------
        costs
            What to keep low, the most important first.
        """
        return optimal(replace(self.under(rules), tiers=tuple((cost,) for cost in costs) or ((),)), context)

    def under(self, rules: Iterable[Constraint]) -> Problem:
        """Lower some of the rules alone."""
        problem, rules = self.problem, list(rules)
        allowed = np.ones_like(problem.allowed)
        capacity = [np.full(problem.m, r.weight.sum()) for r in problem.resources]
        slot_groups: list[SlotGroups | None] = [None] * problem.m
        for rule in rules:
            if rule.name == "placed":
                allowed[problem.groups[rule.subject], -1] = False
            elif rule.of_pnode:
                for room, resource in zip(capacity, problem.resources, strict=True):
                    if resource.name == rule.name:
                        room[rule.subject] = resource.capacity[rule.subject]
                if rule.name == "dedicated" and problem.slot_matching is not None:
                    slot_groups[rule.subject] = problem.slot_matching.slot_groups[rule.subject]
            elif rule.name in self.masks:
                items = problem.groups[rule.subject]
                allowed[items, :-1] &= self.masks[rule.name][items]
        apart = any(rule.name == "apart" for rule in rules)
        return replace(
            problem,
            allowed=allowed,
            resources=tuple(replace(r, capacity=room) for r, room in zip(problem.resources, capacity, strict=True)),
            slot_matching=None if problem.slot_matching is None else problem.slot_matching.only(slot_groups),
            incompatible=problem.incompatible if apart else np.zeros_like(problem.incompatible),
            relations=merged(self._relation(rule) for rule in rules if rule.name == "relation"),
        )

    @cached_property
    def stated(self) -> dict[str, Resource]:
        """The resources whose shortage can be told in figures, by name."""
        return {r.name: r for r in self.problem.resources if r.name in ("memory", "overcommit")}

    def source(self, rule: Constraint) -> Rule | Guest:
        """Give what states a relation: a rule of the instance, or a guest that is to stand one to one."""
        return self._related[rule.subject][0]

    def _relation(self, rule: Constraint) -> Conflict:
        return self._related[rule.subject][1]


def constraints_of(
    instance: Instance, problem: Problem, lowered: dict[str, BoolArray], sources: list[Rule | Guest]
) -> list[Constraint]:
    """Give every rule of an instance that could be part of a conflict, with its words."""
    rules = [Constraint("placed", g, _demand(guest)) for g, guest in enumerate(instance.guests)]
    for g, guest in enumerate(instance.guests):
        for name, mask in lowered.items():
            rows = mask[problem.groups[g]]
            if not rows.all():
                ids = np.array([pnode.id for pnode in instance.host.pnodes])
                where = "; ".join(
                    f"vnode {v} on {format_cpuset(ids[row].tolist())}" for v, row in enumerate(rows) if not row.all()
                )
                rules.append(Constraint(name, g, f'guest "{guest.name}": {WORDS[name]}: {where}'))
    rules += [Constraint("relation", i, _relation(source)) for i, source in enumerate(sources)]
    if problem.incompatible.any():
        rules.append(Constraint("apart", 0, "pnodes that cannot reach each other never hold one guest"))
    for p, pnode in enumerate(instance.host.pnodes):
        room = int(problem.resources[0].capacity[p])
        taken = format_size(pnode.memory_kib - room)
        words = f"pnode {pnode.id} has {format_size(room)} for guests ({format_size(pnode.memory_kib)} free"
        words += f", less {taken} of reserve and overhead)" if room < pnode.memory_kib else ")"
        rules.append(Constraint("memory", p, words))
    shared = [resource for resource in problem.resources if resource.name == "overcommit"]
    rules += [_pcpus(instance.host, resource, p) for resource in shared for p in range(problem.m - 1)]
    rules += [_owned(instance.host, p) for p in range(problem.m - 1) if problem.slot_matching is not None]
    return rules


def _pcpus(host: Host, resource: Resource, p: int) -> Constraint:
    pnode, room = host.pnodes[p], int(resource.capacity[p]) // resource.unit
    words = f"pnode {pnode.id} has room for {room} vcpus ({resource.name} {host.overcommit:g}, {len(pnode.pcpus)} pcpus"
    return Constraint(resource.name, p, words + (", less those that run there)" if host.domains else ")"))


def _owned(host: Host, p: int) -> Constraint:
    pnode = host.pnodes[p]
    pcpus = set(pnode.pcpus).intersection(pnode.pcpus if host.dedicated_pcpus is None else host.dedicated_pcpus)
    words = f"pnode {pnode.id} has {len(pcpus)} pcpus for dedicated vcpus, each its own, and leaves one to shared ones"
    return Constraint("dedicated", p, words)


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
