"""
Why no placement keeps every rule, in words with figures, and which changes would mend that.

Contradictions that need no search come first: a vnode that no pnode can hold, or more memory than all pnodes have.
Where there is none, irreducible conflicts are listed: sets of rules that cannot hold together, while every proper
subset can. The least changes after which every vnode has a pnode follow, each confirmed by a solve.
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
from placer.explain.repairs import Repair, least_repair
from placer.explain.unplaceable import exceeds_capacity, lacking_pages, stuck_vnodes
from placer.instance import Instance, format_cpuset
from placer.instance.catalogue import rule_named
from placer.lowering.lower import lower

TIME_LIMIT_S = 5.0
"""
Seconds for finding conflicts, and again for finding the least changes.

Chosen for the patience of a person. Measured on two busy cores: the shipped infeasible instances are analysed
completely in 0.02 s; 16 or 40 guests that fill 8 or 16 pnodes to the last GiB have conflicts left after 60 s.
"""
QUESTION_LIMIT_S = 1.0
"""
Seconds for one question whether a subset of the rules can hold.

Measured with :data:`TIME_LIMIT_S`: at most 5 ms on the shipped instances, 0.2 s (median) to 0.6 s (longest) for 16
guests on 8 full pnodes; of 402 questions about 40 guests on 16 full pnodes 23 are still open after a second.
"""
MOST_REPAIRS = 8
"""
Sets of several changes that are worked out; the set that needs the least memory is reported.

