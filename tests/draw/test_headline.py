"""The head of a picture claims no more than is known."""

from __future__ import annotations

from placer.check import Verdict, check
from placer.draw.headline import MOST_BROKEN, bounds_of, of_answer, of_host, of_unplaced, other_costs
from placer.formats.native.answer_json import StatedAnswer, StatedTier
from placer.instance import Placement
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.pictures import two_pnodes

INSTANCE, PLACEMENT = two_pnodes()
VERDICT = check(INSTANCE, PLACEMENT)


def stated(verdict: Verdict = VERDICT, *, more: int = 0) -> StatedAnswer:
    tiers = tuple(
        StatedTier(cost=cost + more, bound=cost, terms={name: value + more for name, value in terms.items()})
        for cost, terms in zip(verdict.costs, verdict.terms, strict=True)
    )
    return StatedAnswer(placement=PLACEMENT, status="OPTIMAL", tiers=tiers)


def lines(answer: StatedAnswer) -> tuple[str, ...]:
    return of_answer(INSTANCE, VERDICT, answer, bounds_of(VERDICT, answer.tiers)).lines


def test_a_host_says_what_it_has() -> None:
    assert of_host(a_host(8 * GIB, 4 * GIB)).title == "host: 2 pnodes, 8 pcpus, 12 GiB free"


def test_an_answer_has_its_status_mean_distance_bounds_and_gaps() -> None:
    said = lines(stated())
    assert said[0] == "2 guests with 3 vcpus and 6 GiB"
    # db 2 vcpus at 14.4, web one at 10
    assert said[1] == "OPTIMAL: mean access distance 12.93; placed, and proved that no placement costs less"
    assert said[4].startswith("tier 3: cost 38800, bound 38800, gap 0: access_distance 38800 (mean distance 12.93)")


def test_a_placement_alone_has_no_status_and_no_bound() -> None:
    said = lines(StatedAnswer(placement=PLACEMENT))
    assert said[1] == "mean access distance 12.93; all rules hold"
    assert not any("bound" in line for line in said)


def test_an_answer_with_other_costs_loses_its_status_and_bounds() -> None:
    answer = stated(more=1)
    assert other_costs(VERDICT, answer) and not other_costs(VERDICT, stated())
    said = lines(answer)
    assert said[1] == "mean access distance 12.93; all rules hold"
    assert "the answer states other costs than these, so its status and bounds are left out" in said
    assert not any("gap" in line for line in said)


def test_bounds_end_where_the_tiers_are_others() -> None:
    tiers = stated().tiers
    changed = (*tiers[:2], StatedTier(cost=1, bound=0, terms={"moved": 1}), *tiers[3:])
    assert bounds_of(VERDICT, changed) == [0, 0] + [None] * (len(VERDICT.costs) - 2)


def test_broken_rules_are_named_and_very_many_counted() -> None:
    instance = an_instance(a_host(GIB), *[a_guest(2 * GIB, name=f"g{i}", pnodes=(0,), vcpus=(9,)) for i in range(12)])
    placement = Placement(pnode_of={f"g{i}": (None,) for i in range(12)})
    verdict = check(instance, placement)
    said = of_answer(instance, verdict, StatedAnswer(placement=placement), [None] * len(verdict.costs)).lines
    assert said[1].endswith("12 rules are broken")
    assert said[-1] == f"and {12 - MOST_BROKEN + 1} more broken rules"


def test_without_a_placement_the_reason_is_given() -> None:
    answer = StatedAnswer(placement=None, status="INFEASIBLE", reason="too much:\n- of it")
    assert of_unplaced(INSTANCE, answer).lines == (
        "2 guests with 3 vcpus and 6 GiB to place",
        "INFEASIBLE: proved that no placement keeps every rule",
        "too much:",
        "- of it",
    )
