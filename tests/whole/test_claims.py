"""Memory that is claimed, from end to end: random instances against the oracle, a host of xl, a state."""

from __future__ import annotations

import pytest

import placer
from placer.assignment import Status
from placer.errors import InputError
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host
from tests.support.oracle import feasible
from tests.support.oracle_agreement import solved_as_the_oracle
from tests.support.random_instances import random_instance, with_claims

XL_INFO = """\
free_memory            : 3000
outstanding_claims     : 5192
cpu_topology           :
cpu:    core    socket     node
  0:       0        0        0
  1:       0        1        1
numa_info              :
node:    memsize    memfree    distances
   0:      4096       4096      10,21
   1:      4096       4096      21,10
"""


@pytest.mark.parametrize("strategy", ["optimal", "branch-and-bound", "cpsat"])
def test_random_instances_with_claims_agree_with_the_oracle(strategy: str) -> None:
    seen = set()
    for seed in range(30 if strategy == "cpsat" else 90):
        instance, allow_unplaced = with_claims(seed, random_instance(seed)), seed % 3 > 0
        expected = solved_as_the_oracle(instance, strategy, allow_unplaced=allow_unplaced, about=seed)
        seen.add((expected is None, bool(expected and expected[0][0])))
    assert len(seen) == 3  # infeasible, with guests left out, and with all of them placed


@pytest.mark.parametrize("strategy", ["first-fit-decreasing", "local-search"])
def test_a_heuristic_keeps_the_limit(strategy: str) -> None:
    placed = 0
    for seed in range(40):
        instance = with_claims(seed, random_instance(seed))
        answer = solve(instance, strategy=strategy, allow_unplaced=True, time_limit_s=0.05)
        if answer.placement is not None:
            assert feasible(instance, answer.placement, allow_unplaced=True), seed
            placed += 1
    assert placed > 20


def test_a_host_of_xl_gives_no_more_than_free_memory() -> None:
    host = placer.read_host(placer.Text(XL_INFO)).host
    for mib, status in ((3000, Status.OPTIMAL), (3001, Status.INFEASIBLE)):
        guest = a_guest(mib * 1024)
        assert solve(placer.Instance(host=host, guests=(guest,))).status is status
    answer = solve(placer.Instance(host=host, guests=(a_guest(3001 * 1024),)))
    assert answer.reason is not None
    assert "the host has 2.93 GiB that is not claimed (8 GiB free, less 5.07 GiB claimed" in answer.reason


def test_reserves_and_free_memory_by_hand_leave_the_claims_as_they_are() -> None:
    host = placer.read_host(placer.Text(XL_INFO), free="0=5120MiB").host
    assert host.unclaimed_kib == 4024 * 1024  # what is free by hand, less what is claimed
    guest = a_guest(3900 * 1024)
    assert solve(placer.Instance(host=host, guests=(guest,))).status is Status.OPTIMAL


def test_started_guests_take_their_part_of_what_is_not_claimed() -> None:
    host = placer.Host(pnodes=a_host(4 * GIB, 4 * GIB).pnodes, claimed_kib=5 * GIB)
    state = placer.State(host)
    first = solve(state.instance([a_guest(2 * GIB)]))
    state.start(first)
    assert state.host.unclaimed_kib == GIB
    assert solve(state.instance([a_guest(2 * GIB, name="web")])).status is Status.INFEASIBLE
    late = solve(placer.Instance(host=host, guests=(a_guest(2 * GIB, name="web"),)))
    with pytest.raises(InputError, match="it fits the host no longer: the guests need 2 GiB, the host has"):
        state.start(late)
    state.stop("db")
    state.start(late)
