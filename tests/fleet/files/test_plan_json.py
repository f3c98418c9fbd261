"""The placements of a plan are read back from its JSON."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.fleet.files.plan_json import read_plan, read_stated_plan
from placer.formats.text.files import Text
from placer.instance import Placement


def test_hosts_are_read_and_a_certificate_has_none() -> None:
    text = '{"hosts": {"h": {"placement": {"g": [0, 1]}, "sets": ["g"], "proved": true}}}'
    assert read_plan(Text(text)) == {"h": Placement(pnode_of={"g": (0, 1)}, sets=("g",))}
    assert read_plan(Text('{"claims": []}')) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"hosts": []}', r"p.json: \$.hosts: expected an object, got a list"),
        ('{"hosts": {"h": 3}}', r'p.json: \$.hosts\["h"\]: expected an object with the key placement'),
        ('{"hosts": {"h": {"placement": {"g": "x"}}}}', r'p.json: \$.hosts\["h"\]: \$.placement.g'),
    ],
)
def test_a_fault_has_its_path(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_plan(Text(text, "p.json"))


def test_what_a_plan_states_of_itself_is_read_too() -> None:
    text = (
        '{"status": "FEASIBLE", "hosts": {"h": {"placement": {"g": [0]}}}, "unplaced": ["x"],'
        ' "tiers": [{"tier": "hosts", "value": 3, "bound": 2}]}'
    )
    stated = read_stated_plan(Text(text))
    assert stated.placements == {"h": Placement(pnode_of={"g": (0,)})}
    assert (stated.status, stated.tiers, stated.unplaced) == ("FEASIBLE", (("hosts", 3, 2),), ("x",))
    with pytest.raises(InputError, match=r'p\.json: \$: no plan of a fleet in it, expected a key "hosts"'):
        read_stated_plan(Text('{"claims": []}', "p.json"))
    with pytest.raises(InputError, match=r"p\.json: \$\.unplaced: expected a list of names"):
        read_stated_plan(Text('{"hosts": {}, "unplaced": [1]}', "p.json"))
