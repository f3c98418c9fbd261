"""The least changes of given rules after which all other rules hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from placer.assignment import IntArray, Linear, Problem, Status
from placer.assignment.context import SearchContext
from placer.assignment.portfolio import optimal
from placer.explain.constraints import Constraint, FeasibilityQueries
from placer.instance import Guest, format_cpuset, format_size
from placer.instance.catalogue import rule_named
from placer.lowering.huge_pages import page_size_of

MIB = 1024
NO_PCPUS = 10**6
"""Violation of hard affinity by a vnode with vcpus on a pnode without pcpus, beyond any count of vcpus: no wider
affinity helps there."""
FOUND = (Status.OPTIMAL, Status.FEASIBLE)


@dataclass(frozen=True, kw_only=True)
class Repair:
    """
    Changes of some rules that let all others hold.

    Parameters
    ----------
    words
        A change for each rule. A change of a pnode's capacity does not name the pnode.
    memory_kib
        The memory that the changes add to pnodes, in KiB.
    """

    words: list[str]
    memory_kib: int = 0


def least_repair(
    questions: FeasibilityQueries, dropped: tuple[Constraint, ...], context: Callable[[], SearchContext]
) -> Repair | None:
    """
    Find the least changes of some rules so that all other rules hold.

    Parameters
    ----------
    questions
        Answers whether rules can hold.
    dropped
        The rules to change.
    context
        Gives the limits of the next solve.

    Returns
    -------
    Repair or None
        None where no repair was found in time, or where no change of these rules alone is enough.
    """
    alone = dropped[0] if len(dropped) == 1 else None
    if alone is not None and alone.form == "guest" and (less := _less_memory(questions, alone, context)):
        return Repair(words=[less])
    kept = [rule for rule in questions.rules if rule not in dropped]
    # a wider mask is measured on a guest that is placed, even where the rule that places it is dropped as well
    kept += [Constraint("unplaced", "guest", rule.subject, rule.words) for rule in dropped if rule.form == "mask"]
    costs = tuple(Linear(name=rule.name, cost=_violation(questions, rule)) for rule in dropped)
    solution = questions.ask(kept, context(), costs)
    if solution.site_of is None or any(_is_no_use(questions, rule, solution.site_of) for rule in dropped):
        return None
    lack = questions.claims_lack(kept)
    words = [
        f"{amount(lack)} more memory that is not claimed"
        if rule.form == "host"
        else _change(questions, rule, solution.site_of)
        for rule in dropped
    ]
    if solution.status is not Status.OPTIMAL:
        words = [f"{said} (a smaller change may do)" for said in words]
    short = [_short(questions, rule, solution.site_of) for rule in dropped if rule.name == "memory"]
    return Repair(words=words, memory_kib=sum(short))


def _is_no_use(questions: FeasibilityQueries, rule: Constraint, site_of: IntArray) -> bool:
    """Whether a wider hard affinity would put vcpus on a pnode without pcpus."""
    if rule.name != "hard_affinity":
        return False
    guest, pnodes = questions.instance.guests[rule.subject], questions.instance.host.pnodes
    sites = site_of[questions.problem.groups[rule.subject]].tolist()
    return any(
        vnode.vcpus and p < len(pnodes) and not pnodes[p].pcpus for vnode, p in zip(guest.vnodes, sites, strict=True)
    )


def _short(questions: FeasibilityQueries, rule: Constraint, site_of: IntArray) -> int:
    """Give how much of a resource the pnode of a rule lacks under an assignment, in the unit of the resource."""
    resource = questions.stated[rule.name]
    return int(resource.weight[site_of == rule.subject].sum() - resource.capacity[rule.subject])


def amount(kib: int) -> str:
    """
    Write an amount of memory; where the short form is rounded, with the whole MiB that are enough.

    Examples
    --------
    >>> amount(512 * 1024), amount(16_169 * 1024)
    ('512 MiB', '15.79 GiB (16169 MiB)')
    """
    short = format_size(kib)
    number, unit = short.split()
    exact = Fraction(number) * {"KiB": 1, "MiB": MIB, "GiB": MIB**2, "TiB": MIB**3}[unit] == kib
    return short if exact else f"{short} ({-(-kib // MIB)} MiB)"


def _violation(questions: FeasibilityQueries, rule: Constraint) -> IntArray:
    """
    Give how much each item on each site violates a rule, ``[n, m]``.

    The forms of rules are told apart because they have different measures: KiB or vcpus for the capacity of a pnode,
    vcpus for hard affinity, and 1 for every other pnode that is not allowed. Relations and pcpus for dedicated vcpus
    have no measure for one item; the changes of those say no amount.
    """
    problem, instance = questions.problem, questions.instance
    cost = np.zeros((problem.n, problem.m), dtype=np.int64)
    if rule.form == "pnode" and rule.name in questions.stated:
        cost[:, rule.subject] = questions.stated[rule.name].weight
    elif rule.form == "mask":
        items = problem.groups[rule.subject]
        cost[items, :-1] = ~questions.masks[rule.name][items]
        if rule.name == "hard_affinity":
            guest = instance.guests[rule.subject]
            for v, item in enumerate(items):
                for p in range(problem.m - 1):
                    pcpus = instance.host.pnodes[p].pcpus
                    cost[item, p] = len(_bound_elsewhere(guest, v, pcpus))
                    if guest.vnodes[v].vcpus and not pcpus:
                        cost[item, p] = NO_PCPUS
    return cost


def _bound_elsewhere(guest: Guest, v: int, pcpus: tuple[int, ...]) -> list[int]:
    """Give the vcpus of a vnode whose hard affinity contains none of the given pcpus."""
    masks = guest.hard_affinity or (None,) * (max(guest.vnodes[v].vcpus, default=-1) + 1)
    return [vcpu for vcpu in guest.vnodes[v].vcpus if (mask := masks[vcpu]) is not None and not set(mask) & set(pcpus)]


def _change(questions: FeasibilityQueries, rule: Constraint, site_of: IntArray) -> str:
    """Say how a rule must change so that an assignment keeps it; the words depend on the form of the rule."""
    instance = questions.instance
    if rule.form == "pnode" and rule.name in questions.stated:
        short = _short(questions, rule, site_of)
        if rule.name == "memory":
            return f"{amount(short)} more memory"
        size = page_size_of(rule.name)
        room = f"room for {-(-short // questions.stated[rule.name].unit)} more {rule_named(rule.name).counted}"
        return f"{short} more free huge pages of {format_size(size)}" if size else room
    if rule.name == "dedicated":
        return "more pcpus for dedicated vcpus"
    if rule.form == "relation":
        source = questions.source(rule)
        return f'guest "{source.name}" without one_to_one' if isinstance(source, Guest) else f"without {rule.words}"
    guest = instance.guests[rule.subject]
    if rule.form == "guest":
        return f'without guest "{guest.name}"'
    items = questions.problem.groups[rule.subject]
    wrong = [
        (v, int(site_of[item]))
        for v, item in enumerate(items)
        if site_of[item] < questions.problem.m - 1 and not questions.masks[rule.name][item, site_of[item]]
    ]
    return "; ".join(_elsewhere(questions, rule, guest, v, p) for v, p in wrong) or f"without: {rule.words}"


def _elsewhere(questions: FeasibilityQueries, rule: Constraint, guest: Guest, v: int, p: int) -> str:
    """Say which change lets a vnode use a pnode that a rule excludes."""
    host, subject = questions.instance.host, f'guest "{guest.name}"'
    pnode = host.pnodes[p]
    if rule.name == "hard_affinity" and pnode.pcpus:
        vcpus = _bound_elsewhere(guest, v, pnode.pcpus)
        pool = host.pcpus_of_effective_pool(guest.pool)
        pcpus = [pcpu for pcpu in pnode.pcpus if pcpu in pool] or pnode.pcpus
        plural = "s" if len(vcpus) > 1 else ""
        return f"{subject} vcpu{plural} {format_cpuset(vcpus)} may also run on any of pcpus {format_cpuset(pcpus)}"
    entry = rule_named(rule.name)
    change = entry.change or "{guest} vnode {vnode} on pnode {pnode}, against {words}"
    return change.format(guest=subject, vnode=v, pnode=pnode.id, fixed=guest.vnodes[v].pnode, words=entry.words)


def _less_memory(questions: FeasibilityQueries, rule: Constraint, context: Callable[[], SearchContext]) -> str:
    """
    Say by how many MiB the largest vnodes of a guest must shrink so that every rule holds; empty if none helps.

    Bisection on the size of the largest vnode; each step is a solve.
    """
    guest = questions.instance.guests[rule.subject]
    problem = questions.under(questions.rules)
    items = problem.groups[rule.subject]
    r, unit = _memory_of(problem, guest)
    memory = problem.resources[r]
    sizes = memory.weight[items] * unit
    if not sizes.any():
        return ""

    lack = questions.claims_lack(questions.rules)

    def fits(most_mib: int) -> bool:
        weight = memory.weight.copy()
        less = np.minimum(sizes, most_mib * MIB)
        if lack > (sizes - less).sum() * (r == 0):
            return False
        weight[items] = -(-less // unit)
        lighter = replace(memory, weight=weight)
        question = replace(
            problem, resources=(*problem.resources[:r], lighter, *problem.resources[r + 1 :]), tiers=((),)
        )
        return optimal(question, context()).status in FOUND

    low, high = 1, -(-int(sizes.max()) // MIB)
    if not fits(low):
        return ""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    low = low * MIB // unit * unit // MIB if unit > MIB else low
    less = np.maximum(sizes - low * MIB, 0)
    subject = f'guest "{guest.name}" with'
    if (less == less[0]).all():
        return f"{subject} {amount(int(less[0]))} less memory" + (" in each vnode" if len(items) > 1 else "")
    return f"{subject} at most {format_size(low * MIB)} in each vnode ({format_size(int(less.sum()))} less in all)"


def _memory_of(problem: Problem, guest: Guest) -> tuple[int, int]:
    """Give the resource that holds the memory of a guest, by position, and its unit in KiB."""
    sizes = {guest.page_size_of(vnode) for vnode in guest.vnodes}
    for r, resource in enumerate(problem.resources):
        if len(sizes) == 1 and (size := page_size_of(resource.name)) in sizes:
            return r, size
    return 0, 1
