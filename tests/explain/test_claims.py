"""What an explanation says of memory that is claimed."""

from __future__ import annotations

from msgspec.structs import replace

from placer.assignment import Status
from placer.explain.claims import Claims
from placer.explain.infeasible import explain_infeasible
from placer.instance import Instance
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, a_guest, a_host

TWO = a_host(4 * GIB, 4 * GIB)


def test_the_figures_and_every_way_out_are_named() -> None:
    instance = Instance(host=replace(TWO, claimed_kib=6 * GIB), guests=(a_guest(2 * GIB), a_guest(GIB, name="web")))
    assert explain_infeasible(instance).splitlines() == [
        "the guests need 3 GiB in all; the host has 2 GiB that is not claimed "
        "(8 GiB free, less 6 GiB claimed for domains being built and stub domains): 1 GiB too little",
        "any one of these changes mends it:",
        "- 1 GiB more memory that is not claimed",
        '- guest "db" with 1 GiB less memory',
        '- without guest "web"',
    ]
    assert solve(replace(instance, host=replace(TWO, claimed_kib=5 * GIB))).status is Status.OPTIMAL


def test_a_conflict_names_the_claims_and_only_the_guests_that_pass_them() -> None:
    guests = tuple(a_guest(size * GIB, name=name) for name, size in (("a", 3), ("b", 4), ("c", 1)))
    text = explain_infeasible(Instance(host=replace(TWO, claimed_kib=2 * GIB), guests=guests))
    assert "- 2 GiB more memory that is not claimed" in text
    assert '- guest "a" with 2 GiB less memory' in text
    assert '- guest "b" with 2 GiB less memory' in text
    assert '"c"' not in text  # a GiB less is not enough


def test_more_claims_than_free_memory_lack_what_is_missing_of_the_claims_too() -> None:
    instance = Instance(host=replace(a_host(GIB), claimed_kib=2 * GIB), guests=(a_guest(GIB // 2),))
    text = explain_infeasible(instance)
    assert "the host has 0 KiB that is not claimed (1 GiB free, less 2 GiB claimed" in text
    assert "- 1.5 GiB more memory that is not claimed" in text
    assert solve(replace(instance, host=replace(a_host(GIB), claimed_kib=GIB // 2))).status is Status.OPTIMAL


def test_overhead_is_part_of_what_is_taken() -> None:
    guests = (a_guest(GIB, GIB, overhead_kib=8 * MIB), a_guest(GIB, name="web", form="whole", overhead_kib=MIB))
    claims = Claims(Instance(host=replace(TWO, claimed_kib=5 * GIB), guests=guests))
    assert claims.lack_kib([0, 1]) == 9 * MIB
    assert claims.lack_kib([0]) == 8 * MIB - GIB
    assert "and 8 MiB of overhead" in claims.words[0]
    plain = Claims(Instance(host=TWO, guests=guests))
    assert (plain.words, plain.exceeded(), plain.lack_kib([0, 1])) == ([], [], 0)
