from __future__ import annotations

import json

import pytest

from placer.errors import InputError
from placer.formats.native.placement_json import placement_object, read_placement
from placer.instance import Placement


def test_a_placement_alone_is_read() -> None:
    placement = read_placement('{"placement": {"db": [0, null, 8], "web": []}}', "p.json")
    assert placement == Placement(pnode_of={"db": (0, None, 8), "web": ()})


def test_the_other_keys_of_an_answer_say_nothing_about_it() -> None:
    text = """{"status": "OPTIMAL", "strategy": "optimal", "placement": {"db": [1]}, "tiers": [{"cost": 0, "bound": 0,
        "terms": {}}], "mean_access_distance": 10.0, "violations": [], "wall_time_s": 0.1, "reason": null, "new": 1}"""
    assert read_placement(text, "p.json").pnode_of == {"db": (1,)}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[]", r"^p.json: \$: expected an object, got a list"),
        ("{}", r'^p.json: \$: no placement in it, expected a key "placement"'),
        ('{"status": "INFEASIBLE", "placement": null}', r"no placement in it \(status INFEASIBLE\)"),
        ('{"placement": [1]}', r"^p.json: \$.placement: expected an object, got a list"),
        ('{"placement": {"db": 1}}', r"^p.json: \$.placement.db: expected a list of pnode ids, got 1"),
        ('{"placement": {"db": [0, "1"]}}', r'^p.json: \$.placement.db\[1\]: expected a pnode id .* got "1"'),
        ('{"placement": {"db": [true]}}', r"^p.json: \$.placement.db\[0\]: expected a pnode id .* got true"),
        ('{"placement": {"db": [1.0]}}', r"got 1.0$"),
        ('{"placement": {"db": [-1]}}', r"expected a pnode id from 0 to 65535, or null, got -1$"),
        ('{"placement": {"db": [65536]}}', r"got 65536$"),
        ('{"placement": {"db": [[0]]}}', r"got a list$"),
        ('{"placement": {"db": [0], "db": [1]}}', r'^p.json: key "db" stands twice'),
        ('{"placement": {"db": [0]', r"^p.json:1:25: not JSON"),
    ],
)
def test_what_is_no_placement_is_refused_with_its_path(text: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        read_placement(text, "p.json")


def test_a_placement_keeps_ids_and_says_null_where_a_vnode_has_no_pnode() -> None:
    placement = Placement(pnode_of={"db": (8, None), "web": ()})
    assert json.dumps(placement_object(placement)) == '{"db": [8, null], "web": []}'


def test_what_is_written_reads_back() -> None:
    placement = Placement(pnode_of={"db": (8, None, 0), "we b.é": (252,)})
    assert read_placement(json.dumps({"placement": placement_object(placement)}), "p.json") == placement
