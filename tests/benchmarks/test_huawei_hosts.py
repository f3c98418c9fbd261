from __future__ import annotations

import pytest

from benchmarks.hosts import corpus
from benchmarks.huawei_hosts import instance, numbers, requests
from tests.support.building import GIB, a_host

ASKED = [
    {"flavor_vcpus": "32", "flavor_ram": "64", "numa": "2"},
    {"flavor_vcpus": "2", "flavor_ram": "8", "numa": "1"},
    {"flavor_vcpus": "4", "flavor_ram": "16", "numa": "1"},
]


def test_requests_that_would_take_the_last_quarter_are_passed_over() -> None:
    """Three quarters of 40 GiB are 30: from the second on 8 and 16 fit, 64 does not, and 8 does not again."""
    made = requests(ASKED, a_host(20 * GIB, 20 * GIB), 1)
    assert [guest.memory_kib // GIB for guest in made] == [8, 16]


def test_a_request_for_two_nodes_is_halved_and_the_first_is_taken_whatever_it_asks() -> None:
    made = requests(ASKED, a_host(4 * GIB, 4 * GIB), 0)
    assert [[(v.memory_kib // GIB, len(v.vcpus)) for v in guest.vnodes] for guest in made] == [[(32, 16)] * 2]


def test_hosts_and_requests_are_read_from_the_corpus() -> None:
    folder = corpus()
    if folder is None:
        pytest.skip("PLACER_CORPUS does not say where the corpus lies")
    assert len(numbers(folder)) > 30
    first = instance(folder, 0)
    assert [(p.memory_kib // GIB, len(p.pcpus)) for p in first.host.pnodes] == [(32, 16), (64, 32)]
    assert first.guests[0].vcpu_count == 8
