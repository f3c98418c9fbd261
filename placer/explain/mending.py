"""The changes that mend an instance, found one after the other while there is time, in lines for a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from placer.assignment import Status
from placer.assignment.in_time import in_time
from placer.assignment.portfolio import optimal
from placer.explain.changes import without_guests
from placer.explain.clock import TIME_LIMIT_S, Clock
from placer.explain.constraints import Constraint, FeasibilityQueries
from placer.explain.mus_mcs import ConflictAnalysis
from placer.explain.repairs import Repair, Trial, least_repairs
from placer.instance import Instance, format_cpuset
from placer.instance.catalogue import rule_named
from placer.lowering.lower import lower

MOST_REPAIRS = 8
"""
Sets of several changes that are worked out; the set that needs the least memory is reported.

Chosen, not tuned: each takes a solve, and the sets are sorted with the most acceptable ones first.
"""


@dataclass
class Changes:
    """
    Changes that mend an instance.

    Parameters
    ----------
    lines
        Each change, below a line that says what they do; none where none was found in time.
    refused
        Whether some change did not mend it, though without the rule that it changes all others can hold.
    """

    lines: list[str] = field(default_factory=list)
    refused: bool = False


def changes_that_mend(questions: FeasibilityQueries, findings: ConflictAnalysis, clock: Clock) -> Changes:
    """List every single change where one is enough, else the fewest that do together, else the guests to leave out."""
    one_by_one = bool(findings.repairs) and len(findings.repairs[0]) == 1
    droppable = [tuple(questions.rules[i] for i in repair) for repair in findings.repairs]
    droppable = droppable[: None if one_by_one else MOST_REPAIRS]
    found = _repairs(questions, droppable, clock)
    refused = len({dropped for dropped, _ in found}) < len(droppable)
    if not found:
        return Changes(_left_out(questions, clock), refused)
    if not one_by_one:
        dropped, least = min(found, key=lambda each: (sum(r.form == "guest" for r in each[0]), each[1].memory_kib))
        no_fewer = findings.fewest and _drops_are_exact(questions.whole)
        head = "these changes together mend it" + (", and no fewer would:" if no_fewer else ":")
        together = [_joined(questions, [each])[0] for each in zip(dropped, least.words, strict=True)]
        return Changes([head, *(f"- {change}" for change in together)], refused)
    lines = [f"- {change}" for change in _joined(questions, [(rules[0], repair.words[0]) for rules, repair in found])]
    head = "any one of these changes mends it:" if len(found) > 1 else "this change mends it:"
    if not any(rules[0].form == "guest" for rules, _ in found):
        lines += _left_out(questions, clock)
    return Changes([head, *lines], refused)


def _repairs(
    questions: FeasibilityQueries, droppable: list[tuple[Constraint, ...]], clock: Clock
) -> list[tuple[tuple[Constraint, ...], Repair]]:
    """Work out repairs while there is time: first one of each rule, guests before pnodes, so that none is left out."""
    seen = Counter[str]()
    turns = []
    for i, dropped in enumerate(droppable):
        name = dropped[0].name
        turns.append((seen[name], -rule_named(name).rank, i))
        seen[name] += 1
    found = {}
    for _, _, i in sorted(turns):
        if not clock.over and (repairs := least_repairs(questions, droppable[i], clock.context)):
            found[i] = repairs
    return [(droppable[i], repair) for i in sorted(found) for repair in found[i]]


def _drops_are_exact(instance: Instance) -> bool:
    """
    Whether a change never does more than to let go of its rule, so that no fewer changes mend an instance.

    A guest that is left out takes overhead along, wider affinity moves overhead and gives other pcpus of the cpupool,
    a pnode without memory that gets some may be used, and more memory may make up for claims.
    """
    overhead = any(guest.overhead_kib and not guest.has_own_affinity for guest in instance.guests)
    host = instance.host
    return (
        not overhead and not host.cpupools and not host.claimed_kib and all(pnode.memory_kib for pnode in host.pnodes)
    )


def _joined(questions: FeasibilityQueries, changes: list[tuple[Constraint, str]]) -> list[str]:
    """Name the pnodes behind each change; a change that is the same for several pnodes is said once."""
    pnodes_of: dict[str, list[int]] = {}
    for rule, change in changes:
        pnodes_of.setdefault(change, [])
        if rule.of_pnode:
            pnodes_of[change].append(questions.instance.host.pnodes[rule.subject].id)
    return [
        change
        if not ids
        else f"{change} on pnode {ids[0]}"
        if len(ids) == 1
        else f"{change} on any one of pnodes {format_cpuset(ids)}"
        for change, ids in pnodes_of.items()
    ]


def _left_out(questions: FeasibilityQueries, clock: Clock) -> list[str]:
    """Name as few guests as possible to leave out so that all others fit; empty where that was not found in time."""
    problem = questions.problem
    if clock.over:
        return []
    if questions.claims.limit_kib is not None:
        problem = lower(questions.instance, allow_unplaced=True).problem
    nowhere = len(questions.instance.host.pnodes)
    solution = in_time(optimal, replace(problem, tiers=problem.tiers[:1]), clock.context(TIME_LIMIT_S))
    if solution.site_of is None:
        return []
    names = [
        guest.name
        for guest, items in zip(questions.instance.guests, problem.groups, strict=False)
        if (solution.site_of[items] == nowhere).any()
    ]
    if not Trial(questions.whole, clock.context).fits(without_guests(names)):
        return []
    fewest = ", and no fewer" if solution.status is Status.OPTIMAL and _drops_are_exact(questions.whole) else ""
    listed = ", ".join(f'"{name}"' for name in names)
    return [f"without {len(names)} of the guests{fewest}, all others fit: {listed}"]
