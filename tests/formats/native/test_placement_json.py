from __future__ import annotations

import json

from placer.formats.native.placement_json import placement_object
from placer.formats.native.read_placement_json import read_placement
from placer.instance import Placement


def test_a_placement_keeps_ids_and_says_null_where_a_vnode_has_no_pnode() -> None:
    placement = Placement(pnode_of={"db": (8, None), "web": ()})
    assert json.dumps(placement_object(placement)) == '{"db": [8, null], "web": []}'


def test_what_is_written_reads_back() -> None:
    placement = Placement(pnode_of={"db": (8, None, 0), "we b.é": (252,)})
    assert read_placement(json.dumps({"placement": placement_object(placement)}), "p.json") == placement
