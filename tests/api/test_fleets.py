"""The doors of the library to fleets."""

from __future__ import annotations

import pytest

import placer
from placer.errors import InputError
from tests.support.fleets import fleet_of

FLEET = fleet_of([[(2, 8)]] * 3, [[(1, 2)]] * 3)
TABLE = placer.Text("flavor_vcpus,flavor_ram,numa\n" + "1,2,1\n" * 5, place="r.csv")


def test_a_fleet_is_written_read_bounded_and_its_certificate_checked() -> None:
    again = placer.read_fleet(placer.Text(placer.dump_fleet(FLEET)))
    assert again == FLEET
    found = placer.bound_fleet(again)
    assert [tier.value for tier in found.tiers] == [0, 0, 2]
    assert [proof.holds for proof in placer.check_certificate(again, found.certificate)] == [True]
    asked = placer.bound_fleet(FLEET, requests=[TABLE])
    assert asked.requests is not None
    assert asked.requests.most == 3
    assert [p.holds for p in placer.check_certificate(FLEET, asked.certificate, requests=[TABLE])] == [True]


def test_a_certificate_is_read_alone_or_out_of_a_bound() -> None:
    alone = '{"claims": [{"tier": "hosts", "bound": 2, "scale": 10, "prices": {"g0": 5}}]}'
    read = placer.read_certificate(placer.Text(alone))
    assert read == placer.read_certificate(placer.Text(f'{{"tiers": [], "certificate": {alone}}}'))
    assert read.claims[0].prices == {"g0": 5}
    with pytest.raises(InputError, match=r"c.json: \$.claims\[0\].scale: expected int >= 1, got 0"):
        placer.read_certificate(placer.Text(alone.replace("10", "0"), place="c.json"))


def test_more_rows_than_placer_takes_are_refused_for_their_size() -> None:
    rows = placer.Text("flavor_vcpus,flavor_ram,numa\n" + "12,24,1\n" * 9_000_000, "r.csv")
    with pytest.raises(InputError, match=r"r\.csv: larger than 64 MiB"):
        placer.bound_fleet(FLEET, requests=[rows])


def test_a_plan_is_solved_judged_and_told_step_by_step() -> None:
    said: list[str] = []
    plan = placer.solve_fleet(FLEET, time_limit_s=30, workers=1, on_log=said.append)
    assert (str(plan.status), len(plan.hosts)) == ("OPTIMAL", 2)
    assert placer.check_plan(FLEET, {name: host.placement for name, host in plan.hosts.items()}) == ()
    assert placer.check_plan(FLEET, {"none": placer.Placement(pnode_of={})}) == ('no host "none" in the fleet',)
    assert said
