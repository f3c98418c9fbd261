"""
Why nothing fits, in words with figures, and what would mend it.

First the contradictions that need no search: a vnode that no pnode can take, more memory than all pnodes have. Else
irreducible conflicts: rules that cannot hold together, while any of them dropped lets the others hold. Then the least
change after which everything has a place, confirmed by a solve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Event
from time import perf_counter

from placer.assignment import Status
from placer.assignment.context import SearchContext
from placer.assignment.portfolio import optimal
from placer.explain.constraints import Constraint, FeasibilityQueries
from placer.explain.mus_mcs import ConflictAnalysis, analyse_conflicts
from placer.explain.repairs import Repair, repairs
from placer.explain.unplaceable import exceeds_capacity, stuck_vnodes
from placer.instance import Instance, format_cpuset
from placer.instance.catalogue import rule_named

TIME_LIMIT_S = 5.0
"""For the conflicts and the repair, in seconds; the least changes get as much again."""
QUESTION_LIMIT_S = 1.0
"""For one question whether some rules can hold together."""
MOST_REPAIRS = 8
"""Sets of several changes of which that with the least memory is told."""
MOST_LINES = 40
"""Rules of one conflict that are printed."""


def explain_infeasible(
    instance: Instance,
    *,
    time_limit_s: float = TIME_LIMIT_S,
    stop: Event | None = None,
    one_of_many_cuts: bool = False,
) -> str:
    """
    Say why no placement of an infeasible instance keeps every rule, and what would mend that.

    Parameters
    ----------
    time_limit_s
        For finding conflicts, and again for finding the least changes.
    stop
        Set it to end the explanation with what is known.
    one_of_many_cuts
        Whether guests might have other numbers of vnodes too, with which less may mend it.

    Returns
    -------
    str
        A line for each vnode that no pnode can take alone, or for memory that all pnodes do not have; else the rules
        of each conflict found. Then what mends it.
    """
    questions = FeasibilityQueries(instance)
    clock = Clock(time_limit_s, stop or Event())
    findings = find_conflicts_of(questions, clock)
    quick = stuck_vnodes(instance, questions.problem) or exceeds_capacity(questions.problem)
    lines = quick or _told(questions, findings)
    mends = _mends(questions, findings, Clock(time_limit_s, clock.stop))
    if one_of_many_cuts:
        mends[0] = mends[0].replace("mend it", "mend it so cut").replace("mends it", "mends it so cut")
        mends.append("with other numbers of vnodes less may do")
    return "\n".join([*lines, *mends])


class Clock:
    """One time limit over many questions."""

    def __init__(self, time_limit_s: float, stop: Event) -> None:
        self.stop = stop
        self._deadline = perf_counter() + time_limit_s

    def context(self, most_s: float = QUESTION_LIMIT_S) -> SearchContext:
        """Limits of the next question."""
        left = max(0.0, self._deadline - perf_counter())
        return SearchContext(time_limit_s=min(most_s, left), stop=self.stop)


def find_conflicts_of(questions: FeasibilityQueries, clock: Clock) -> ConflictAnalysis:
    """Find conflicts and repairs among the rules of an instance."""
    rules = questions.rules

    def ask(some: Sequence[int]) -> Status:
        context = clock.context()
        if not context.left_s():
            return Status.UNKNOWN
        return questions.ask([rules[i] for i in some], context).status

    return analyse_conflicts(len(rules), ask, [None if rule.fixed else rule_named(rule.name).rank for rule in rules])


def _told(questions: FeasibilityQueries, findings: ConflictAnalysis) -> list[str]:
    lines: list[str] = []
    for i, (conflict, irreducible) in enumerate(zip(findings.all_conflicts, findings.irreducible, strict=True)):
        head = "nor can these:" if i else "these rules cannot hold together, but would without any one of them:"
        if not irreducible:
            head = "nor can these" if i else "these rules cannot hold together"
            head += " (perhaps some of them are not needed for that):"
        lines += [head, *(f"- {questions.rules[rule].words}" for rule in conflict[:MOST_LINES])]
        if len(conflict) > MOST_LINES:
            lines.append(f"- and {len(conflict) - MOST_LINES} more")
    if not findings.complete:
        lines.append("there may be more such conflicts")
    return lines


def _mends(questions: FeasibilityQueries, findings: ConflictAnalysis, clock: Clock) -> list[str]:
    """Say what mends it: every single change where one is enough, else the fewest together; or whom to leave out."""
    one_by_one = bool(findings.repairs) and len(findings.repairs[0]) == 1
    repairs = [tuple(questions.rules[i] for i in repair) for repair in findings.repairs]
    ways = [
        (repair, way)
        for repair in repairs[: None if one_by_one else MOST_REPAIRS]
        if (way := _way(questions, repair, clock))
    ]
    if not ways:
        return _left_out(questions, clock) or ["no change that mends it was found in time"]
    if not one_by_one:
        repair, least = min(ways, key=lambda each: (sum(r.form == "guest" for r in each[0]), each[1].memory_kib))
        head = "these changes together mend it" + (", and no fewer would:" if findings.fewest else ":")
        together = [_joined(questions, [each])[0] for each in zip(repair, least.words, strict=True)]
        return [head, *(f"- {change}" for change in together)]
    changes_ = _joined(questions, [(repair[0], way.words[0]) for repair, way in ways])
    lines = [*(f"- {change}" for change in changes_)]
    head = "any one of these changes mends it:" if len(ways) > 1 else "this change mends it:"
    if not any(repair[0].form == "guest" for repair, _ in ways):
        lines += _left_out(questions, clock)
    return [head, *lines]


def _way(questions: FeasibilityQueries, repair: tuple[Constraint, ...], clock: Clock) -> Repair | None:
    return repairs(questions, repair, clock.context) if clock.context().left_s() else None


def _joined(questions: FeasibilityQueries, ways: list[tuple[Constraint, str]]) -> list[str]:
    """Say the same change of several pnodes once."""
    pnodes_of: dict[str, list[int]] = {}
    for rule, change in ways:
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
    """Say which guests, as few as possible, to leave out; empty where that was not found in time."""
    problem, context = questions.problem, clock.context(TIME_LIMIT_S)
    if not context.left_s():
        return []
    solution = optimal(replace(problem, tiers=problem.tiers[:1]), context)
    if solution.site_of is None:
        return []
    names = [
        f'"{guest.name}"'
        for guest, items in zip(questions.instance.guests, problem.groups, strict=True)
        if (solution.site_of[items] == problem.m - 1).any()
    ]
    fewest = ", and no fewer" if solution.status is Status.OPTIMAL else ""
    return [f"without {len(names)} of the guests{fewest}, all others fit: {', '.join(names)}"]