Chosen, not tuned: each takes a solve, and the sets are sorted with the most acceptable ones first.
"""
SHORT = 8
"""Lines of reasons that may stand before the changes that mend them; chosen so that both are seen at a glance."""
MOST_LINES = 40
"""Rules of one conflict that are printed, about a screen; the rest is counted."""


def explain_infeasible(
    instance: Instance,
    *,
    time_limit_s: float = TIME_LIMIT_S,
    stop: Event | None = None,
    one_of_many_cuts: bool = False,
) -> str:
    """
    Say why no placement of an infeasible instance keeps every rule, and which changes would mend that.

    Parameters
    ----------
    instance
        Proved infeasible, and without flexible guests.
    time_limit_s
        Seconds for finding conflicts, and again for finding the least changes.
    stop
        Set it to end the explanation early, with the conflicts and changes known by then.
    one_of_many_cuts
        Whether guests may have other numbers of vnodes too, with which smaller changes may do.

    Returns
    -------
    str
        Lines: each vnode that no pnode can hold even alone, or the memory that all pnodes together lack, or else the
        rules of each conflict found; then the changes that mend it. The changes stand first where the reasons take more
        than :data:`SHORT` lines.
    """
    questions = FeasibilityQueries(instance)
    clock = Clock(time_limit_s, stop or Event())
    findings = find_conflicts_of(questions, clock)
    quick = stuck_vnodes(instance, questions.problem) or exceeds_capacity(questions.problem)
    quick += lacking_pages(questions.problem) if not quick else []
    quick += questions.claims.exceeded()
    lines = quick or _conflicts(questions, findings)
    changes = _changes(questions, findings, Clock(time_limit_s, clock.stop))
    if one_of_many_cuts:
        changes[0] = changes[0].replace("mend it", "mend it for these numbers of vnodes")
        changes[0] = changes[0].replace("mends it", "mends it for these numbers of vnodes")
        changes.append("with other numbers of vnodes, smaller changes may do")
    return "\n".join([*lines, *changes] if len(lines) <= SHORT else [*changes, *lines])


class Clock:
    """One time limit for many solves."""

    def __init__(self, time_limit_s: float, stop: Event) -> None:
        self.stop = stop
        self._deadline = perf_counter() + time_limit_s

    def context(self, most_s: float = QUESTION_LIMIT_S) -> SearchContext:
        """Give the limits of the next solve: at most so many seconds, and no more than are left."""
        left = max(0.0, self._deadline - perf_counter())
        return SearchContext(time_limit_s=min(most_s, left), stop=self.stop)


def find_conflicts_of(questions: FeasibilityQueries, clock: Clock) -> ConflictAnalysis:
    """Find conflicts among the rules of an instance, and the smallest sets of rules to drop."""
    rules = questions.rules

    def ask(some: Sequence[int]) -> Status:
        context = clock.context()
        if not context.left_s():
            return Status.UNKNOWN
        return questions.ask([rules[i] for i in some], context).status

    return analyse_conflicts(len(rules), ask, [None if rule.fixed else rule_named(rule.name).rank for rule in rules])


def _conflicts(questions: FeasibilityQueries, findings: ConflictAnalysis) -> list[str]:
    """List the rules of each conflict below a line that says how much is proved of them."""
    lines: list[str] = []
    for i, (conflict, irreducible) in enumerate(zip(findings.all_conflicts, findings.irreducible, strict=True)):
        head = (
            "these cannot hold together either:"
            if i
            else "these rules cannot hold together, but would without any one of them:"
        )
        if not irreducible:
            head = "these cannot hold together either" if i else "these rules cannot hold together"
            head += " (the conflict may need only some of them):"
        lines += [head, *(f"- {questions.rules[rule].words}" for rule in conflict[:MOST_LINES])]
        if len(conflict) > MOST_LINES:
            lines.append(f"- and {len(conflict) - MOST_LINES} more")
    if not findings.complete:
        lines.append("there may be more such conflicts")
    return lines


def _changes(questions: FeasibilityQueries, findings: ConflictAnalysis, clock: Clock) -> list[str]:
    """List every single change where one is enough, else the fewest that do together, else the guests to leave out."""
    one_by_one = bool(findings.repairs) and len(findings.repairs[0]) == 1
    droppable = [tuple(questions.rules[i] for i in repair) for repair in findings.repairs]
    found = [
        (dropped, repair)
        for dropped in droppable[: None if one_by_one else MOST_REPAIRS]
        if (repair := _repair(questions, dropped, clock))
    ]
    if not found:
        return _left_out(questions, clock) or ["no change that mends it was found in time"]
    if not one_by_one:
        dropped, least = min(found, key=lambda each: (sum(r.form == "guest" for r in each[0]), each[1].memory_kib))
        head = "these changes together mend it" + (", and no fewer would:" if findings.fewest else ":")
        together = [_joined(questions, [each])[0] for each in zip(dropped, least.words, strict=True)]
        return [head, *(f"- {change}" for change in together)]
    lines = [f"- {change}" for change in _joined(questions, [(rules[0], repair.words[0]) for rules, repair in found])]
    head = "any one of these changes mends it:" if len(found) > 1 else "this change mends it:"
    if not any(rules[0].form == "guest" for rules, _ in found):
        lines += _left_out(questions, clock)
    return [head, *lines]


def _repair(questions: FeasibilityQueries, dropped: tuple[Constraint, ...], clock: Clock) -> Repair | None:
    return least_repair(questions, dropped, clock.context) if clock.context().left_s() else None


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
    problem, context = questions.problem, clock.context(TIME_LIMIT_S)
    if not context.left_s():
        return []
    if questions.claims.limit_kib is not None:
        problem = lower(questions.instance, allow_unplaced=True).problem
    nowhere = len(questions.instance.host.pnodes)
    solution = optimal(replace(problem, tiers=problem.tiers[:1]), context)
    if solution.site_of is None:
        return []
    names = [
        f'"{guest.name}"'
        for guest, items in zip(questions.instance.guests, problem.groups, strict=False)
        if (solution.site_of[items] == nowhere).any()
    ]
    fewest = ", and no fewer" if solution.status is Status.OPTIMAL else ""
    return [f"without {len(names)} of the guests{fewest}, all others fit: {', '.join(names)}"]
