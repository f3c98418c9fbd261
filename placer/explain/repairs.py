"""The least changes of given rules after which all other rules hold, each confirmed by a solve of what it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice, product
from math import lcm

import numpy as np

from placer.assignment import IntArray, Linear, Status
from placer.assignment.context import SearchContext
from placer.errors import InputError
from placer.explain.amounts import MIB, exact, least
from placer.explain.answers import any_assignment
from placer.explain.changes import Change, all_of, smaller
from placer.explain.constraints import Constraint, FeasibilityQueries
from placer.explain.offers import Offer, amount_offer, bound_elsewhere, offers
from placer.explain.words import part_word
from placer.instance import Instance
from placer.instance.catalogue import rule_named
from placer.lowering.lower import lower

NO_PCPUS = 10**6
"""Violation of hard affinity by a vnode with vcpus on a pnode without pcpus for it, beyond any count of vcpus: no wider
affinity helps there."""
FOUND = (Status.OPTIMAL, Status.FEASIBLE)
MOST_OFFERS = 8
"""Changes of the same rules that are tried. Chosen, not tuned: only a choice of cpupools gives more than one."""
SMALLER = " (a smaller change may do)"


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
    change
        Makes them.
    """

    words: list[str]
    memory_kib: int = 0
    change: Change = field(default=lambda instance: instance, compare=False, repr=False)


class Trial:
    """Tries changes on an instance; ``sure`` is whether each answer so far is proved."""

    def __init__(self, instance: Instance, context: Callable[[], SearchContext]) -> None:
        self.instance, self._context = instance, context
        self.sure = True

    def fits(self, change: Change) -> bool:
        """Whether a placement of the changed instance was found."""
        if not self._context().left_s():
            self.sure = False
            return False
        try:
            changed = change(self.instance)
        except InputError:  # no instance can say that, so it is no way out
            return False
        if not changed.guests:
            return True
        status = any_assignment(lower(changed).problem, self._context()).status
        self.sure &= status is not Status.UNKNOWN
        return status in FOUND


def least_repairs(
    questions: FeasibilityQueries, dropped: tuple[Constraint, ...], context: Callable[[], SearchContext]
) -> list[Repair]:
    """
    Find the least changes of some rules so that all other rules hold, and confirm them by a solve.

    Parameters
    ----------
    questions
        Answers whether rules can hold. Changes are confirmed on its whole instance.
    dropped
        The rules to change.
    context
        Gives the limits of the next solve.

    Returns
    -------
    list of Repair
        Of changes of these rules alone: several where a rule can be changed in several ways; none where none was found
        in time.
    """
    alone = dropped[0] if len(dropped) == 1 else None
    if alone is not None and alone.form == "guest" and (less := _less_memory(questions, alone, context)):
        return [less]
    kept = [rule for rule in questions.rules if rule not in dropped]
    # a wider mask is measured on a guest that is placed, even where the rule that places it is dropped as well
    kept += [Constraint("unplaced", "guest", rule.subject, rule.words) for rule in dropped if rule.form == "mask"]
    costs = tuple(Linear(name=rule.name, cost=_violation(questions, rule)) for rule in dropped)
    solution = questions.ask(kept, context(), costs)
    if solution.site_of is None or any(_is_no_use(questions, rule, solution.site_of) for rule in dropped):
        return []
    trial = Trial(questions.whole, context)
    choices = product(*(offers(questions, rule, solution.site_of, kept) for rule in dropped))
    found = [
        _repair(chosen, least=solution.status is Status.OPTIMAL)
        for chosen in islice(choices, MOST_OFFERS)
        if trial.fits(all_of([offer.change for offer in chosen]))
    ]
    if not found and alone is not None and alone.of_pnode and (larger := _larger(questions, alone, trial)):
        return [larger]
    return found[: None if alone is not None else 1]


def _repair(chosen: tuple[Offer, ...], *, least: bool) -> Repair:
    return Repair(
        words=[offer.words + ("" if least else SMALLER) for offer in chosen],
        memory_kib=sum(offer.memory_kib for offer in chosen),
        change=all_of([offer.change for offer in chosen]),
    )


