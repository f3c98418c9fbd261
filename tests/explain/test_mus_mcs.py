"""Conflicts and repairs of abstract rules, against an enumeration of every subset; of instances, against the oracle."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from random import Random
from threading import Event

import numpy as np
import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.explain.clock import Clock
from placer.explain.constraints import Constraint, FeasibilityQueries
from placer.explain.infeasible import find_conflicts_of
from placer.explain.mus_mcs import MOST_KEPT, analyse_conflicts
from placer.instance import Guest, Instance
from tests.support import oracle
from tests.support.random_instances import random_instance

Family = set[frozenset[int]]


def least(sets: Family) -> Family:
    return {one for one in sets if not any(other < one for other in sets)}


def transversals(family: Family, count: int) -> Family:
    every = {frozenset(some) for size in range(count + 1) for some in combinations(range(count), size)}
    return least({some for some in every if all(some & one for one in family)})


@pytest.mark.parametrize("seed", range(150))
def test_all_irreducible_conflicts_and_the_smallest_repairs_are_found(seed: int) -> None:
    random = Random(seed)
    count = random.randint(1, 8)
    chosen = {frozenset(random.sample(range(count), random.randint(1, count))) for _ in range(random.randint(1, 4))}
    family = least(chosen)

    def ask(some: Sequence[int]) -> Status:
        return Status.INFEASIBLE if any(one <= set(some) for one in family) else Status.OPTIMAL

    findings = analyse_conflicts(count, ask, [0] * count)
    assert {frozenset(one) for one in findings.all_conflicts} == family
    assert len(findings.all_conflicts) == len(family)
    assert findings.complete
    assert findings.fewest
    fewest = transversals(family, count)
    size = min(map(len, fewest))
    assert {frozenset(one) for one in findings.repairs} == {one for one in fewest if len(one) == size}


def test_rules_that_cannot_be_dropped_are_in_no_repair() -> None:
    def ask(some: Sequence[int]) -> Status:
        return Status.INFEASIBLE if {0, 1} <= set(some) else Status.OPTIMAL

    assert analyse_conflicts(3, ask, [None, 0, 0]).repairs == [(1,)]


def test_what_is_not_known_is_not_called_irreducible_nor_complete() -> None:
    def ask(some: Sequence[int]) -> Status:
        if len(some) == 4:
            return Status.INFEASIBLE
        return Status.UNKNOWN if len(some) == 3 else Status.OPTIMAL

    findings = analyse_conflicts(4, ask, [0] * 4)
    assert findings.all_conflicts == [(0, 1, 2, 3)]
    assert findings.irreducible == [False]
    assert not findings.complete
    assert not findings.fewest


def test_many_conflicts_end_the_search() -> None:
    """Any 7 of 12 conflict: 792 conflicts."""

    def ask(some: Sequence[int]) -> Status:
        return Status.INFEASIBLE if len(some) >= 7 else Status.OPTIMAL

    findings = analyse_conflicts(12, ask, [0] * 12)
    assert len(findings.all_conflicts) == MOST_KEPT
    assert all(len(one) == 7 for one in findings.all_conflicts)
    assert not findings.complete


def plain(instance: Instance) -> bool:
    """Whether every rule of an instance can be taken out of it one by one; pools, limits and odd pnodes cannot."""
    host = instance.host
    return (
        host.overcommit is None
        and not host.domains
        and not host.cpupools
        and not any(guest.dedicated for guest in instance.guests)
        and all(pnode.memory_kib > pnode.reserve_kib and pnode.pcpus for pnode in host.pnodes)
        and all(host.distances[p][p] < 255 for p in range(len(host.pnodes)))
    )


def holds(instance: Instance, rules: list[Constraint]) -> bool:
    """Whether some placement keeps some rules, by the oracle: the guests not to be placed stand nowhere."""
    kept = {(rule.name, rule.subject) for rule in rules}
    host = instance.host
    pnodes = [
        pnode if ("memory", p) in kept else replace(pnode, memory_kib=2**40) for p, pnode in enumerate(host.pnodes)
    ]
    guests = [
        replace(
            guest,
            vnodes=tuple(
                replace(
                    vnode,
                    pnode=vnode.pnode if ("fixed_pnode", g) in kept else None,
                    pnodes=vnode.pnodes if ("pnodes", g) in kept else None,
                )
                for vnode in guest.vnodes
            ),
            pnodes=guest.pnodes if ("pnodes", g) in kept else None,
            hard_affinity=guest.hard_affinity if ("hard_affinity", g) in kept else None,
            one_to_one=guest.one_to_one and ("one_to_one", g) in kept,
        )
        for g, guest in enumerate(instance.guests)
    ]
    some = replace(
        instance,
        host=replace(host, pnodes=tuple(pnodes), slit=host.slit if ("unreachable", 0) in kept else None),
        guests=tuple(guests),
        rules=tuple(rule for i, rule in enumerate(instance.rules) if ("rule", i) in kept),
    )
    places = len(pnodes)
    choices = [
        range(places) if ("unplaced", g) in kept else [places] for g, guest in enumerate(guests) for _ in guest.vnodes
    ]
    rows = np.array(list(product(*choices)), dtype=np.int64)
    return bool(oracle.feasible_rows(some, rows, allow_unplaced=True).any())


def renamed(questions: FeasibilityQueries, rule: Constraint) -> Constraint:
    """Name a relation by what states it, so that the oracle's instance can do without."""
    source = questions.source(rule) if rule.form == "relation" else None
    if isinstance(source, Guest):
        return Constraint("one_to_one", "relation", questions.instance.guests.index(source), rule.words)
    return rule if source is None else Constraint("rule", "relation", rule.subject, rule.words)


def test_conflicts_are_irreducible_and_repairs_sufficient_and_smallest_by_the_oracle() -> None:
    seen = several = 0
    for seed in range(1200):
        instance = random_instance(seed)
        instance = replace(instance, guests=tuple(replace(guest, overhead_kib=0) for guest in instance.guests))
        if not plain(instance) or oracle.best(instance) is not None:
            continue
        questions = FeasibilityQueries(instance)
        findings = find_conflicts_of(questions, Clock(60.0, Event()))
        rules = [renamed(questions, rule) for rule in questions.rules]
        for conflict, irreducible in zip(findings.all_conflicts, findings.irreducible, strict=True):
            assert irreducible
            assert not holds(instance, [rules[i] for i in conflict]), seed
            for left_out in conflict:
                assert holds(instance, [rules[i] for i in conflict if i != left_out]), (seed, rules[left_out])
        droppable = [i for i, rule in enumerate(rules) if not rule.fixed]
        size = len(findings.repairs[0])
        sufficient = {
            drop
            for drop in combinations(droppable, size)
            if holds(instance, [rule for i, rule in enumerate(rules) if i not in drop])
        }
        assert set(findings.repairs) == sufficient, seed
        for drop in combinations(droppable, size - 1):
            assert not holds(instance, [rule for i, rule in enumerate(rules) if i not in drop]), (seed, drop)
        seen += 1
        several += size > 1
    assert seen >= 30
    assert several >= 1
