"""Methods are walked in order; the Decision says which one answered and why not the others."""

from __future__ import annotations

from placer.assignment import Decision, Problem, Solution, Status
from placer.assignment.context import SearchContext
from placer.assignment.method import Applies, GaveUp, Method, always, walk
from placer.lowering.lower import lower
from tests.support.building import GIB, a_guest, a_host, an_instance

PROBLEM = lower(an_instance(a_host(4 * GIB, 4 * GIB), a_guest(GIB, GIB))).problem


def a_method(name: str, found: Solution | GaveUp, applies: Applies | None = None) -> Method:
    def run(_problem: Problem, _context: SearchContext, _known: Solution | None) -> Solution | GaveUp:
        return found

    says = always("it can") if applies is None else lambda _problem: applies
    return Method(name=name, structure="", mathematics="", source="own", applies=says, run=run)


def test_the_first_that_applies_and_answers_is_the_decision() -> None:
    answer = Solution(status=Status.UNKNOWN)
    methods = [
        a_method("small", answer, Applies(False, "2 items at most, has 3")),
        a_method("tired", GaveUp("no time is left")),
        a_method("good", answer),
        a_method("late", answer),
    ]
    passed = (("small", "2 items at most, has 3"), ("tired", "gave up: no time is left"))
    decision = Decision(method="good", because="it can", passed_over=passed)
    assert walk(methods, PROBLEM, SearchContext()).decisions == (decision,)
    assert decision.lines() == [
        "decision: good, because it can",
        "decision: not small: 2 items at most, has 3",
        "decision: not tired: gave up: no time is left",
    ]


def test_what_one_found_is_what_the_next_begins_with() -> None:
    half = Solution(status=Status.UNKNOWN, attempts="half")
    begun: list[Solution | None] = []

    def run(_problem: Problem, _context: SearchContext, known: Solution | None) -> Solution:
        begun.append(known)
        return Solution(status=Status.UNKNOWN)

    last = Method(name="last", structure="", mathematics="", source="own", applies=always("it can"), run=run)
    walk([a_method("first", GaveUp("x", half)), a_method("second", GaveUp("y")), last], PROBLEM, SearchContext())
    assert begun == [half]
