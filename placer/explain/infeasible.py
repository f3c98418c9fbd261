"""
Why no placement keeps every rule, in words with figures, and which changes would mend that.

Contradictions that need no search come first: a vnode that no pnode can hold, or more memory than all pnodes have.
Where there is none, irreducible conflicts are listed: sets of rules that cannot hold together, while every proper
subset can. The least changes after which every vnode has a pnode follow, each confirmed by a solve.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

from placer.assignment import Problem, Status
from placer.explain.changes import only_guests
from placer.explain.claims import Claims
from placer.explain.clock import TIME_LIMIT_S, Clock
from placer.explain.constraints import FeasibilityQueries
from placer.explain.mending import Changes, changes_that_mend
from placer.explain.mus_mcs import ConflictAnalysis, analyse_conflicts
from placer.explain.unplaceable import exceeds_capacity, lacking_pages, stuck_guests, stuck_vnodes
from placer.instance import Instance
from placer.instance.catalogue import rule_named
from placer.lowering.lower import lower

STUCK_LIMIT_S = 1.5
"""
Seconds for conflicts and changes together where vnodes are told that no pnode can hold: the reason is known then.

Chosen for the patience of a person. Measured: 128 pnodes and 1,000 guests are lowered in 1.1 s for each change that is
confirmed; the shipped instances take 0.02 s in all.
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
    problem: Problem | None = None,
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
    problem
        What the instance was lowered to, if that is at hand.

    Returns
    -------
    str
        Lines: each vnode that no pnode can hold even alone, or the memory that all pnodes together lack, or else the
        rules of each conflict found; then the changes that mend it. The changes stand first where the reasons take more
        than :data:`SHORT` lines.
    """
    stop = stop or Event()
    claims = Claims(instance)
    if problem is None or claims.limit_kib is not None:
        problem = lower(claims.without, allow_unplaced=True).problem
    stuck = stuck_vnodes(instance, problem)
    lines = stuck or exceeds_capacity(instance, problem) or lacking_pages(instance, problem)
    lines += claims.exceeded()
    changes = Changes()
    if stuck:
        few = only_guests(instance, stuck_guests(instance, problem))
        clock = Clock(min(time_limit_s, STUCK_LIMIT_S), stop)
        questions = FeasibilityQueries(few, instance)
        changes = changes_that_mend(questions, find_conflicts_of(questions, clock), clock)
    if not stuck or (changes.refused and not clock.over and len(few.guests) < len(instance.guests)):
        questions = FeasibilityQueries(instance)
        findings = find_conflicts_of(questions, Clock(time_limit_s, stop))
        lines = lines or _conflicts(questions, findings)
        changes = changes_that_mend(questions, findings, Clock(time_limit_s, stop))
    told = changes.lines or ["no change that mends it was found in time"]
    if one_of_many_cuts:
        told[0] = told[0].replace("mend it", "mend it for these numbers of vnodes")
        told[0] = told[0].replace("mends it", "mends it for these numbers of vnodes")
        told.append("with other numbers of vnodes, smaller changes may do")
    return "\n".join([*lines, *told] if len(lines) <= SHORT else [*told, *lines])


def find_conflicts_of(questions: FeasibilityQueries, clock: Clock) -> ConflictAnalysis:
    """Find conflicts among the rules of an instance, and the smallest sets of rules to drop."""
    rules = questions.rules

    def ask(some: Sequence[int]) -> Status:
        if clock.over:
            return Status.UNKNOWN
        return questions.ask([rules[i] for i in some], clock.context()).status

    ranks = [None if rule.fixed else rule_named(rule.name).rank for rule in rules]
    return analyse_conflicts(len(rules), ask, ranks, over=lambda: clock.over)


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
