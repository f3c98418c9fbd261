"""What running domains have on each pnode."""

from __future__ import annotations

from placer.draw.running import running_facts, running_flows, running_shares, running_where
from tests.support.building import GIB, MIB, a_host

HOST = a_host(8 * GIB, 4 * GIB)  # pcpus 0-3 and 4-7


def test_memory_is_where_it_lies_and_a_vcpu_where_it_must_run() -> None:
    may = [frozenset({4}), frozenset({4, 5}), frozenset({3, 4})]
    shares = running_shares(7, may, {0: 100 * MIB, 1: 0, 5: GIB}, HOST)
    assert {p: (s.guest, s.memory_kib, s.vcpus) for p, s in shares.items()} == {0: (7, 100 * MIB, 0), 1: (7, 0, 2)}


def test_its_figures_say_where_all_its_vcpus_may_run() -> None:
    may = [frozenset({4}), frozenset({3, 4})]
    assert (running_facts(may, {0: GIB}), running_where(may, HOST)) == ("runs, 1 GiB, 2 vcpus", "pnodes 0-1")
    assert (running_facts([], {}), running_where([], HOST)) == ("runs, 0 vcpus", "")


def test_a_vcpu_reads_from_each_pnode_that_it_may_run_on_for_an_equal_time() -> None:
    flows = running_flows([frozenset({4}), frozenset({3, 4})], {0: 3 * GIB, 1: GIB}, HOST)
    # pnode 1 has one and a half vcpus, pnode 0 half a vcpu; 3/4 of all memory is on pnode 0
    assert flows == {(1, 0): 1125, (1, 1): 375, (0, 0): 375, (0, 1): 125}
    assert running_flows([frozenset({4})], {}, HOST) == {}


def test_vcpus_that_must_run_away_from_their_memory_say_how_far_they_read() -> None:
    shares = running_shares(0, [frozenset({4})], {0: GIB}, HOST)
    assert {p: share.away for p, share in shares.items()} == {0: None, 1: 20.0}
