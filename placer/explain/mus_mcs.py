"""
Irreducible conflicts among rules, and the fewest rules to drop.

A conflict is shrunk by dropping halves of it (QuickXplain: Junker, AAAI 2004). The sets of rules that meet every known
conflict are then dropped one after the other, the smallest first: either what is left can hold, and the set is a
repair, or it holds a conflict not known yet (the duality of Reiter, Artificial Intelligence 32, 1987).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from placer.assignment import Status

Ask = Callable[[Sequence[int]], Status]
"""Whether rules, by number, can hold together: OPTIMAL or FEASIBLE, INFEASIBLE, or UNKNOWN."""

MOST_CONFLICTS = 5
"""Conflicts after which only the repair is still looked for."""
MOST_KEPT = 50
"""Conflicts after which that is given up too."""
MOST_SETS = 150
"""Sets of rules to drop that are kept."""


@dataclass
class ConflictAnalysis:
    """
    What is known of rules that cannot all hold.

    Parameters
    ----------
    all_conflicts
        Rules that cannot hold together, ascending.
    irreducible
        Of each conflict, whether every proper subset of it can hold.
    repairs
        The smallest sets of rules whose dropping lets all others hold, ascending.
    fewest
        Whether no smaller set would do.
    complete
        Whether there is no other irreducible conflict.
    """

    all_conflicts: list[tuple[int, ...]] = field(default_factory=list)
    irreducible: list[bool] = field(default_factory=list)
    repairs: list[tuple[int, ...]] = field(default_factory=list)
    fewest: bool = True
    complete: bool = False


def analyse_conflicts(count: int, ask: Ask, rank: Sequence[int | None]) -> ConflictAnalysis:
    """
    Find conflicts and repairs among rules that cannot all hold.

    Parameters
    ----------
    count
        Number of rules.
    ask
        May begin to answer UNKNOWN to end the search.
    rank
        ``[count]``, which rules one would rather drop, the least first; None for those that cannot be dropped.
    """
    return _Finder(count, ask, rank).run()


class _Finder:
    def __init__(self, count: int, ask: Ask, rank: Sequence[int | None]) -> None:
        self._rules, self._ask, self._rank = list(range(count)), ask, rank
        self._findings = ConflictAnalysis()
        self._open: list[frozenset[int]] = [frozenset()]
        self._settled: set[frozenset[int]] = set()
        self._all_kept = True

    def run(self) -> ConflictAnalysis:
        found = self._findings
        self._add(self._rules)
        unknown = 0
        while len(found.all_conflicts) < MOST_KEPT and (drop := self._next()) is not None:
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
        """Shrink rules that cannot hold together to one conflict, and keep it."""
        sure = True

        def impossible(some: Sequence[int]) -> bool:
            nonlocal sure
            verdict = self._ask(some)
            sure &= verdict is not Status.UNKNOWN
            return verdict is Status.INFEASIBLE

        conflict = tuple(sorted(_shrink([], rules, impossible, asked=True)))
        self._findings.all_conflicts.append(conflict)
        self._findings.irreducible.append(sure)
        self._meet(conflict)

    def _meet(self, conflict: tuple[int, ...]) -> None:
        """Keep the sets that meet every conflict, this one too, and hold no other such set."""
        met = [drop for drop in self._open if not drop.isdisjoint(conflict)]
        droppable = [rule for rule in conflict if self._rank[rule] is not None]
        grown = {drop | {rule} for drop in self._open if drop.isdisjoint(conflict) for rule in droppable}
        sets = met + [drop for drop in grown if not any(other <= drop for other in met)]
        sets.sort(key=self._order)
        self._all_kept &= len(sets) <= MOST_SETS
        self._open = sets[:MOST_SETS]

    def _next(self) -> frozenset[int] | None:
        """Give the next set of rules to drop; None when those that matter are settled."""
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
    """Give the fewest of some rules, in the sense that none can be left out, that conflict with those held."""
    if not asked and impossible(held):
        return []
    if len(rules) <= 1:
        return rules
    half = len(rules) // 2
    first, second = rules[:half], rules[half:]
    needed = _shrink([*held, *first], second, impossible)
    return _shrink([*held, *needed], first, impossible, asked=not needed) + needed
