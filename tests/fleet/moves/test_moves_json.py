"""Plans are written and read back; one of a fleet that has changed since is refused with what changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.moves_json import moves_json, read_fleet_moves
from placer.fleet.moves.planning import plan_moves
from placer.formats.text.files import Text
from tests.support.fleet_moves import running_fleet

HOSTS, GUESTS = [[(4, 8)]] * 3, [[(1, 2)], [(1, 3)], [(1, 4)]]
AT = [(0, (0,)), (0, (0,)), (1, (0,))]
FLEET = running_fleet(HOSTS, GUESTS, AT)
PLAN = plan_moves(FLEET, FleetGoal(empty=("h0",), moves=5, stay=("g2",)))
TEXT = moves_json(PLAN)


def test_a_plan_is_read_back_as_it_was() -> None:
    again = read_fleet_moves(Text(TEXT), FLEET)
    assert (again.stages, again.placed, again.goal, again.status) == (PLAN.stages, PLAN.placed, PLAN.goal, PLAN.status)


@pytest.mark.parametrize(
    ("fleet", "words"),
    [
        (running_fleet(HOSTS, GUESTS, [AT[0], None, AT[2]]), 'guest "g1" is gone'),
        (
            running_fleet(HOSTS, GUESTS, [AT[0], (2, (0,)), AT[2]]),
            'guest "g1" is on host "h2", and was on host "h0"',
        ),
        (running_fleet([[(4, 8)], [(4, 7)], [(4, 7)]], GUESTS, AT), 'host "h1" offers other memory or vcpus'),
        (
            running_fleet(HOSTS, [*GUESTS, [(1, 1)]], [*AT, (2, (0,))]),
            'guest "g3" has come to host "h2"',
        ),
        (
            replace(FLEET, hosts=FLEET.hosts[:1] + FLEET.hosts[2:], placed=[Placed(guest="g0", host="h0", pnodes=[0])]),
            'host "h1" is gone',
        ),
    ],
)
def test_a_fleet_that_has_changed_is_refused_with_what_changed(fleet: Fleet, words: str) -> None:
    with pytest.raises(InputError, match="the fleet has changed since this plan") as told:
        read_fleet_moves(Text(TEXT), fleet)
    assert words in str(told.value)


def test_a_host_of_another_toolstack_since_then_is_told() -> None:
    plan = json.loads(TEXT)
    target = plan["stages"][0][0]["target"]
    hosts = [replace(each, format="xl") if each.host.name == target else each for each in FLEET.hosts]
    with pytest.raises(InputError, match=r"the plan is not safe: .* starts guests from libvirt, host .* from xl"):
        read_fleet_moves(Text(TEXT), replace(FLEET, hosts=hosts))


def broken(**changes: Any) -> str:
    return json.dumps(json.loads(TEXT) | changes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", 'key "status" is missing'),
        (broken(status="GOOD"), 'no status "GOOD"'),
        (broken(placed={"x": ["h0", [0]]}), 'no guest "x" in the fleet'),
        (broken(placed={"g0": ["h9", [0]]}), 'no host "h9" in the fleet'),
        (broken(placed={"g0": ["h0", [7]]}), "no such pnodes"),
        (broken(placed={"g0": ["h0", [0, 0]]}), "2 pnodes, expected one a vnode"),
        (broken(stages=[]), "the plan is not safe"),
        (broken(bound=99), "$.bound: the value 2 passes the bound 99"),
        (TEXT.replace('"memory_kib": 2097152', '"memory_kib": -5'), "has 2097152 KiB of memory, and -5 in the plan"),
        (broken(format="kvm"), "$.format"),
        (TEXT.replace('"before": [0]', '"before": [0, 0]'), "2 pnodes, expected one a vnode"),
        (TEXT.replace('"source": "h0"', '"source": "h7"'), 'no host "h7" in the fleet'),
        (broken(goal={"empty": ["h7"]}), '<text>: $.goal.empty: no host "h7" in the fleet'),
        (broken(goal={"memory_kib": -1}), "<text>: $.goal.memory_kib: expected 0 or more"),
    ],
)
def test_a_file_that_is_no_safe_plan_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=r".") as told:
        read_fleet_moves(Text(text), FLEET)
    assert words in str(told.value)
