"""The rules of an instance one by one, each in words with figures; and whether a subset of the rules can hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from placer.assignment import BoolArray, Linear, Problem, Resource, SlotGroups, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.portfolio import optimal
from placer.explain.claims import Claims
from placer.instance import Guest, Host, Instance, Rule, format_cpuset, format_size, listed
from placer.instance.catalogue import rule_named
from placer.lowering.allowed import masks
from placer.lowering.conflicts import conflicts, each_relation
from placer.lowering.huge_pages import page_size_of
from placer.lowering.lower import lower

Form = Literal["guest", "mask", "relation", "incompatible", "pnode", "host"]
"""The kind of thing that a constraint limits: see :class:`Constraint`."""


@dataclass(frozen=True)
class Constraint:
    """
    One rule of an instance, as small as it can be dropped alone.

    Parameters
    ----------
    name
        The rule's name in :mod:`placer.instance.catalogue`.
    form
        "guest": every vnode of one guest has a pnode. "mask": the pnodes that the vnodes of one guest may use
        (:func:`placer.lowering.allowed.masks`). "relation": vnodes that may not, or must, share a pnode.
        "incompatible": pairs of pnodes that no guest may use together. "pnode": the capacity of one pnode. "host": the
        memory of the host that is not claimed.
    subject
        Position of the guest, pnode or relation that the rule is about, from 0; 0 for "incompatible".
    words
        The rule as a sentence with its figures.
    """

    name: str
    form: Form
    subject: int
    words: str

    @property
    def fixed(self) -> bool:
        """Whether the rule is a fact of the hardware, which no explanation proposes to drop."""
        return not rule_named(self.name).droppable

    @property
    def of_pnode(self) -> bool:
        """Whether the rule is the capacity of one pnode."""
        return self.form == "pnode"


class FeasibilityQueries:
    """
    Ask whether a subset of the rules of an instance can hold.

    Parameters
    ----------
    instance
        Without flexible guests.

    Attributes
    ----------
    problem
        The Problem of the whole instance but for claims; its last site stands for "no pnode".
    claims
        The memory that is not claimed, and what the guests need of it.
    masks
        Rule name -> the sites that each item may use under that rule, ``[n, m - 1]``.
    rules
        Every rule that a subset may contain.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.claims = Claims(instance)
        self.problem = lower(self.claims.without, allow_unplaced=True).problem
        self.masks = {rule: mask for rule, mask in masks(instance).items() if rule != "dedicated"}
        self._related = each_relation(instance, self.problem.groups, with_unplaced_site=True)
        self.rules = constraints_of(instance, self.problem, self.masks, [relation.source for relation in self._related])
        self.rules += [Constraint("claims", "host", 0, words) for words in self.claims.words]

    def ask(self, rules: Iterable[Constraint], context: SearchContext, costs: tuple[Linear, ...] = ()) -> Solution:
        """
        Place the instance under a subset of its rules.

        Parameters
        ----------
        rules
            The subset; every other rule is dropped.
        context
            The limits of this solve.
        costs
            Costs ``[n, m]`` to minimise lexicographically, the most important first; without any, the first assignment
            found will do.
        """
        rules = list(rules)
        if any(rule.name == "claims" for rule in rules) and self.claims_lack(rules) > 0:
            return Solution(status=Status.INFEASIBLE)
        return optimal(replace(self.under(rules), tiers=tuple((cost,) for cost in costs) or ((),)), context)

    def claims_lack(self, rules: Iterable[Constraint]) -> int:
        """Give how much unclaimed memory the guests lack that a subset of the rules places, in KiB."""
        return self.claims.lack_kib(rule.subject for rule in rules if rule.form == "guest")

    def under(self, rules: Iterable[Constraint]) -> Problem:
        """
        Give the Problem with a subset of the rules.

        Each form of rule lives in another array of the Problem (rows of the mask, capacities, relations), and a rule
        that is dropped must leave the others of its array in place. That is why the forms are told apart here.
        """
        problem, rules = self.problem, list(rules)
        allowed = np.ones_like(problem.allowed)
        capacity = [np.full(problem.m, r.weight.sum()) for r in problem.resources]
        slot_groups: list[SlotGroups | None] = [None] * problem.m
        for rule in rules:
            if rule.form == "guest":
                allowed[problem.groups[rule.subject], -1] = False
            elif rule.of_pnode:
                for room, resource in zip(capacity, problem.resources, strict=True):
                    if resource.name == rule.name:
                        room[rule.subject] = resource.capacity[rule.subject]
                if rule.name == "dedicated" and problem.slot_matching is not None:
                    slot_groups[rule.subject] = problem.slot_matching.slot_groups[rule.subject]
            elif rule.form == "mask":
                items = problem.groups[rule.subject]
                allowed[items, :-1] &= self.masks[rule.name][items]
        apart = any(rule.form == "incompatible" for rule in rules)
        return replace(
            problem,
            allowed=allowed,
            resources=tuple(replace(r, capacity=room) for r, room in zip(problem.resources, capacity, strict=True)),
            slot_matching=None if problem.slot_matching is None else problem.slot_matching.only(slot_groups),
            incompatible=problem.incompatible if apart else np.zeros_like(problem.incompatible),
            relations=conflicts((self._related[rule.subject] for rule in rules if rule.form == "relation"), problem.n),
        )

    @cached_property
    def stated(self) -> dict[str, Resource]:
        """The resources whose shortage can be stated as a number, by name."""
        return {r.name: r for r in self.problem.resources if rule_named(r.name).counted}

    def source(self, rule: Constraint) -> Rule | Guest:
        """Give the origin of a relation: a rule of the instance, or a guest with ``one_to_one``."""
        return self._related[rule.subject].source


