"""A fleet is read back as it was written, and a fault is told with its JSON path."""

from __future__ import annotations

import json

import pytest

from placer.errors import InputError
from placer.fleet.files.fleet_json import dump_fleet, read_fleet
from placer.fleet.model.entries import FleetGuest
from placer.fleet.model.fleet import Placed
from placer.formats.text.files import Text
from placer.instance import Flexible, Guest, Objective
from tests.support.fleets import fleet_of

FLEET = fleet_of(
    [[(4, 8), (4, 8)], [(2, 4)]],
    [[(1, 2)], [(1, 2), (1, 2)]],
    rules=[{"apart": ["g0", "g1"]}],
    placed=[Placed(guest="g0", host="h1", pnodes=[0])],
    cpu_ratio=2.5,
    aim="spread",
    objective=Objective(shape="spread"),
)
TEXT = dump_fleet(FLEET)


def test_what_is_written_is_read_back() -> None:
    assert read_fleet(Text(TEXT)) == FLEET
    assert '"memory_kib": "8GiB"' in TEXT


def test_a_guest_of_type_pv_is_a_set_where_its_file_says_nothing_else() -> None:
    written = json.loads(TEXT)
    written["guests"] = [{"guest": {"name": "g0", "type": "pv", "flexible": {"memory_kib": "2GiB", "vcpu_count": 2}}}]
    written["rules"] = written["placed"] = []
    assert read_fleet(Text(json.dumps(written))).guests[0].guest.form == "set"
    kept = FleetGuest(guest=Guest(name="g", type="pv", flexible=Flexible(memory_kib=2**20, vcpu_count=1), form="set"))
    fleet = fleet_of([[(4, 8)]], [])
    again = read_fleet(Text(dump_fleet(type(fleet)(hosts=fleet.hosts, guests=[kept]))))
    assert again.guests == (kept,)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"g1"]', '"g2"]', r'f.json: \$.rules\[0\].apart\[1\]: no guest "g2" in the fleet'),
        ('"apart"', '"aprt"', r'\$.rules\[0\]: unknown key "aprt", expected one of apart, together'),
        ('"2GiB"', '"2GB"', r"\$.guests\[0\].guest.vnodes\[0\].memory_kib: expected a size"),
        ('"aim": "spread"', '"aim": "best"', r'\$.aim: expected one of hosts, spread, none, got "best"'),
        ('"host": "h1"', '"host": "h9"', r'\$.placed\[0\].host: no host "h9"'),
        ('"name": "h1"', '"name": "h0"', r'\$.hosts\[1\]: two hosts have the name "h0"'),
        ('"cpu_ratio": 2.5', '"cpu_ratio": 0', r"\$.cpu_ratio: expected (float|number)"),
    ],
)
def test_a_fault_is_told_with_its_path(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError, match=message):
        read_fleet(Text(TEXT.replace(old, new, 1), "f.json"))
