"""A method of a portfolio: what it solves, when it applies, and how a list of methods is walked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from placer.assignment import Decision, Problem, Solution
from placer.assignment.context import SearchContext


@dataclass(frozen=True)
class Applies:
    """
    Whether a method applies to a Problem.

    Parameters
    ----------
    yes
        Whether it does.
    reason
        Why, or why not, in words and figures.
    """

    yes: bool
    reason: str

    def __bool__(self) -> bool:
        return self.yes


@dataclass(frozen=True, eq=False)
class GaveUp:
    """
    What a method says that ends without an answer.

    Parameters
    ----------
    reason
        Why, in words and figures.
    known
        What it found all the same, for the next methods to begin with; None for nothing.
    """

    reason: str
    known: Solution | None = None


@dataclass(frozen=True)
class Method:
    """
    One way to solve Problems of some structure.

    Parameters
    ----------
    name
        What it is called in a Decision.
    structure
        What it solves, in one line.
    mathematics, source
        How, and where that comes from; "own" where there is no other source.
    applies
        Whether it applies to a Problem, as far as that shows without work.
    run
        Solves a Problem, beginning with what the methods before it found, or gives up.
    """

    name: str
    structure: str
    mathematics: str
    source: str
    applies: Callable[[Problem], Applies]
    run: Callable[[Problem, SearchContext, Solution | None], Solution | GaveUp]


def always(reason: str) -> Callable[[Problem], Applies]:
    """Make an ``applies`` that says yes to every Problem."""
    return lambda _problem: Applies(True, reason)


def walk(methods: Sequence[Method], problem: Problem, context: SearchContext) -> Solution:
    """
    Run the methods that apply, in their order, until one answers; the last one has to.

    Returns
    -------
    Solution
        With a Decision for the method that answered, before those that it made itself.
    """
    passed: list[tuple[str, str]] = []
    known: Solution | None = None
    for method in methods:
        applies = method.applies(problem)
        if not applies:
            passed.append((method.name, applies.reason))
            continue
        found = method.run(problem, context, known)
        if isinstance(found, Solution):
            decision = Decision(method=method.name, because=applies.reason, passed_over=tuple(passed))
            return replace(found, decisions=(decision, *found.decisions))
        passed.append((method.name, f"gave up: {found.reason}"))
        known = found.known or known
    raise AssertionError("the last method of a portfolio gave up")