def constraints_of(
    instance: Instance, problem: Problem, lowered: dict[str, BoolArray], sources: list[Rule | Guest]
) -> list[Constraint]:
    """
    Give every rule of an instance that can be part of a conflict.

    Parameters
    ----------
    problem
        Of the instance; its last site stands for "no pnode".
    lowered
        Rule name -> the sites that each item may use under that rule, ``[n, m - 1]``.
    sources
        The origin of each relation between vnodes.
    """
    rules = [Constraint("unplaced", "guest", g, _demand(guest)) for g, guest in enumerate(instance.guests)]
    for g, guest in enumerate(instance.guests):
        for name, mask in lowered.items():
            rows = mask[problem.groups[g]]
            if not rows.all():
                ids = np.array([pnode.id for pnode in instance.host.pnodes])
                where = "; ".join(
                    f"vnode {v} on {format_cpuset(ids[row].tolist())}" for v, row in enumerate(rows) if not row.all()
                )
                rules.append(Constraint(name, "mask", g, f'guest "{guest.name}": {rule_named(name).words}: {where}'))
    rules += [_relation(i, source) for i, source in enumerate(sources)]
    if problem.incompatible.any():
        rules.append(
            Constraint("unreachable", "incompatible", 0, "pnodes that cannot reach each other never hold one guest")
        )
    for p, pnode in enumerate(instance.host.pnodes):
        room = int(problem.resources[0].capacity[p])
        taken = format_size(pnode.memory_kib - room)
        words = f"pnode {pnode.id} has {format_size(room)} for guests ({format_size(pnode.memory_kib)} free"
        words += f", less {taken} of reserve and overhead)" if room < pnode.memory_kib else ")"
        rules.append(Constraint("memory", "pnode", p, words))
    counted = [resource for resource in problem.resources[1:] if rule_named(resource.name).counted]
    rules += [_counted(instance.host, resource, p) for resource in counted for p in range(problem.m - 1)]
    rules += [_owned(instance.host, p) for p in range(problem.m - 1) if problem.slot_matching is not None]
    return rules


def _counted(host: Host, resource: Resource, p: int) -> Constraint:
    pnode, room = host.pnodes[p], int(resource.capacity[p]) // resource.unit
    if size := page_size_of(resource.name):
        total = sum(pool.total for pool in pnode.huge_pages if pool.page_size == size)
        words = f"pnode {pnode.id} has {room} free huge pages of {format_size(size)} (of {total})"
        return Constraint(resource.name, "pnode", p, words)
    words = f"pnode {pnode.id} has room for {room} {rule_named(resource.name).counted}"
    if resource.name == "overcommit":
        words += f" (overcommit {host.overcommit:g}, {len(pnode.pcpus)} pcpus"
        words += ", less the running vcpus)" if host.domains else ")"
    return Constraint(resource.name, "pnode", p, words)


def _owned(host: Host, p: int) -> Constraint:
    pnode = host.pnodes[p]
    pcpus = set(pnode.pcpus).intersection(pnode.pcpus if host.dedicated_pcpus is None else host.dedicated_pcpus)
    words = f"pnode {pnode.id} has {len(pcpus)} pcpus for dedicated vcpus, one each, and keeps one for shared vcpus"
    return Constraint("dedicated", "pnode", p, words)


def _relation(i: int, source: Rule | Guest) -> Constraint:
    if isinstance(source, Guest):
        words = f'guest "{source.name}": one_to_one gives each of its {len(source.vnodes)} vnodes a pnode of its own'
        return Constraint("one_to_one", "relation", i, words)
    says = rule_named(source.kind).sentence.format(members=listed(source.members))
    return Constraint(source.kind, "relation", i, f"{source.kind}: {says}")


def _demand(guest: Guest) -> str:
    sizes = [
        format_size(vnode.memory_kib)
        + (f" in huge pages of {format_size(size)}" if (size := guest.page_size_of(vnode)) else "")
        for vnode in guest.vnodes
    ]
    owned = f", {len(guest.dedicated)} dedicated vcpus (thread_policy {guest.thread_policy})" if guest.dedicated else ""
    much = " and ".join(sizes) if len(set(sizes)) > 1 or len(sizes) == 1 else f"{len(sizes)} x {sizes[0]}"
    return f'guest "{guest.name}" needs {much}{owned}'
