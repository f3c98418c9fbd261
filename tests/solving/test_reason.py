"""Why there is no placement: a conflict, what was tried in vain, and the numbers of vnodes that were meant."""

from __future__ import annotations

from placer.assignment import Status
from placer.instance import Flexible, Guest
from placer.solving.pipeline import solve
from tests.support.building import GIB, a_guest, a_host, an_instance


def test_a_conflict_is_explained() -> None:
    reason = solve(an_instance(a_host(4 * GIB, 2 * GIB), a_guest(3 * GIB, 3 * GIB))).reason or ""
    assert reason.startswith("these rules cannot hold together")


def test_the_numbers_of_vnodes_that_were_tried_are_named() -> None:
    guest = Guest(name="big", flexible=Flexible(memory_kib=8 * GIB, vcpu_count=2, least=1, most=2))
    reason = solve(an_instance(a_host(4 * GIB, 2 * GIB), guest)).reason or ""
    assert reason.startswith('no number of vnodes fits (guest "big" 1 to 2); with "big" in 2:\n')


def test_a_strategy_without_proof_says_what_it_tried() -> None:
    """First-fit-decreasing puts 4 + 3 onto one pnode of 8 GiB and 3 + 2 + 2 onto the other: the last 2 fit neither."""
    guests = [a_guest(gib * GIB, name=f"g{i}") for i, gib in enumerate((4, 3, 3, 2, 2, 2))]
    answer = solve(an_instance(a_host(8 * GIB, 8 * GIB), *guests), strategy="first-fit-decreasing")
    assert answer.status is Status.UNKNOWN
    assert "first-fit by falling size got stuck" in (answer.reason or "")


def test_a_set_is_explained_with_the_number_of_parts_that_comes_nearest() -> None:
    """11 GiB on 4 + 8: one part lacks 3 GiB, two of 5.5 lack 1.5."""
    guest = Guest(name="big", form="set", flexible=Flexible(memory_kib=11 * GIB, vcpu_count=2, least=1, most=2))
    reason = solve(an_instance(a_host(4 * GIB, 8 * GIB), guest)).reason or ""
    assert reason.startswith('no number of pnodes fits (guest "big" 1 to 2); with "big" in 2:\n')
    assert "- 1.5 GiB more memory on pnode 0" in reason
    assert 'guest "big": each of the 2 parts of its set stands on a pnode of its own' in reason
    assert "less memory in each part" in reason