def _larger(questions: FeasibilityQueries, rule: Constraint, trial: Trial) -> Repair | None:
    """Find the least amount of what a pnode has that is enough, where no assignment tells it."""
    host, step = questions.instance.host, 1
    if rule.name == "dedicated":
        step = host.threads_per_core
        most = sum(guest.vcpu_count for guest in questions.instance.guests) + 1
    else:
        resource = questions.stated[rule.name]
        of_memory = rule_named(rule.name).counted == "KiB"
        step = MIB if of_memory else resource.unit
        overhead = sum(guest.overhead_kib for guest in questions.instance.guests)
        taken = host.pnodes[rule.subject].reserve_kib + overhead if of_memory else host.running_vcpu_count * step
        most = (int(resource.weight.sum()) + taken) // step + 1

    def offer(steps: int) -> Offer:
        return amount_offer(questions, rule, steps * step)

    found = least(lambda steps: trial.fits(offer(steps).change), 1, most)
    return None if found is None else _repair((offer(found),), least=trial.sure)


def _is_no_use(questions: FeasibilityQueries, rule: Constraint, site_of: IntArray) -> bool:
    """Whether a wider hard affinity would put vcpus on a pnode that has no pcpus for them."""
    if rule.name != "hard_affinity":
        return False
    guest, host = questions.instance.guests[rule.subject], questions.instance.host
    sites = site_of[questions.problem.groups[rule.subject]].tolist()
    return any(
        guest.vnodes[v].vcpus and p < len(host.pnodes) and not bound_elsewhere(host, guest, v, p)[1]
        for v, p in enumerate(sites)
    )


def _violation(questions: FeasibilityQueries, rule: Constraint) -> IntArray:
    """
    Give how much each item on each site violates a rule, ``[n, m]``.

    The forms of rules are told apart because they have different measures: KiB or vcpus for the capacity of a pnode,
    vcpus for hard affinity, and 1 for every other pnode that is not allowed. Relations and pcpus for dedicated vcpus
    have no measure for one item.
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
                    vcpus, pcpus = bound_elsewhere(instance.host, guest, v, p)
                    cost[item, p] = len(vcpus) if pcpus or not guest.vnodes[v].vcpus else NO_PCPUS
    return cost


def _less_memory(
    questions: FeasibilityQueries, rule: Constraint, context: Callable[[], SearchContext]
) -> Repair | None:
    """
    Find the fewest MiB by which a guest must shrink so that every rule holds; None if that does not help.

    Vnodes of one size shrink alike, and by less than a MiB where that makes them whole MiB; of several sizes the
    largest ones shrink to a common size in whole MiB. Huge pages stay whole. Each step of the bisection is a solve.
    """
    guest = questions.instance.guests[rule.subject]
    sizes = [vnode.memory_kib for vnode in guest.vnodes]
    step = lcm(MIB, *(guest.page_size_of(vnode) or 1 for vnode in guest.vnodes))
    trial, largest = Trial(questions.instance, context), max(sizes)
    equal = len(set(sizes)) == 1

    def cut(steps: int) -> list[int]:
        """Sizes after a cut of so many steps; of several sizes the largest is cut to whole steps first."""
        if equal:
            return [size - steps * step for size in sizes]
        return [min(size, (-(-largest // step) - steps) * step) for size in sizes]

    def enough(sizes: list[int]) -> bool:
        return trial.fits(smaller(guest.name, sizes))

    steps = least(lambda steps: enough(cut(steps)), 1, -(-largest // step) - 1)
    if steps is None:
        return None
    left = cut(steps)
    if equal and steps == 1 and largest % step and enough(rounded := [size - size % step for size in sizes]):
        left = rounded
    change = smaller(guest.name, left)
    if questions.whole is not questions.instance and not Trial(questions.whole, context).fits(change):
        return None
    subject = f'guest "{guest.name}" with'
    if equal:
        words = f"{subject} {exact(largest - left[0])} less memory" + (
            f" in each {part_word(guest)}" if len(sizes) > 1 else ""
        )
    else:
        in_all = exact(sum(sizes) - sum(left))
        words = f"{subject} at most {exact(max(left))} in each {part_word(guest)} ({in_all} less in all)"
    return Repair(words=[words + ("" if trial.sure else SMALLER)], change=change)
