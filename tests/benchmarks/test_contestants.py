"""What each contestant decides, worked by hand from the description of its source."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks.contestants import CONTESTANTS, WITHOUT_NUMA, Outcome
from benchmarks.contestants.libxl import candidate
from benchmarks.contestants.nova import GuestCell, HostCell, Limits, fit
from benchmarks.contestants.outcome import after
from benchmarks.contestants.xenopsd import Candidates, choose
from benchmarks.runs import judge
from placer.check import check, mean_access_distance
from placer.instance import Flexible, Guest, Instance, Pnode
from tests.support.building import GIB, MIB, OPTERON_6272, a_guest, a_host, an_instance


def placed(name: str, instance: Instance) -> list[tuple[int | None, ...]]:
    return list(CONTESTANTS[name].place(instance, 0).placement.pnode_of.values())


def distance(outcome: Outcome) -> float | None:
    return mean_access_distance(check(outcome.instance, outcome.placement, allow_unplaced=True))


def test_best_fit_takes_the_fullest_pnode_that_has_room() -> None:
    instance = an_instance(a_host(8 * GIB, 3 * GIB, 4 * GIB), a_guest(2 * GIB, 2 * GIB, 2 * GIB))
    assert placed("best-fit", instance) == [(1, 2, 2)]


def test_libvirt_puts_vnode_i_on_pnode_i_and_xen_fails_what_does_not_fit() -> None:
    host = a_host(4 * GIB, 2 * GIB)
    guests = [a_guest(2 * GIB, 2 * GIB, name="a"), a_guest(2 * GIB, 1 * GIB, name="b"), a_guest(2 * GIB, name="c")]
    assert placed("libvirt", an_instance(host, *guests)) == [(0, 1), (None, None), (0,)]


def test_libvirt_puts_a_guest_of_more_vnodes_than_pnodes_on_pnode_0() -> None:
    assert placed("libvirt", an_instance(a_host(4 * GIB, 4 * GIB), a_guest(GIB, GIB, GIB))) == [(0, 0, 0)]


def test_random_is_the_same_for_the_same_seed_and_never_breaks_a_rule() -> None:
    instance = an_instance(a_host(*[4 * GIB] * 8), *[a_guest(3 * GIB, name=f"g{i}") for i in range(8)])
    contestant = CONTESTANTS["random"]
    answers = [contestant.place(instance, seed) for seed in range(5)]
    assert all(not check(instance, answer.placement).violations for answer in answers)
    assert contestant.place(instance, 3) == answers[3]
    assert len({str(answer.placement) for answer in answers}) > 1


def test_libxl_takes_one_pnode_where_one_suffices_and_the_one_with_fewer_runnable_vcpus() -> None:
    host = a_host(8 * GIB, 8 * GIB, 9 * GIB)
    guest = a_guest(2 * GIB, 2 * GIB, vcpus=(2, 2))
    free = [pnode.memory_kib for pnode in host.pnodes]
    assert candidate(host, guest, free, [0, 0, 0]) == (2,)  # a tie of vcpus: most free memory
    assert candidate(host, guest, free, [1, 0, 1]) == (1,)


def test_libxl_takes_the_fewest_pnodes_and_no_look_at_distance() -> None:
    host = a_host(
        3 * GIB,
        2 * GIB,
        2 * GIB,
        4 * GIB,
        slit=((10, 11, 40, 40), (11, 10, 40, 40)) + ((40, 40, 10, 40),) * 1 + ((40, 40, 40, 10),),
    )
    guest = a_guest(5 * GIB, vcpus=(4,))
    free = [pnode.memory_kib for pnode in host.pnodes]
    assert candidate(host, guest, free, [0] * 4) == (0, 3)  # 7 GiB, the most of all pairs that hold 5 GiB and its pool


def test_libxl_stripes_memory_and_lets_vcpus_float_over_the_pnodes_chosen() -> None:
    host = a_host(4 * GIB, 4 * GIB, slit=((10, 20), (20, 10)))
    outcome = CONTESTANTS["libxl"].place(an_instance(host, a_guest(6 * GIB, vcpus=(4,))), 0)
    assert [(v.memory_kib, len(v.vcpus)) for v in outcome.instance.guests[0].vnodes] == [(3 * GIB, 2), (3 * GIB, 2)]
    assert distance(outcome) == 15.0  # half of all accesses at 10, half at 20


def test_xenopsd_minimises_the_worst_distance_then_the_average() -> None:
    host = a_host(*[2 * GIB] * 8, slit=OPTERON_6272)
    guest = a_guest(3 * GIB, vcpus=(4,))
    free = [pnode.memory_kib for pnode in host.pnodes]
    candidates = Candidates(host)
    assert choose(candidates, host, guest, free, [0] * 8) == (0, 1)  # two pnodes 16 apart, the first such pair
    assert choose(candidates, host, guest, free, [1, 0, 0, 0, 0, 0, 0, 0]) == (1, 3)


def test_xenopsd_prefers_the_pnode_least_used_and_a_core_for_every_vcpu() -> None:
    pnodes = tuple(
        Pnode(
            id=p,
            memory_kib=8 * GIB,
            pcpus=tuple(range(4 * p, 4 * p + 4)),
            cores=((4 * p, 4 * p + 1), (4 * p + 2, 4 * p + 3)),
        )
        for p in range(2)
    )
    host = a_host(1).__class__(pnodes=pnodes)
    small = [a_guest(GIB, vcpus=(2,), name=f"g{i}") for i in range(3)]
    assert placed("xenopsd", an_instance(host, *small)) == [(0,), (1,), (0,)]
    wide = CONTESTANTS["xenopsd"].place(an_instance(host, a_guest(2 * GIB, vcpus=(3,))), 0)
    assert distance(wide) == 15.0  # three vcpus want three cores, which takes both pnodes: no plan is carried out


def test_xenopsd_joins_no_pnodes_that_cannot_reach_each_other() -> None:
    slit = ((10, 255, 20), (255, 10, 255), (20, 255, 10))
    candidates = Candidates(a_host(GIB, GIB, GIB, slit=slit))
    found = [
        (candidates.positions(mask), float(a)) for mask, a in zip(candidates.masks, candidates.average, strict=True)
    ]
    assert found == [((0,), 10.0), ((1,), 10.0), ((2,), 10.0), ((0, 2), 15.0)]


def test_nova_takes_the_emptiest_cells_and_one_for_each_vnode() -> None:
    instance = an_instance(a_host(4 * GIB, 8 * GIB, 6 * GIB), a_guest(GIB, GIB), a_guest(GIB, name="b"))
    assert placed("nova", instance) == [(1, 2), (0,)]  # the second goes where no vcpu is yet


def test_nova_refuses_a_guest_of_more_vnodes_than_cells() -> None:
    assert placed("nova", an_instance(a_host(8 * GIB, 8 * GIB), a_guest(GIB, GIB, GIB))) == [(None, None, None)]


def test_nova_goes_on_to_the_first_permutation_that_fits() -> None:
    host = [HostCell(id=0, memory=4096, cpus=4), HostCell(id=1, memory=2048, cpus=4)]
    assert fit(host, [GuestCell(memory=2048, cpus=1), GuestCell(memory=4096, cpus=1)], Limits()) == (1, 0)


def test_nova_takes_a_pair_that_failed_for_another_once_a_cell_has_taken_an_id() -> None:
    """
    The emptiest is cell 1, then 0, 2. The guest's cell 0 fits 1 and takes that id; cell 1 fails on 0.

    When the guest's cell 0 comes to 0, nova reads its id, 1, remembers that 1 failed on 0, and gives up (0, 1).
    """
    host = [HostCell(id=p, memory=size, cpus=4) for p, size in enumerate((1, 2, 1))]
    guest = [GuestCell(memory=1, cpus=1), GuestCell(memory=2, cpus=1)]
    assert fit(host, guest, None) is None
    assert fit(host, guest, None, cached=False) == (0, 1)


def test_a_guest_is_not_started_where_nova_puts_a_cell_that_fits_nowhere() -> None:
    instance = an_instance(a_host(GIB, GIB, 2 * GIB), a_guest(GIB, GIB, 3 * GIB), a_guest(2 * GIB, name="b"))
    parts = [GuestCell(memory=size * GIB, cpus=1) for size in (1, 1, 3)]
    host = [HostCell(id=p, memory=size * GIB, cpus=4) for p, size in enumerate((1, 1, 2))]
    assert fit(host, parts, None) == (1, 2, 0)
    assert placed("nova", instance) == [(None, None, None), (2,)]


def nova_cases() -> list[dict[str, Any]]:
    if "PLACER_CORPUS" not in os.environ:
        return []
    folder = Path(os.environ["PLACER_CORPUS"]) / "peer-cases"
    files = ("nova_fit_unit.json", "nova_fit_functional.json")
    return [case for file in files for case in json.loads((folder / file).read_text())["cases"]]


def in_scope(case: dict[str, Any]) -> bool:
    """Without page sizes, devices, networks, and thread policies that ask for whole cores."""
    cells = case["guest"]["cells"]
    return (
        case["level"] == "host"
        and all(cell["pagesize"] is None for cell in cells)
        and all(cell["thread_policy"] in (None, "prefer") for cell in cells)
        and not {"pci", "emulator_threads_policy"} & {*case, *case["guest"]}
        and not any("networks" in cell for cell in case["host"]["cells"])
        and "Networks" not in case["source"]
    )


@pytest.mark.skipif("PLACER_CORPUS" not in os.environ, reason="PLACER_CORPUS is not set")
def test_nova_restated_agrees_with_nova_on_the_published_cases() -> None:
    seen = 0
    for case in filter(in_scope, nova_cases()):
        host = [
            HostCell(
                id=cell["id"],
                memory=cell["memory_mb"],
                memory_used=cell["memory_used_mb"],
                cpus=len(cell["cpus"]),
                cpu_usage=cell["cpu_used"],
                pcpus=len(cell["pcpus"]),
                free_pcpus=len(cell["pcpus"]) - len(cell["pinned"]),
            )
            for cell in case["host"]["cells"]
        ]
        guest = [
            GuestCell(memory=cell["memory_mb"], cpus=len(cell["cpus"]), pcpus=len(cell["pcpus"]))
            for cell in case["guest"]["cells"]
        ]
        limits = case.get("limits")
        ratios = Limits(cpu=limits["cpu_allocation_ratio"], memory=limits["ram_allocation_ratio"]) if limits else None
        choice = case["expect"].get("nova_choice")
        wanted = tuple(cell["host_cell"] for cell in choice) if choice else None
        assert fit(host, guest, ratios, pack=case.get("strategy") == "pack") == wanted, case["name"]
        seen += 1
    assert seen >= 25


@pytest.mark.parametrize("name", CONTESTANTS)
def test_every_contestant_accounts_for_all_memory_and_vcpus(name: str) -> None:
    guests = [a_guest(2 * GIB, 512 * MIB, vcpus=(3, 2), name="a"), a_guest(3 * GIB, vcpus=(1,), name="b")]
    instance = an_instance(a_host(4 * GIB, 3 * GIB, 4 * GIB), *guests)
    for outcome in (CONTESTANTS[name].place(instance, 1), CONTESTANTS[name].storm(instance, 1)):
        assert not outcome.placement.faults(outcome.instance)
        for before, now in zip(guests, outcome.instance.guests, strict=True):
            assert (before.memory_kib, before.vcpu_count) == (now.memory_kib, now.vcpu_count)


@pytest.mark.parametrize("name", ["optimal", "cpsat"])
def test_a_storm_is_placed_without_knowledge_of_what_follows(name: str) -> None:
    """Alone, the small guest packs the small pnode; known ahead, too. The reverse order shows the difference."""
    host = a_host(4 * GIB, 4 * GIB, pcpus=4)
    guests = [a_guest(1 * GIB, name="a"), a_guest(1 * GIB, name="b"), a_guest(3 * GIB, 3 * GIB, name="c")]
    instance = an_instance(host, *guests, price=15)
    known = CONTESTANTS[name].place(instance, 0)
    assert known.status == "OPTIMAL"
    assert known.placement.complete()
    assert not check(instance, CONTESTANTS[name].storm(instance, 0).placement, allow_unplaced=True).violations


def a_set(memory_kib: int, vcpus: int = 2, name: str = "web") -> Guest:
    return Guest(name=name, type="pvh", form="set", flexible=Flexible(memory_kib=memory_kib, vcpu_count=vcpus))


@pytest.mark.parametrize("name", WITHOUT_NUMA)
def test_a_guest_without_numa_is_placed_on_several_pnodes_and_counted_as_one(name: str) -> None:
    """6 GiB on two pnodes of 4 GiB; 9 GiB fit nowhere, and 1 GiB then fits beside the first."""
    host = a_host(4 * GIB, 4 * GIB, pcpus=4)
    guests = (a_set(6 * GIB, name="a"), a_set(9 * GIB, name="b"), a_set(GIB, name="c"))
    for outcome in (
        CONTESTANTS[name].place(an_instance(host, *guests), 1),
        CONTESTANTS[name].storm(an_instance(host, *guests), 1),
    ):
        assert len(outcome.instance.guests[0].vnodes) == 2
        assert all(guest.flexible is None for guest in outcome.instance.guests)
        figures = judge(outcome)
        assert (figures.guests, figures.placed_guests, figures.violations) == (3, 2, 0)


def test_a_running_guest_on_a_set_may_run_on_every_pcpu_of_it() -> None:
    host = after(a_host(4 * GIB, 4 * GIB, 4 * GIB, pcpus=2), a_set(6 * GIB).split_into(2), (0, 2))
    assert [pnode.memory_kib for pnode in host.pnodes] == [GIB, 4 * GIB, GIB]
    assert host.domains[0].affinity == ((0, 1, 4, 5), (0, 1, 4, 5))
