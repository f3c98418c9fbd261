"""Rules while guests are put on hosts, and which ones an assignment breaks."""

from __future__ import annotations

from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.fleet.model.fleet import Fleet
from placer.fleet.model.rules import FleetRule
from placer.fleet.plan.rulebook import Rulebook, broken_rules
from tests.support.fleets import guest_of, host_of

HOSTS = [
    FleetHost(host=host_of([(4, 8)], name), groups={"rack": rack})
    for name, rack in (("a", "1"), ("b", "1"), ("c", "2"))
]
FLEET = Fleet(
    hosts=HOSTS,
    guests=[FleetGuest(guest=guest_of([(1, 1)], "web"), count=3), FleetGuest(guest=guest_of([(1, 1)], "db"), count=2)],
    rules=[
        FleetRule(apart=["web"], within="rack"),
        FleetRule(together=["db"]),
        FleetRule(at_most=["web", "db"], most=2),
    ],
)


def test_a_guest_may_come_where_no_rule_is_broken() -> None:
    book = Rulebook(FLEET)
    book.put("web-0", "a")
    assert [book.may("web-1", host) for host in "abc"] == [False, False, True]  # racks 1, 1, 2
    book.put("db-0", "a")
    assert [book.may("db-1", host) for host in "abc"] == [False, False, False]  # a holds two, the others are elsewhere
    book.remove("web-0", "a")
    assert [book.may("db-1", host) for host in "abc"] == [True, False, False]
    assert book.may("web-1", "b")
    book.remove("db-0", "a")
    assert book.may("db-1", "c")


def test_guests_that_stay_together_choose_first_and_free_ones_last() -> None:
    book = Rulebook(FLEET)
    assert book.rank("db-0") < book.rank("web-0") < book.rank("other")


def test_broken_rules_are_told_with_their_hosts_or_groups() -> None:
    assert broken_rules(FLEET, {"web-0": "a", "web-1": "c", "db-0": "b", "db-1": "b"}) == []
    broken = broken_rules(FLEET, {"web-0": "a", "web-1": "b", "db-0": "a", "db-1": "c", "web-2": "a"})
    assert broken == [
        "rules[0]: rack 1 holds 3 of its guests, expected at most 1",
        "rules[1]: hosts a, c hold guests that stay together",
        "rules[2]: host a holds 3 of its guests, expected at most 2",
    ]


def test_groups_that_share_a_guest_stay_together_as_one() -> None:
    from msgspec.structs import replace

    chained = replace(FLEET, rules=[FleetRule(together=["web-0", "db-0"]), FleetRule(together=["db-0", "web-1"])])
    book = Rulebook(chained)
    assert set(book.bundle_of["web-1"]) == {"web-0", "web-1", "db-0"}
    assert "web-2" not in book.bundle_of
