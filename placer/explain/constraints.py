"""The rules of an instance one by one, each in words with figures; and whether a subset of the rules can hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Literal

import numpy as np
from msgspec.structs import replace as replace_fields

from placer.assignment import BoolArray, Linear, Problem, Resource, SlotGroups, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.in_time import in_time
from placer.assignment.portfolio import optimal
from placer.explain.answers import any_assignment
from placer.explain.claims import Claims
from placer.explain.words import demand, free_memory, owned, relation, room_for
from placer.instance import Guest, Instance, Rule, format_cpuset, format_size
from placer.instance.catalogue import rule_named
from placer.lowering.allowed import masks
from placer.lowering.conflicts import conflicts, each_relation, undisturbed
from placer.lowering.lower import lower
from placer.lowering.memory import memory_room

Form = Literal["guest", "mask", "relation", "incompatible", "pnode", "host"]
"""The kind of thing that a constraint limits: see :class:`Constraint`."""


KEPT_OTHERWISE = ("dedicated", "exclusive")
"""Masks that are no rules by themselves: of the matching of vcpus to pcpus, and of a rule that is a relation too."""


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
    whole
        The instance that is to be mended, if ``instance`` has only some of its guests; None: the same.

    Attributes
    ----------
    memory_room
        The free memory of each pnode less its reserve and overhead, in KiB; it may be below 0.
    problem
        The Problem of the whole instance but for claims; its last site stands for "no pnode".
    claims
        The memory that is not claimed, and what the guests need of it.
    masks
        Rule name -> the sites that each item may use under that rule, ``[n, m - 1]``.
    rules
        Every rule that a subset may contain.
    """

    def __init__(self, instance: Instance, whole: Instance | None = None) -> None:
        self.instance = instance
        self.whole = instance if whole is None else whole
        self.claims = Claims(instance)
        self.problem = lower(self.claims.without, allow_unplaced=True).problem
        self.memory_room = memory_room(instance).tolist()
        self.masks = {rule: mask for rule, mask in masks(instance).items() if rule not in KEPT_OTHERWISE}
        self._related = each_relation(instance, self.problem.groups, with_unplaced_site=True)
        self._undisturbed = {
            i: undisturbed(replace_fields(instance, rules=(relation.source,)))
            for i, relation in enumerate(self._related)
            if isinstance(relation.source, Rule) and relation.source.exclusive is not None
        }
        alone = {i for i, mask in self._undisturbed.items() if not mask.all()}
        related = [(relation.source, i in alone) for i, relation in enumerate(self._related)]
        self.rules = constraints_of(instance, self.problem, self.masks, related, self.memory_room)
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
        problem = self.under(rules)
        if not costs:
            return any_assignment(problem, context)
        return in_time(optimal, replace(problem, tiers=tuple((cost,) for cost in costs)), context)

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
            elif rule.subject in self._undisturbed and rule.form == "relation":
                allowed[:, :-1] &= self._undisturbed[rule.subject]
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
    instance: Instance,
    problem: Problem,
    lowered: dict[str, BoolArray],
    related: list[tuple[Rule | Guest, bool]],
    memory_room: list[int],
) -> list[Constraint]:
    """
    Give every rule of an instance that can be part of a conflict.

    Parameters
    ----------
    problem
        Of the instance; its last site stands for "no pnode".
    lowered
        Rule name -> the sites that each item may use under that rule, ``[n, m - 1]``.
    related
        The origin of each relation between vnodes, and whether running guests bar its member from some pnode.
    memory_room
        The free memory of each pnode less its reserve and overhead, in KiB.
    """
    rules = [Constraint("unplaced", "guest", g, demand(guest)) for g, guest in enumerate(instance.guests)]
    for g, guest in enumerate(instance.guests):
        for name, mask in lowered.items():
            rows = mask[problem.groups[g]]
            if not rows.all():
                ids = np.array([pnode.id for pnode in instance.host.pnodes])
                where = "; ".join(
                    f"vnode {v} on {format_cpuset(ids[row].tolist())}" for v, row in enumerate(rows) if not row.all()
                )
                rules.append(Constraint(name, "mask", g, f'guest "{guest.name}": {rule_named(name).words}: {where}'))
    for i, (source, disturbed) in enumerate(related):
        name = "one_to_one" if isinstance(source, Guest) else source.kind
        rules.append(Constraint(name, "relation", i, relation(source, disturbed=disturbed)))
    if problem.incompatible.any():
        rules.append(
            Constraint("unreachable", "incompatible", 0, "pnodes that cannot reach each other never hold one guest")
        )
    for p, pnode in enumerate(instance.host.pnodes):
        room = format_size(max(memory_room[p], 0))
        words = f"pnode {pnode.id} has {room} for guests ({free_memory(pnode, memory_room[p])})"
        rules.append(Constraint("memory", "pnode", p, words))
    counted = [resource for resource in problem.resources[1:] if rule_named(resource.name).counted]
    for resource, (p, pnode) in product(counted, enumerate(instance.host.pnodes)):
        rules.append(Constraint(resource.name, "pnode", p, room_for(instance.host, pnode, resource, p)))
    if problem.slot_matching is not None:
        rules += [Constraint("dedicated", "pnode", p, owned(instance.host, p)) for p in range(problem.m - 1)]
    return rules
