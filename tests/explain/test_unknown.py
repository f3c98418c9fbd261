"""UNKNOWN: what was tried, what a placement costs at least, and what to raise."""

from __future__ import annotations

from threading import Event

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.formats.native.instance_json import dump_instance
from placer.instance import Instance
from placer.solving.pipeline import solve
from placer.solving.result import Result
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.commands import placer
from tests.support.oracle import best
from tests.support.random_instances import random_instance

pytestmark = pytest.mark.usefixtures("unhurried")


def packed() -> Instance:
    """Vnodes of 4, 4, 3, 3 and 2 GiB on two pnodes of 8 GiB: 4 + 4 and 3 + 3 + 2, which falling sizes also find."""
    return an_instance(a_host(8 * GIB, 8 * GIB), a_guest(*(size * GIB for size in (4, 4, 3, 3, 2))))


def tight() -> Instance:
    """Vnodes of 6, 5, 5, 4, 4 and 4 GiB fill two pnodes of 14 GiB as 6 + 4 + 4 and 5 + 5 + 4 alone."""
    return an_instance(
        a_host(14 * GIB, 14 * GIB), a_guest(*(size * GIB for size in (6, 5, 5, 4, 4, 4)), vcpus=(1,) * 6)
    )


def unknown(answer: Result) -> list[str]:
    assert answer.status is Status.UNKNOWN
    assert answer.placement is None
    assert answer.reason is not None
    return answer.reason.splitlines()


@pytest.mark.parametrize(
    ("strategy", "tried"),
    [
        ("optimal", "branch and bound looked at 1 partial placements"),
        ("branch-and-bound", "branch and bound looked at 1 partial placements"),
        ("cpsat", "local search found no placement and no proof that there is none"),
        ("local-search", "local search found no assignment"),
        ("first-fit-decreasing", "first-fit by falling size got stuck"),
    ],
)
def test_it_says_what_was_tried_and_for_how_long(strategy: str, tried: str) -> None:
    first, bound, _ = unknown(solve(tight(), strategy=strategy, time_limit_s=0))
    assert first.startswith("tried for 0.")
    assert first.endswith(f" s: {tried}")
    assert bound.startswith("a placement, if there is one, costs at least: access_distance + core_sharing ")


def test_the_bound_holds_for_every_placement() -> None:
    seen = 0
    for seed in range(150):
        instance = random_instance(seed)
        instance = replace(instance, objective=replace(instance.objective, tiers="default"))
        answer = solve(instance, strategy="local-search", time_limit_s=0)
        expected = best(instance)
        if answer.status is not Status.UNKNOWN or expected is None:
            continue
        _, bound, _ = unknown(answer)
        said = {words.rsplit(" ", 1)[0]: int(words.rsplit(" ", 1)[1]) for words in bound.split(": ")[1].split(", ")}
        assert said["access_distance + core_sharing"] <= expected[0][2], seed
        seen += 1
    assert seen >= 1


@pytest.mark.parametrize(
    ("limits", "advice"),
    [
        (
            {"time_limit_s": 0},
            "raise --time-limit (now 0 s); raise --workers (now chosen by size); "
            "use --allow-unplaced to see how much can be placed",
        ),
        (
            {"time_limit_s": 0, "workers": 1, "strategy": "cpsat", "deterministic_limit": 0.5},
            "raise the deterministic limit (now 0.5); raise --time-limit (now 0 s); raise --workers (now 1); "
            "use --allow-unplaced to see how much can be placed",
        ),
        (
            {"time_limit_s": 0, "strategy": "local-search"},
            "raise --time-limit (now 0 s); use --strategy optimal, which searches further than this one; "
            "use --allow-unplaced to see how much can be placed",
        ),
        (
            {"strategy": "first-fit-decreasing"},
            "use --strategy optimal, which searches further than this one; "
            "use --allow-unplaced to see how much can be placed",
        ),
    ],
)
def test_it_names_what_to_raise(limits: dict[str, object], advice: str) -> None:
    *_, last = unknown(solve(tight(), **limits))  # type: ignore[arg-type]
    assert last == f"to get an answer: {advice}"


def test_one_that_was_interrupted_says_so() -> None:
    stop = Event()
    stop.set()
    *_, last = unknown(solve(tight(), stop=stop))
    assert last.startswith("to get an answer: let the search finish; ")


def test_what_it_names_settles_it() -> None:
    assert solve(tight()).status is Status.OPTIMAL
    assert solve(tight(), strategy="local-search", time_limit_s=0, allow_unplaced=True).status is Status.FEASIBLE


def test_the_report_shows_it_and_ends_with_3() -> None:
    ran = placer("solve", "-", "--time-limit", "0", stdin=dump_instance(tight()))
    assert ran.code == 3
    assert ran.lines[0].startswith("UNKNOWN: no placement that keeps every rule, and no proof that there is none")
    assert [line.split(":")[0] for line in ran.lines[1:4]] == [
        ran.lines[1].split(":")[0],
        "a placement, if there is one, costs at least",
        "to get an answer",
    ]
    assert ran.lines[1].startswith("tried for ")


def test_a_feasible_answer_shows_the_gap_of_each_tier() -> None:
    ran = placer("solve", "-", "--strategy", "branch-and-bound", "--time-limit", "0", stdin=dump_instance(packed()))
    assert ran.lines[0].startswith("FEASIBLE")
    rows = [line.split() for line in ran.lines[ran.lines.index("Costs, highest tier first") + 2 :][:5]]
    for row in rows:
        cost, bound = int(row[-3 - ("%" in row)]), int(row[-2 - ("%" in row)])
        gap = 0.0 if row[-1] == "0" else float(row[-2])
        assert bound <= cost
        assert gap == pytest.approx(100 * (cost - bound) / cost if cost else 0, abs=0.051)
    assert any("%" in row for row in rows)
