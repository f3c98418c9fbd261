"""Every name of the catalogue is known to check, lowering, the explanations, the oracle and the pages, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from placer.check import check
from placer.check.costs import COSTS
from placer.check.pcpus import PNODE_RULES
from placer.check.relations import RELATIONS
from placer.check.rules import GUEST_RULES
from placer.explain.constraints import FeasibilityQueries
from placer.instance import Placement
from placer.instance.catalogue import COMMON_UNIT, RULES, TERMS, CostTerm, HardRule, OrderableTerm, rule_named
from placer.instance.objective_terms import MOVED, TIERS, UNPLACED, VNODES
from placer.instance.rules import KINDS
from placer.lowering.allowed import masks
from placer.lowering.lower import lower
from placer.lowering.overflow import largest_costs
from placer.lowering.pcpus import PNODE_RULES as LOWERED_PNODE_RULES
from tests.support import oracle
from tests.support.catalogue_cases import BILLS, BREACHES, Bill, Breach

ROOT = Path(__file__).resolve().parents[2]
EXPLAINED_BY = {"thread_policy": "dedicated"}
"""Rules that an explanation tells as part of another: policies are kept by the matching of vcpus to pcpus."""


@cache
def pages() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")])


def anchors() -> set[str]:
    """Every heading as a link names it."""
    headings = re.findall(r"^#+ (.+)$", pages(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def keeps(case: Breach, placement: Placement) -> bool:
    """Whether the arrays of an instance let a placement be."""
    lowered = lower(case.instance, allow_unplaced=case.allow_unplaced)
    sites = lowered.to_sites(placement)
    return bool((sites >= 0).all() and lowered.problem.feasible(sites[None])[0])


def _broken(case: Breach, placement: Placement) -> set[str]:
    return {v.rule for v in check(case.instance, placement, allow_unplaced=case.allow_unplaced).violations}


def gaps_of_rule(rule: HardRule, cases: Mapping[str, Breach] = BREACHES) -> Iterator[str]:
    """What does not know a rule."""
    if rule.anchor not in anchors():
        yield f"no page has a heading #{rule.anchor}"
    if not rule.words:
        yield "it has no words"
    case = cases.get(rule.name)
    if case is None:
        yield "no placement that breaks it is known"
        return
    broken, kept = (_broken(case, each) for each in (case.broken, case.kept))
    if (broken, kept) != ({rule.name}, set()):
        yield "check does not report it alone"
    if keeps(case, case.broken) or not keeps(case, case.kept):
        yield "lowering does not enforce it"
    known = [oracle.feasible(case.instance, each, case.allow_unplaced) for each in (case.broken, case.kept)]
    if known != [False, True]:
        yield "the oracle does not know it"
    constraints = FeasibilityQueries(case.instance).rules
    if not any(c.name.partition(":")[0] == EXPLAINED_BY.get(rule.name, rule.name) and c.words for c in constraints):
        yield "no explanation can name it"


def lowered_cost(case: Bill, name: str) -> int | None:
    """What the arrays make of a term; None where they do not have it."""
    lowered = lower(case.instance, allow_unplaced=True, keep=case.keep)
    sites = lowered.to_sites(case.placement)
    terms = [term for tier in lowered.problem.tiers for term in tier if term.name == name]
    return int(sum(term.evaluate(sites[None])[0] for term in terms)) if terms else None


def gaps_of_term(term: CostTerm, cases: Mapping[str, Bill] = BILLS) -> Iterator[str]:
    """What does not know a term."""
    if term.anchor not in anchors():
        yield f"no page has a heading #{term.anchor}"
    if not re.search(rf"\b{term.name}\b", pages()):
        yield "no page mentions it"
    if not (term.words and term.unit):
        yield "it has no words"
    case = cases.get(term.name)
    if case is None:
        yield "no placement that costs it is known"
        return
    verdict = check(case.instance, case.placement, allow_unplaced=True, keep=case.keep)
    if [tier[term.name] for tier in verdict.terms if term.name in tier] != [case.cost]:
        yield "check does not price it"
    if lowered_cost(case, term.name) != case.cost:
        yield "lowering does not price it"
    if oracle.term_costs(case.instance, case.placement, case.keep).get(term.name) != case.cost:
        yield "the oracle does not price it"
    if term.unit == COMMON_UNIT and largest_costs(case.instance).get(term.name, -1) < case.cost:
        yield "no bound keeps its weight from overflowing"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_known_everywhere(rule: HardRule) -> None:
    assert list(gaps_of_rule(rule)) == []


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_every_term_is_known_everywhere(term: CostTerm) -> None:
    assert list(gaps_of_term(term)) == []


def test_an_entry_alone_is_not_enough() -> None:
    rule, term = (
        HardRule(name="sun", words="its place in the sun"),
        CostTerm(name="sunlessness", words="hours without sun", tier=8, unit="hours"),
    )
    assert list(gaps_of_rule(rule)) == ["no placement that breaks it is known"]
    assert list(gaps_of_term(term)) == ["no page mentions it", "no placement that costs it is known"]


def test_nor_is_a_placement_that_breaks_and_costs_nothing() -> None:
    harmless = Breach(BREACHES["pnodes"].instance, BREACHES["pnodes"].kept, BREACHES["pnodes"].kept)
    assert list(gaps_of_rule(HardRule(name="sun", words="its place in the sun"), {"sun": harmless})) == [
        "check does not report it alone",
        "lowering does not enforce it",
        "the oracle does not know it",
        "no explanation can name it",
    ]
    shade = CostTerm(name="sunlessness", words="hours", tier=8, unit=COMMON_UNIT)
    assert list(gaps_of_term(shade, {"sunlessness": BILLS["shape"]})) == [
        "no page mentions it",
        "check does not price it",
        "lowering does not price it",
        "the oracle does not price it",
        "no bound keeps its weight from overflowing",
    ]


def test_nothing_is_implemented_without_an_entry() -> None:
    rules, terms = [rule.name for rule in RULES], [term.name for term in TERMS]
    lowered = {*masks(BREACHES["pnodes"].instance), *LOWERED_PNODE_RULES}
    assert {*GUEST_RULES, *PNODE_RULES, *RELATIONS, *KINDS, *lowered} <= set(rules)
    assert {*COSTS, MOVED, VNODES} == set(terms)
    assert {*(name for tier in TIERS for name in tier), MOVED, VNODES} == set(terms)
    assert (len(set(rules)), len(set(terms))) == (len(rules), len(terms))
    assert (set(BREACHES), set(BILLS)) == (set(rules), set(terms))


def test_what_an_objective_may_name_is_what_the_type_says() -> None:
    assert {term.name for term in TERMS if term.orderable} == set(get_args(OrderableTerm))
    assert UNPLACED == ("unplaced_guests", "unplaced")
    assert np.all(np.diff([term.tier for term in TERMS]) >= 0)


def test_a_rule_without_an_entry_has_words_all_the_same() -> None:
    assert rule_named("sun").words == "the rule sun"
    assert rule_named("sun").sentence.format(members='guest "a"') == 'it concerns guest "a"'
