"""The instances of benchmarks.limits."""

from __future__ import annotations

import json

from benchmarks.limits import CASES, hard
from placer.formats.native.instance_json import parse_instance


def test_its_instances_are_valid_and_as_full_as_they_say() -> None:
    document = hard(12, 8, fill=0.75, seed=1, traffic=True)
    instance = parse_instance(json.dumps(document))
    wanted = sum(vnode.memory_kib for guest in instance.guests for vnode in guest.vnodes)
    free = sum(pnode.memory_kib for pnode in instance.host.pnodes)
    assert 0.74 * free < wanted <= 0.75 * free
    assert any(guest.traffic is not None for guest in instance.guests)
    assert instance.host.distances[0][:5] == (10, 12, 16, 16, 20)
    assert hard(12, 8, fill=0.75, seed=1, traffic=True) == document


def test_the_largest_is_that_of_the_aim() -> None:
    assert max((case["pnodes"], case["guests"]) for case in CASES.values()) == (128, 1000)
