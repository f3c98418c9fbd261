"""What placer show says, as JSON."""

from __future__ import annotations

import json

import pytest

import placer
from placer.report.overview_json import overview_json
from tests.support.kvm_snapshots import GIB, parts_of_kvm
from tests.support.snapshots import snapshot


def test_every_figure_is_there() -> None:
    found = placer.show(placer.read_snapshot(placer.Text(snapshot(parts_of_kvm()))), workers=1)
    shown = json.loads(overview_json(found))
    assert (shown["host"], shown["toolstack"], shown["memory_assumed"]) == ("kvm1", "libvirt", False)
    assert shown["now"] == {"mean_access_distance": pytest.approx(12.75), "shared_pairs": 1}
    best = shown["best"]
    assert (best["status"], best["moves"]) == ("OPTIMAL", [{"guest": "web", "from": [0, 1], "to": [1]}])
    assert best["placement"] == {"db": [0], "web": [1]}
    assert all(tier["cost"] == tier["bound"] for tier in best["tiers"])
    web = shown["guests"][1]
    assert web["memory_kib"] == {"0": GIB // 2, "1": 3 * GIB // 2}
    assert web["vcpus_on"] == {"0": 1.0, "1": 1.0}
    assert web["vcpus_meant_on"] == {"0": 1.0, "1": 1.0}
    assert shown["guests"][0]["vcpus_meant_on"] == {"0": 2.0}
    assert (web["meant_kib"], web["meant_pnodes"], web["as_meant"]) == (None, [0, 1], True)
    assert [pnode["held_kib"] for pnode in shown["pnodes"]] == [9 * GIB // 2, 3 * GIB // 2]
    assert [pnode["shared_pairs"] for pnode in shown["pnodes"]] == [1, 0]


def test_without_a_search_there_is_no_best() -> None:
    found = placer.show(placer.read_snapshot(placer.Text(snapshot(parts_of_kvm()))), time_limit_s=0)
    assert json.loads(overview_json(found))["best"] is None
