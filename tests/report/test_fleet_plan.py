"""Plans of fleets in words, and as JSON that is read back."""

from __future__ import annotations

import json

from placer.fleet.files.plan_json import read_plan
from placer.fleet.plan.solving import solve
from placer.formats.text.files import Text
from placer.report.fleet import render_faults
from placer.report.fleet_plan import plan_json, render_plan
from tests.support.fleets import fleet_of

FLEET = fleet_of([[(4, 8)]] * 3, [[(1, 4)]] * 3 + [[(1, 9)]], rules=[{"apart": ["g0", "g1"]}])
PLAN = solve(FLEET, time_limit_s=30)


def test_a_report_leads_with_what_is_placed_and_what_is_proved() -> None:
    lines = render_plan(PLAN, FLEET).splitlines()
    assert lines[:7] == [
        "OPTIMAL: 3 guests on 2 of 3 hosts",
        "guests that are not placed: 1, proved the least",
        "their memory and vcpus: 9 GiB, proved the least",
        "hosts that hold a guest: 2, proved the least",
        "mean access distance 10.00; pnodes are the best for the guests of 2 of 2 hosts, proved (2 of them distinct)",
        "not placed: g3",
        "left out of the bounds: 1 rule between guests on hosts",
    ]
    assert sum(line.startswith("  h") for line in lines) == 3  # the head of the table, and two hosts


def test_json_is_read_back_with_its_certificate() -> None:
    text = plan_json(PLAN)
    assert read_plan(Text(text)) == {name: host.placement for name, host in PLAN.hosts.items()}
    document = json.loads(text)
    assert (document["status"], document["unplaced"], document["distinct_hosts"]) == ("OPTIMAL", ["g3"], 2)
    assert document["certificate"]["claims"][0]["tier"] == "unplaced_guests"


def test_faults_are_told_one_on_a_line() -> None:
    placements = {name: host.placement for name, host in PLAN.hosts.items()}
    assert render_faults([], placements) == "3 guests on 2 hosts: all rules hold\n"
    assert render_faults(["a", "b"], placements) == "broken: a\nbroken: b\n"
