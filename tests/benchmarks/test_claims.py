"""Samples of what python -m benchmarks.claims runs whole: starts at once, and kills at every statement of a claim."""

from __future__ import annotations

from pathlib import Path

from benchmarks.claim_host import GIB, ClaimHost, RefusedError
from benchmarks.claim_kills import KINDS, kill_many
from benchmarks.claim_starts import Trial, run


def test_the_host_of_these_tests_refuses_a_domain_that_does_not_fit_and_shows_half_built_ones(tmp_path: Path) -> None:
    host = ClaimHost(tmp_path / "host.json")
    host.make(2, 4)
    assert host.create("a", "u1", {0: 3 * GIB}) == 1
    try:
        host.create("b", "u2", {0: 2 * GIB})
    except RefusedError:
        pass
    else:
        raise AssertionError("it fits nowhere")
    found = host.look(pages=True)
    assert [pnode.memory_kib for pnode in found.host.pnodes] == [GIB, 4 * GIB]
    assert host.refused() == 1
    host.destroy("u1")
    assert found.running is not None and found.running.memory_kib == {1: {0: 3 * GIB}}


def test_of_sixteen_processes_on_a_host_with_room_for_sixteen_guests_none_is_refused_and_no_pnode_is_over(
    tmp_path: Path,
) -> None:
    found = run(Trial(folder=tmp_path, starts=3))
    assert (found.started, found.refused, found.failed, found.left) == (48, 0, 0, 0)


def test_guests_of_several_sizes_are_refused_or_built_and_no_build_fails(tmp_path: Path) -> None:
    found = run(Trial(folder=tmp_path, processes=6, starts=4, equal=False))
    assert (found.started + found.refused, found.failed, found.left) == (24, 0, 0)
    assert found.started > 0


def test_processes_that_are_killed_at_any_statement_tear_and_lose_no_claim(tmp_path: Path) -> None:
    found = kill_many(tmp_path, 80, seed=1)
    assert found.faults == []
    assert found.killed > 40
    assert all(found.where[kind] for kind in KINDS)
