"""The report of ``placer check``."""

from __future__ import annotations

from placer.check import check
from placer.instance import Placement
from placer.report.verdict import render_verdict
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance

INSTANCE = an_instance(a_host(2 * GIB, 2 * GIB), a_guest(GIB, 2 * GIB), a_guest(GIB, name="web"), price=0)


def report(*db: int | None) -> list[str]:
    return render_verdict(check(INSTANCE, Placement(pnode_of={"db": db, "web": (1,)})), INSTANCE).splitlines()


def test_the_first_line_says_whether_all_rules_hold() -> None:
    # web: 1000 at 10; db: each of two vcpus reads 333 and 667, at 10 + 20: 30000 of 2000
    assert report(1, 0)[0] == f"all rules hold; mean access distance {40000 / 3000:.2f}"
    assert report(0, None)[0].startswith("1 rule is broken; ")
    assert report(None, None)[0].startswith("2 rules are broken; ")


def test_each_broken_rule_is_named_in_words() -> None:
    assert '- unplaced: guest "db" vnode 1 of 2 GiB has no pnode' in report(0, None)
    assert any(line.startswith("- memory: pnode 1 has room for 2 GiB") for line in report(1, 1))


def test_every_term_and_every_guest_has_a_line() -> None:
    said = report(1, 0)

    assert ["3", "access_distance", "40000", "mean", "distance", "13.33", "-", "-"] in [line.split() for line in said]
    assert [line.split() for line in said[said.index("Guests") + 2 :]] == [["db", "15.00"], ["web", "10.00"]]


def judged(db: tuple[int, int], web: int) -> list[str]:
    placement = Placement(pnode_of={"db": db, "web": (web,)})
    best = solve(INSTANCE, hint=placement)
    return render_verdict(check(INSTANCE, placement), INSTANCE, best=best).splitlines()


def test_how_good_a_placement_is_stands_below_with_bound_and_per_cent() -> None:
    """
    Only one placement fits 2 GiB pnodes: db's vnodes of 1 and 2 GiB apart, web beside the smaller one, or the reverse.

    Both cost the same, as the distances are even.
    """
    assert judged((1, 0), 1)[1] == "proved that no placement costs less"
    line = next(line.split() for line in judged((1, 0), 1) if "access_distance" in line)
    assert line[-2:] == ["40000", "0"]


def test_a_better_placement_is_named_with_what_it_saves() -> None:
    """Two vnodes of one guest that are 20 apart, or together on one pnode."""
    instance = an_instance(a_host(2 * GIB, 2 * GIB), a_guest(GIB, GIB), price=0)
    apart = Placement(pnode_of={"db": (0, 1)})
    said = render_verdict(check(instance, apart), instance, best=solve(instance, hint=apart)).splitlines()

    mine = check(instance, apart).costs[2]
    best = check(instance, Placement(pnode_of={"db": (0, 0)})).costs[2]
    share = f"{100 * (mine - best) / mine:.1f} %"
    assert said[1] == f"a placement that costs {share} less in tier 3 was found: {best} instead of {mine}"
    below = next(line.split() for line in said if "device_distance" in line)
    assert below[-2:] == ["-", "-"]
