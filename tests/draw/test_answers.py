"""Answers beside each other: their figures are those of ``check``, and what differs is said first."""

from __future__ import annotations

import pytest

from placer.check import check
from placer.draw.answers import picture_of_answers
from placer.draw.picture import Picture
from placer.draw.svg import to_svg
from placer.errors import InputError
from placer.formats.native.answer_json import StatedAnswer, StatedTier
from placer.instance import Placement
from placer.job.request import Request
from tests.support.pictures import faults, two_pnodes, written

INSTANCE, FAR = two_pnodes()
NEAR = Placement(pnode_of={"db": (0, 0), "web": (1,)})


def drawn(*answers: StatedAnswer) -> Picture:
    return picture_of_answers(Request(instance=INSTANCE), [(f"answer {i}", each) for i, each in enumerate(answers)])


def rows(picture: Picture, title: str) -> list[list[object]]:
    return [list(row) for table in picture.tables if table.title == title for row in table.rows]


def test_the_first_tier_in_which_two_answers_differ_is_said() -> None:
    costs = [check(INSTANCE, each).costs for each in (NEAR, FAR)]
    t = next(t for t, (one, other) in enumerate(zip(*costs, strict=True)) if one != other)
    picture = drawn(StatedAnswer(placement=NEAR), StatedAnswer(placement=FAR))
    less, more = costs[0][t], costs[1][t]
    said = f"answer 0 costs less than answer 1: in tier {t + 1}, {less} instead of {more}"
    assert said in picture.headline.lines[1] and less < more
    assert picture.headline.lines[2] == "1 of 2 guests on other pnodes"
    assert faults(to_svg(picture)) == []


def test_two_equal_answers_cost_the_same() -> None:
    picture = drawn(StatedAnswer(placement=NEAR), StatedAnswer(placement=NEAR))
    assert picture.headline.lines[1:] == ("both cost the same", "0 of 2 guests on other pnodes")


def test_costs_of_both_and_the_bounds_of_the_better_stand_in_one_table() -> None:
    found = check(INSTANCE, NEAR)
    tiers = [StatedTier(cost=c, bound=c, terms=dict(t)) for c, t in zip(found.costs, found.terms, strict=True)]
    picture = drawn(StatedAnswer(placement=FAR), StatedAnswer(placement=NEAR, status="OPTIMAL", tiers=tuple(tiers)))
    far = check(INSTANCE, FAR)
    for row in rows(picture, "Costs, highest tier first"):
        t, name = int(str(row[0])) - 1, str(row[1])
        assert row[2:4] == [far.terms[t][name], found.terms[t][name]]
        assert row[4] in {found.costs[t], ""}
    assert rows(picture, "Guests")[0][3:] == ["pnodes 0-1", 14.4, "pnode 0", 10.0]


def test_an_answer_without_a_placement_is_the_host_with_its_reason() -> None:
    nothing = StatedAnswer(placement=None, status="INFEASIBLE", reason="too large")
    picture = drawn(StatedAnswer(placement=NEAR), nothing)
    texts = [each.text for each in written(to_svg(picture))]
    assert "too large" in texts and "pnode 1" in texts
    assert rows(picture, "Guests")[1][3:] == ["pnode 1", 10.0, "none", None]
    assert rows(drawn(nothing, nothing), "Costs, highest tier first") == []


def test_of_more_than_two_a_page_shows_one_at_a_time() -> None:
    one = StatedAnswer(placement=NEAR)
    assert not drawn(one, one).stepwise and drawn(one, one, one).stepwise


def test_a_placement_of_another_instance_is_refused() -> None:
    with pytest.raises(InputError, match="not a placement of this instance"):
        drawn(StatedAnswer(placement=NEAR), StatedAnswer(placement=Placement(pnode_of={"x": (0,)})))
