"""
Every hard rule and every cost term once, with the words that a person reads.

The meaning of each rule and term is code elsewhere: :mod:`placer.check` judges it, :mod:`placer.lowering` turns it
into arrays. Both have tables from these names to functions. tests/instance/test_catalogue.py asks both, the
explanations, the oracle and the pages for every name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class HardRule:
    """
    A rule that every valid placement keeps.

    Parameters
    ----------
    name
        The stable name that a :class:`placer.check.Violation` carries.
    words
        The need of a vnode or guest in a few words, to stand before "excludes every pnode" and after "against".
    droppable
        Whether an explanation may propose to drop the rule. False for limits of the hardware.
    rank
        Explanations drop rules of a lower rank first: 0 for rules that users state, 1 for resources that the host
        lacks, 2 for the placement of a guest at all.
    sentence
        The rule in words, for a rule between guests, with ``{members}``.
    counted
        Unit of the resource that the rule limits on each pnode, if an explanation can give the shortage; else empty.
    anchor
        Heading in the documentation that explains the rule, as a link names it.
    """

    name: str
    words: str
    droppable: bool = True
    rank: int = 0
    sentence: str = "it concerns {members}"
    counted: str = ""
    anchor: str = "hard-rules"


@dataclass(frozen=True, kw_only=True)
class CostTerm:
    """
    A cost of a placement.

    Parameters
    ----------
    name
        Its stable name in objectives, reports and answers.
    words
        The thing that is counted or summed.
    tier
        Its tier by default, counted from 1, if every term applies.
    unit
        Its unit; only terms in :data:`COMMON_UNIT` may share a tier.
    orderable
        Whether an objective may name it. Every other term counts whenever it applies.
    anchor
        Heading in the documentation that explains the term, as a link names it.
    """

    name: str
    words: str
    tier: int
    unit: str
    orderable: bool = True
    anchor: str = "what-is-least"


OrderableTerm = Literal[
    "access_distance",
    "core_sharing",
    "future_capacity",
    "device_distance",
    "soft_affinity",
    "vdistance",
    "device_pnodes",
    "shape",
]
"""The orderable terms of :data:`TERMS` as a type, from which the JSON Schema of an instance is made."""
COMMON_UNIT = "thousandths of a unit of distance for one vcpu"
"""The unit of all terms that may be weighed against each other."""

RULES = (
    HardRule(name="unplaced", words="its need of a pnode for each vnode", rank=2),
    HardRule(
        name="fixed_pnode",
        words="its fixed pnode",
    ),
    HardRule(name="pnodes", words="its list of pnodes"),
    HardRule(name="memoryless", words="its need of memory", droppable=False),
    HardRule(name="hard_affinity", words="its need of pcpus (hard affinity)"),
    HardRule(
        name="cpupool",
        words="its cpupool",
    ),
    HardRule(
        name="memory_only",
        words="its need of a pnode with pcpus (memory_only_pnodes, or in XML a strict memnode, lifts that)",
    ),
    HardRule(name="unreachable", words="its need to reach its own memory", droppable=False),
    HardRule(name="one_to_one", words="its need of a pnode of its own for each vnode (one_to_one)"),
    HardRule(name="memory", words="its need of free memory", rank=1, counted="KiB"),
    HardRule(
        name="claims",
        words="its need of memory that is not claimed for domains being built and stub domains",
        rank=1,
        anchor="memory-that-is-claimed",
    ),
    HardRule(
        name="huge_pages",
        words="its need of free huge pages",
        rank=1,
        counted="huge pages",
        anchor="huge-pages",
    ),
    HardRule(name="overcommit", words="the host's limit of vcpus (overcommit)", rank=1, counted="vcpus"),
    HardRule(
        name="set_room",
        words="the room to spare that keeps its memory where it is planned",
        rank=1,
        counted="KiB",
        anchor="sets-of-pnodes",
    ),
    HardRule(
        name="set_affinity",
        words="its need of pnodes where its vcpus may run, as Xen puts memory only there",
        anchor="sets-of-pnodes",
    ),
    HardRule(
        name="dedicated",
        words="its need of pcpus for its dedicated vcpus under their policy (and of one for its shared ones)",
        rank=1,
    ),
    HardRule(name="thread_policy", words="its need of cores under its thread_policy", rank=1),
    HardRule(
        name="apart",
        words="its place apart from other members of a rule",
        sentence="no pnode holds two of {members}",
        anchor="rules-between-guests",
    ),
    HardRule(
        name="together",
        words="its place together with other members of a rule",
        sentence="one pnode holds {members}",
        anchor="rules-between-guests",
    ),
    HardRule(
        name="exclusive",
        words="its need of a pnode to which no running guest is bound (exclusive)",
        sentence="no other guest stands on a pnode of {members}",
        anchor="rules-between-guests",
    ),
)
"""Every hard rule."""

TERMS = (
    CostTerm(
        name="unplaced_guests", words="guests with a vnode without a pnode", tier=1, unit="guests", orderable=False
    ),
    CostTerm(
        name="unplaced",
        words="memory in KiB + 1024 x vcpus of the vnodes without a pnode",
        tier=2,
        unit="KiB",
        orderable=False,
    ),
    CostTerm(name="access_distance", words="traffic x distance within each guest", tier=3, unit=COMMON_UNIT),
    CostTerm(name="core_sharing", words="price of each pair of vcpus on one core", tier=3, unit=COMMON_UNIT),
    CostTerm(
        name="future_capacity",
        words="worth of the room that expected guests lose",
        tier=3,
        unit=COMMON_UNIT,
        anchor="room-for-what-comes-next",
    ),
    CostTerm(name="vnodes", words="vnodes of flexible guests", tier=4, unit="vnodes", orderable=False),
    CostTerm(name="device_distance", words="mean distance from vcpus to devices", tier=5, unit=COMMON_UNIT),
    CostTerm(name="soft_affinity", words="vcpus away from their soft affinity", tier=5, unit=COMMON_UNIT),
    CostTerm(name="vdistance", words="difference of wanted and written vdistances", tier=5, unit=COMMON_UNIT),
    CostTerm(
        name="moved",
        words="vnodes that leave the pnode they had",
        tier=6,
        unit="vnodes",
        orderable=False,
        anchor="solving-again",
    ),
    CostTerm(
        name="device_pnodes",
        words="vcpus of guests without devices on pnodes with devices",
        tier=7,
        unit=COMMON_UNIT,
    ),
    CostTerm(
        name="shape",
        words="what is left free on pnodes in use, or the fullest pnode",
        tier=8,
        unit="MiB or thousandths",
    ),
)
"""Every cost term."""

TERM_OF = {term.name: term for term in TERMS}


def rule_named(name: str) -> HardRule:
    """
    Give the entry of a rule; a plain entry for an unknown name, so that no explanation fails for lack of words.

    What follows a colon, such as a page size, tells resources of one rule apart.

    Examples
    --------
    >>> rule_named("fixed_pnode").words, rule_named("sun").words
    ('its fixed pnode', 'the rule sun')
    """
    plain = name.partition(":")[0]
    return next((rule for rule in RULES if rule.name == plain), HardRule(name=name, words=f"the rule {name}"))
