"""A method of a portfolio, its condition, and the walk over a list of methods."""

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
        Whether the method applies.
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
    The result of a method that ends without an answer.

    Parameters
    ----------
    reason
        Why, in words and figures.
    known
        A solution for the next methods to begin with, such as one without a proof; None for none.
    """

    reason: str
    known: Solution | None = None


@dataclass(frozen=True)
class Method:
    """
    A method for Problems of some structure.

    Parameters
    ----------
    name
        Its name in a Decision.
    structure
        The Problems that it solves, in one line.
    mathematics, source
        The mathematics it uses, and the literature for that; "own" where there is none.
    applies
        Whether it applies to a Problem, as far as a quick look can tell.
    run
        Solves a Problem, beginning with the solution of the methods before it, or gives up.
    """

    name: str
    structure: str
    mathematics: str
    source: str
    applies: Callable[[Problem], Applies]
    run: Callable[[Problem, SearchContext, Solution | None], Solution | GaveUp]


def always(reason: str) -> Callable[[Problem], Applies]:
    """Return a condition that every Problem meets, with this reason."""
    return lambda _problem: Applies(True, reason)


def walk(methods: Sequence[Method], problem: Problem, context: SearchContext) -> Solution:
    """
    Run the methods that apply, in their order, until one answers; the last one must.

    Returns
    -------
    Solution
        With a Decision for the method that answered, before the Decisions of that method itself.
    """
    passed: list[tuple[str, str]] = []
    known: Solution | None = None
    for method in methods:
        applies = method.applies(problem)
        if not applies:
            passed.append((method.name, applies.reason))
            continue
        decision = Decision(method=method.name, because=applies.reason, passed_over=tuple(passed))
        context.begin(problem, decision)
        found = method.run(problem, context, known)
        if isinstance(found, Solution):
            return replace(found, decisions=(decision, *found.decisions))
        passed.append((method.name, f"gave up: {found.reason}"))
        known = found.known or known
    raise AssertionError("the last method of a portfolio gave up")
