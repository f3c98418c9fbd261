"""Tables of requests: what a row means, and the line of each fault."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from placer.errors import InputError
from placer.fleet.files.requests_table import guests_of_requests, read_all_requests, read_requests
from placer.formats.text.files import Text

GIB = 2**20
HEAD = "flavor_vcpus,flavor_ram,numa,strategy,group,domain\n"
REQUESTS = HEAD + "8,16,1,,,\n32,64,2,anti-affinity,0,\n32,64,2,anti-affinity,0,\n8,16,1,affinity,1,\n"


def test_a_request_for_numa_nodes_has_a_pnode_for_each_vnode() -> None:
    requests = read_requests(Text(REQUESTS))
    one, two = requests.shapes
    assert requests.order == (0, 1, 1, 0)
    assert ([len(v.vcpus) for v in one.vnodes], one.one_to_one) == ([8], False)
    assert ([(len(v.vcpus), v.memory_kib) for v in two.vnodes], two.one_to_one) == ([(16, 32 * GIB)] * 2, True)


def test_tables_follow_each_other_and_share_their_shapes() -> None:
    both = read_all_requests([Text(REQUESTS), Text("numa,flavor_vcpus,flavor_ram\n2,32,64\n1,1,1\n")])
    assert both is not None
    assert (both.order, len(both.shapes)) == ((0, 1, 1, 0, 1, 2), 3)
    assert read_all_requests([]) is None


def test_groups_of_two_tables_are_two() -> None:
    both = read_all_requests([Text(REQUESTS), Text(REQUESTS)])
    assert both is not None
    _, rules, _ = guests_of_requests(both)
    assert [rule.apart for rule in rules] == [("request-1", "request-2"), ("request-5", "request-6")]


def test_strategies_become_rules_or_are_named() -> None:
    guests, rules, notes = guests_of_requests(read_requests(Text(REQUESTS, "r.csv")))
    assert [entry.each for entry in guests] == [("request-0", "request-3"), ("request-1", "request-2")]
    assert [rule.apart for rule in rules] == [("request-1", "request-2")]
    assert len(notes) == 1
    assert notes[0].startswith('r.csv: 1 requests of the strategy "affinity" are placed without it')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flavor_vcpus,flavor_ram\n", "r.csv:1: no column numa, expected the columns flavor_vcpus"),
        ("flavor_vcpus,flavor_ram,numa,colour\n", 'r.csv:1: a column "colour", expected'),
        ("flavor_vcpus,flavor_ram,numa\n0,1,1\n", "r.csv:2: a request without vcpus, memory or NUMA nodes"),
        ("flavor_vcpus,flavor_ram,numa\n1,1,33\n", "r.csv:2: numa: expected a number from 0 to 32"),
        ("flavor_vcpus,flavor_ram,numa\n1,1,1\n1,1MiB,1\n", "r.csv:3: flavor_ram"),
    ],
)
def test_a_fault_of_a_table_of_requests_has_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_requests(Text(text, "r.csv"))


@pytest.mark.skipif("PLACER_CORPUS" not in os.environ, reason="PLACER_CORPUS names no corpus")
def test_the_requests_of_huawei_cloud_are_read() -> None:
    requests = read_requests(Path(os.environ["PLACER_CORPUS"]) / "fleet" / "VM_data_C1.csv")
    assert (len(requests.order), len(requests.shapes)) == (4998, 15)
