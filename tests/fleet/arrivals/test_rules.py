"""Rules of fleets whose guests come and go."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.fleet.arrivals.register import Register
from placer.fleet.arrivals.rules import LiveRules, check_new
from placer.fleet.model.fleet import Fleet
from placer.fleet.model.rules import FleetRule
from tests.support.fleets import fleet_of


def fleet(**rule: object) -> Fleet:
    plain = fleet_of([[(4, 8)]] * 3, [[(1, 1)]] * 3)
    racks = [replace(each, groups={"rack": rack}) for each, rack in zip(plain.hosts, "aab", strict=True)]
    return replace(plain, hosts=racks, rules=[FleetRule(**rule)] if rule else [])  # type: ignore[arg-type]


def where(rules: LiveRules, guest: str) -> list[str]:
    return [host for host in ("h0", "h1", "h2") if rules.forbids(guest, host) is None]


@pytest.mark.parametrize(
    ("rule", "may"),
    [
        ({"apart": ["g0", "g1"]}, ["h1", "h2"]),
        ({"together": ["g0", "g1"]}, ["h0"]),
        ({"at_most": ["g0", "g1"], "most": 2}, ["h0", "h1", "h2"]),
        ({"apart": ["g0", "g1"], "within": "rack"}, ["h2"]),
        ({"together": ["g0", "g1"], "within": "rack"}, ["h0", "h1"]),
    ],
)
def test_a_rule_counts_what_is_there(rule: dict[str, object], may: list[str]) -> None:
    rules = LiveRules(fleet(**rule))
    assert where(rules, "g1") == ["h0", "h1", "h2"]
    rules.put("g0", "h0")
    assert where(rules, "g1") == may
    assert where(rules, "g2") == ["h0", "h1", "h2"]
    rules.remove("g0", "h0")
    assert where(rules, "g1") == ["h0", "h1", "h2"]


def test_a_guest_that_joins_is_a_member_and_one_that_is_forgotten_is_none() -> None:
    rules = LiveRules(fleet(apart=["g0", "g1"]))
    rules.put("g0", "h0")
    rules.join("new", "g0")
    assert (rules.rules[0].apart, where(rules, "new")) == (("g0", "g1", "new"), ["h1", "h2"])
    rules.forget("new")
    assert (rules.rules[0].apart, where(rules, "new")) == (("g0", "g1"), ["h0", "h1", "h2"])


def test_who_is_like_an_entry_joins_the_rules_of_the_entry() -> None:
    whole = fleet(apart=["g0"])
    several = replace(whole, guests=[replace(whole.guests[0], count=2), *whole.guests[1:]])
    rules = LiveRules(several)
    rules.put("g0-1", "h1")
    rules.join("new", "g0")
    assert where(rules, "new") == ["h0", "h2"]


def test_a_new_rule_counts_guests_that_are_there_and_says_whether_they_keep_it() -> None:
    rules = LiveRules(fleet())
    here = {"g0": "h0", "g1": "h0"}
    assert rules.add(FleetRule(at_most=["g0", "g1", "new"], most=2), here)
    assert where(rules, "new") == ["h1", "h2"]
    assert not rules.add(FleetRule(apart=["g0", "g1", "new"]), here)
    rules.cut(1)
    assert (len(rules.rules), where(rules, "new")) == (1, ["h1", "h2"])
    rules.cut(0)
    assert where(rules, "new") == ["h0", "h1", "h2"]


def test_rules_of_guests_that_are_gone_lose_them() -> None:
    rules = LiveRules(fleet(apart=["g0", "g1"]))
    assert rules.among(["g1", "g2"]) == (FleetRule(apart=["g1"]),)
    assert rules.among(["g2"]) == ()


def test_a_rule_in_words() -> None:
    rules = LiveRules(fleet(at_most=["g0", "g1", "g2"], most=2, within="rack"))
    assert rules.words(0) == "at_most g0, g1, g2 within rack"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (FleetRule(apart=["g0"]), 'rules: apart: expected guest "new" among its members'),
        (FleetRule(together=["new", "g9"]), 'rules: together: no guest "g9" in the fleet'),
        (
            FleetRule(apart=["new"], within="row"),
            'rules: within: no host is in a group "row", expected one of host, rack',
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused(rule: FleetRule, message: str) -> None:
    with pytest.raises(InputError) as error:
        check_new(rule, "new", Register(fleet()))
    assert str(error.value) == message
