"""
Irreducible conflicts among rules, and the fewest rules to drop.

The literature calls an irreducible conflict a minimal unsatisfiable subset (MUS), and a set of rules whose removal
leaves the others satisfiable, without being larger than needed, a minimal correction set (MCS).

A conflict is shrunk by halves (QuickXplain: Junker, AAAI 2004). Sets of rules that hit every known conflict are then
dropped one after the other, the smallest first: either the remaining rules can hold, and the set is a repair, or they
contain a conflict that is not known yet (hitting-set duality: Reiter, Artificial Intelligence 32, 1987).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from placer.assignment import Status

Ask = Callable[[Sequence[int]], Status]
"""Answers whether rules, by number, can hold together: OPTIMAL or FEASIBLE for yes, INFEASIBLE for no, or UNKNOWN."""

MOST_CONFLICTS = 5
"""Conflicts after which only repairs are still looked for. Chosen, not tuned: a longer report helps no reader."""
MOST_KEPT = 50
"""Conflicts after which the search for repairs ends too. Chosen, not tuned: repairs are large by then."""
MOST_SETS = 150
"""
Hitting sets that are kept, the most acceptable first.

Chosen, not tuned: a conflict of k rules can multiply their number by k, and those beyond the limit are lost, so that
the analysis then calls itself incomplete.
"""


@dataclass
class ConflictAnalysis:
    """
    The conflicts among rules that cannot all hold, and the repairs.

    Parameters
    ----------
    all_conflicts
        For each conflict the numbers of its rules, ascending.
    irreducible
        For each conflict, whether it is proved that every proper subset can hold.
    repairs
        Sets of rules, all of the same size, such that the others can hold once the set is dropped; numbers ascending.
    fewest
        Whether it is proved that no smaller set is a repair.
    complete
        Whether it is proved that there is no other irreducible conflict.
    """

    all_conflicts: list[tuple[int, ...]] = field(default_factory=list)
    irreducible: list[bool] = field(default_factory=list)
    repairs: list[tuple[int, ...]] = field(default_factory=list)
    fewest: bool = True
    complete: bool = False


def analyse_conflicts(
    count: int, ask: Ask, rank: Sequence[int | None], *, over: Callable[[], bool] = lambda: False
) -> ConflictAnalysis:
    """
    Find conflicts and repairs among rules that cannot all hold.

    Parameters
    ----------
    count
        Number of rules; together they are known to be infeasible.
    ask
        Answers whether a subset of the rules can hold. It ends the search by answering UNKNOWN from some time on.
    rank
        ``[count]``: rules of a lower rank are dropped first; None for rules that cannot be dropped.
    over
        Whether no time is left: what is known then is the answer.
    """
    return _Finder(count, ask, rank, over).run()


class _Finder:
    """The search: the known conflicts, and the sets of rules that hit all of them (``_open``)."""

    def __init__(self, count: int, ask: Ask, rank: Sequence[int | None], over: Callable[[], bool]) -> None:
        self._rules, self._ask, self._rank, self._over = list(range(count)), ask, rank, over
        self._findings = ConflictAnalysis()
        self._open: list[frozenset[int]] = [frozenset()]
        self._settled: set[frozenset[int]] = set()
        self._all_kept = True

    def run(self) -> ConflictAnalysis:
        found = self._findings
        self._add(self._rules)
        unknown = 0
        while len(found.all_conflicts) < MOST_KEPT and (drop := self._next()) is not None:
            if self._over():
                found.fewest &= bool(found.repairs)
                break
            self._settled.add(drop)
            rest = [rule for rule in self._rules if rule not in drop]
            verdict = self._ask(rest)
            if verdict is Status.INFEASIBLE:
                self._add(rest)
            elif verdict is Status.UNKNOWN:
                unknown += 1
                found.fewest &= bool(found.repairs)
            else:
                found.repairs.append(tuple(sorted(drop)))
        none_left = all(drop in self._settled for drop in self._open)
        found.complete = none_left and self._all_kept and not unknown and all(found.irreducible)
        found.repairs = [drop for drop in found.repairs if len(drop) == len(found.repairs[0])]
        return found

    def _add(self, rules: list[int]) -> None:
        """Shrink a set of rules that cannot hold together to one conflict, and record that conflict."""
        sure = True

        def impossible(some: Sequence[int]) -> bool:
            nonlocal sure
            verdict = self._ask(some)
            sure &= verdict is not Status.UNKNOWN
            return verdict is Status.INFEASIBLE

        conflict = tuple(sorted(_shrink([], rules, impossible, asked=True)))
        self._findings.all_conflicts.append(conflict)
        self._findings.irreducible.append(sure)
        self._hit(conflict)

    def _hit(self, conflict: tuple[int, ...]) -> None:
        """Extend the hitting sets to a new conflict; keep only sets that contain no other hitting set."""
        hitting = [drop for drop in self._open if not drop.isdisjoint(conflict)]
        droppable = [rule for rule in conflict if self._rank[rule] is not None]
        grown = {drop | {rule} for drop in self._open if drop.isdisjoint(conflict) for rule in droppable}
        sets = hitting + [drop for drop in grown if not any(other <= drop for other in hitting)]
        sets.sort(key=self._order)
        self._all_kept &= len(sets) <= MOST_SETS
        self._open = sets[:MOST_SETS]

    def _next(self) -> frozenset[int] | None:
        """Give the next hitting set to drop; None when every set that can still be a smallest repair is settled."""
        repairs = self._findings.repairs
        size = len(repairs[0]) if repairs else None
        enough = len(self._findings.all_conflicts) >= MOST_CONFLICTS
        for drop in self._open:
            if drop not in self._settled and not (enough and size is not None and len(drop) > size):
                return drop
        return None

    def _order(self, drop: frozenset[int]) -> tuple[int, int, list[int]]:
        return len(drop), sum(self._rank[rule] or 0 for rule in drop), sorted(drop)


def _shrink(
    held: list[int], rules: list[int], impossible: Callable[[Sequence[int]], bool], *, asked: bool = False
) -> list[int]:
    """
    Give a subset of ``rules`` that conflicts with the rules held and loses that conflict with any of its rules.

    Parameters
    ----------
    asked
        Whether the rules held are known to be possible by themselves.
    """
    if not asked and impossible(held):
        return []
    if len(rules) <= 1:
        return rules
    half = len(rules) // 2
    first, second = rules[:half], rules[half:]
    needed = _shrink([*held, *first], second, impossible)
    return _shrink([*held, *needed], first, impossible, asked=not needed) + needed
