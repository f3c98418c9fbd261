"""
What users asked of peers in their issues, and what Kubernetes' plugins and xenopsd expect of distances.

The cases lie in the corpus, whose folder is named by the environment variable PLACER_CORPUS. None is out of scope:

* Devices are one for each cell of a guest, so that the pnodes it may use are those with one.
* A guest in huge pages takes its memory from the free pages of that size, which is then what a pnode has free.
* A guest that names no cells gets the least number with which it fits, as guests without vnodes do.
* Where peers break a tie by the order of the nodes, what they choose costs no more than what they leave.
"""

from __future__ import annotations

from itertools import combinations
from statistics import fmean
from typing import Any

import numpy as np
import pytest

from placer.assignment import Status
from placer.check import check, mean_access_distance
from placer.instance import Domain, Guest, Host, Instance, Placement, Pnode, Vnode
from placer.instance.flexible import parts
from placer.lowering.lower import lower
from placer.solving.pipeline import solve
from placer.solving.result import Result
from tests.support.building import in_fewest_parts
from tests.whole.test_peer_cases import MIB, cases

Json = dict[str, Any]
SCENARIOS = (
    "user_conditional_placement_one_node_when_it_fits",
    "user_first_node_filled_then_two_cell_guest",
    "user_gb200_34_nodes_only_two_with_cpus",
    "user_eight_nodes_one_gpu_each_hugepages",
    "user_single_and_cross_node_guests_together",
    "user_restricted_refuses_although_two_nodes_have_room",
    "user_32_vcpus_on_16_core_nodes_full_cores",
    "user_hugepages_on_the_other_node",
    "user_migrated_vm_must_be_placed_again",
    "user_more_than_16_nodes_vm_bigger_than_one",
)


def case_of(file: str, name: str) -> Json:
    (case,) = (each for each in cases(file) if each["name"] == name)
    return case


def host_of(case: Json) -> Host:
    """Take the cells of a host; of memory what is free, in pages of the size that a guest asks for."""
    sizes = {cell.get("pagesize") for guest in case["guests"] for cell in guest.get("cells", ())} - {None}
    pnodes, domains = [], []
    for cell in case["host"]["cells"]:
        free_kib = (cell["memory_mb"] - cell["memory_used_mb"]) * MIB
        for page in cell["pages"]:
            if page["size_kb"] in sizes:
                free_kib = page["size_kb"] * (page["total"] - page["used"])
        cores = tuple(tuple(sorted(core)) for core in cell["siblings"])
        pnodes.append(Pnode(id=cell["id"], memory_kib=free_kib, pcpus=tuple(sorted(cell["pcpus"])), cores=cores))
        domains += [Domain(name=f"pinned {pcpu}", affinity=((pcpu,),)) for pcpu in cell["pinned"]]
    slit = tuple(map(tuple, case["host"]["distances"]))
    return Host(pnodes=tuple(pnodes), slit=slit, domains=tuple(domains))


def guest_of(guest: Json, host: Json) -> Guest:
    """Take the cells of a guest as vnodes, or all of it as one; every vcpu dedicated."""
    if "flexible_cells" in guest:
        vnodes = [Vnode(memory_kib=guest["memory_mb"] * MIB, vcpus=tuple(range(guest["vcpus"])))]
        policy = guest.get("thread_policy", "prefer")
    else:
        assert {cell["cpu_policy"] for cell in guest["cells"]} == {"dedicated"}
        assert not any(cell["thread_policy"] or cell["cpus"] for cell in guest["cells"])
        vnodes, policy = [], "prefer"
        for cell in guest["cells"]:
            vnodes.append(Vnode(memory_kib=cell["memory_mb"] * MIB, vcpus=tuple(cell["pcpus"])))
    devices = {name for cell in guest.get("cells", ()) for name in cell.get("devices", ())}
    with_devices = [c["id"] for c in host["cells"] if devices and devices <= set(c.get("devices", ()))]
    return Guest(
        name=guest["name"],
        vnodes=tuple(vnodes),
        one_to_one="cells" in guest,
        cpu_policy="dedicated",
        thread_policy=policy,
        pnodes=tuple(with_devices) if devices else None,
    )


def instance_of(case: Json) -> Instance:
    host, guests = host_of(case), []
    for each in case["guests"]:
        guest = guest_of(each, case["host"])
        if "flexible_cells" in each:
            guest = in_fewest_parts(guest, host)
            assert len(guest.vnodes) in each["flexible_cells"]
        guests.append(guest)
    return Instance(host=host, guests=tuple(guests))


def solved(case: Json) -> Result:
    """Solve within the time that the user wants, from where the guest was before."""
    before = {guest["name"]: tuple(guest["previous_map"]) for guest in case["guests"] if "previous_map" in guest}
    keep = Placement(pnode_of=before) if before else None
    return solve(instance_of(case), time_limit_s=case["expect"].get("time_limit_s", 10), keep=keep)


def test_every_scenario_has_its_place_here() -> None:
    assert tuple(case["name"] for case in cases("user_scenarios")) == SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_a_user_asked_of_a_peer_is_placed_as_expected(name: str) -> None:
    case = case_of("user_scenarios", name)
    expect, answer = case["expect"], solved(case)
    assert expect["fits"]
    assert answer.status is Status.OPTIMAL
    assert answer.placement is not None
    assert answer.placement.complete()
    used = sorted({pnode for pnodes in answer.placement.pnode_of.values() for pnode in pnodes if pnode is not None})
    assert len(used) == expect.get("host_cells_used", len(used))
    assert used == expect.get("node_set", used)
    if "feasible_maps" in expect:
        assert (
            list(answer.placement.pnode_of["vm" if "vm" in answer.placement.pnode_of else "pod"])
            in (expect["feasible_maps"])
        )


@pytest.mark.parametrize("name", [name for name in SCENARIOS if "gb200" in name or "pages" in name or "must" in name])
def test_every_map_that_is_expected_is_feasible_and_no_other(name: str) -> None:
    case = case_of("user_scenarios", name)
    instance = instance_of(case)
    ids, count = [pnode.id for pnode in instance.host.pnodes], len(instance.guests[0].vnodes)
    ways = np.array(np.meshgrid(*[range(len(ids))] * count, indexing="ij"), dtype=np.int64).reshape(count, -1).T
    good = lower(instance).problem.feasible(ways)
    assert sorted([ids[p] for p in way] for way in ways[good].tolist()) == sorted(case["expect"]["feasible_maps"])


def test_guests_placed_together_leave_room_for_each_other() -> None:
    """What the issues say of where each of several guests must be."""
    first = solved(case_of("user_scenarios", "user_first_node_filled_then_two_cell_guest")).placement
    second = solved(case_of("user_scenarios", "user_single_and_cross_node_guests_together")).placement
    assert first is not None
    assert second is not None
    assert {*first.pnode_of["a"], *first.pnode_of["b"]} == set(first.pnode_of["c"]) == {0, 1}
    small, large = second.pnode_of["pod2"]
    assert second.pnode_of["pod1"] == (small,)
    assert small != large


def test_a_guest_that_came_from_elsewhere_moves_off_the_pnode_it_had() -> None:
    answer = solved(case_of("user_scenarios", "user_migrated_vm_must_be_placed_again"))
    assert answer.moved is not None
    assert [(move.before, move.after) for move in answer.moved] == [(0, 1)]


def test_above_16_pnodes_a_guest_larger_than_one_stands_on_near_ones() -> None:
    case = case_of("user_scenarios", "user_more_than_16_nodes_vm_bigger_than_one")
    placement = solved(case).placement
    assert placement is not None
    p, q = placement.pnode_of["vm"]
    assert p is not None
    assert q is not None
    assert p % 4 == 0
    assert case["host"]["distances"][p][q] == case["expect"]["best_distance"] == 11


DISTANCES = ("min_node_set", "mean_distance", "choose_closer_set")


@pytest.mark.parametrize("level", DISTANCES)
def test_the_means_of_kubernetes_are_ours_and_what_it_wants_nearest_is_what_costs_least(level: str) -> None:
    seen = 0
    for case in cases("k8s_distances"):
        if case["level"] != level:
            continue
        seen += 1
        expect = case["expect"]
        if level == "min_node_set":
            answer = solve(nearest_cells(case))
            assert answer.status is Status.OPTIMAL, case["name"]
            assert answer.placement is not None
            assert sorted(p for p in answer.placement.pnode_of["pod"] if p is not None) in expect["best_node_sets"]
            assert answer.mean_access_distance == pytest.approx(expect["best_mean_distance"]), case["name"]
            continue
        means = [mean_on(case["distances"], chosen) for chosen in case["sets"]]
        if level == "mean_distance":
            assert min(means) == pytest.approx(expect["min_mean"]), case["name"]
        else:
            assert means[case["sets"].index(expect["chosen"])] == min(means), case["name"]
    assert seen == {"min_node_set": 4, "mean_distance": 3, "choose_closer_set": 3}[level]


def nearest_cells(case: Json) -> Instance:
    """A pod on as many cells as it takes, each with some of all that it asks for."""
    cells, request, count = case["host"]["cells"], case["request"], case["expect"]["node_count"]
    ids = [cell["id"] for cell in cells]
    pnodes = tuple(
        Pnode(
            id=cell["id"],
            memory_kib=cell["resources"].get("memory", 0) // 1024,
            pcpus=tuple(range(4 * p, 4 * p + cell["resources"]["cpu"])),
        )
        for p, cell in enumerate(cells)
    )
    slit = tuple(tuple(cell["costs"].get(str(q), 255) for q in ids) for cell in cells)
    good = tuple(cell["id"] for cell in cells if all(cell["resources"].get(name, 0) > 0 for name in request))
    pod = Guest(
        name="pod",
        vnodes=tuple(
            Vnode(memory_kib=kib, vcpus=tuple(part))
            for kib, part in parts(request["memory"] // 1024, request["cpu"], count)
        ),
        one_to_one=True,
        cpu_policy="dedicated",
        pnodes=good,
    )
    return Instance(host=Host(pnodes=pnodes, slit=slit), guests=(pod,))


def mean_on(distances: list[list[int]], chosen: list[int]) -> float:
    """Mean access distance of a guest with equal vnodes on some pnodes, one on each."""
    pnodes = tuple(Pnode(id=p, memory_kib=MIB, pcpus=(p,)) for p in range(len(distances)))
    guest = Guest(name="pod", vnodes=tuple(Vnode(memory_kib=MIB, vcpus=(v,)) for v in range(len(chosen))))
    instance = Instance(host=Host(pnodes=pnodes, slit=tuple(map(tuple, distances))), guests=(guest,))
    mean = mean_access_distance(check(instance, Placement(pnode_of={"pod": tuple(chosen)})))
    assert mean is not None
    return mean


SEQUENCES = {
    "xenopsd_alloc_10vm_1node_8cpu": 1,
    "xenopsd_alloc_1vm_2node_4cpu": 2,
    "xenopsd_alloc_10vm_2node_4cpu": 1,
    "xenopsd_alloc_10vm_4node_16cpu": 1,
    "xenopsd_alloc_40vm_32node_256cpu": 1,
    "xenopsd_alloc_80vm_64node_256cpu": 1,
}
"""How many vnodes a VM needs that must not have more vcpus on a pnode than that has pcpus."""


def xen_host(host: Json, *, overcommit: float | None = None) -> Host:
    threads, pnodes = host["threads_per_core"], []
    for node in host["nodes"]:
        cpus = node["cpus"]
        cores = tuple(tuple(cpus[i : i + threads]) for i in range(0, len(cpus), threads))
        assert len(cores) == node["cores"]
        pnodes.append(
            Pnode(id=node["id"], memory_kib=node["memory_free_bytes"] // 1024, pcpus=tuple(cpus), cores=cores)
        )
    return Host(pnodes=tuple(pnodes), slit=tuple(map(tuple, host["distances"])), overcommit=overcommit)


@pytest.mark.parametrize("name", SEQUENCES)
def test_the_vms_of_xenopsd_stand_no_farther_and_leave_no_pnode_idle(name: str) -> None:
    case = case_of("xenopsd_topology", name)
    expect, guests = case["expect"], []
    for i, vm in enumerate(case["vms"]):
        vnode = Vnode(memory_kib=vm["memory_bytes"] // 1024, vcpus=tuple(range(vm["vcpus"])))
        guests.append(in_fewest_parts(Guest(name=f"vm{i}", vnodes=(vnode,)), xen_host(case["host"], overcommit=1)))
        assert len(guests[-1].vnodes) == SEQUENCES[name]
    answer = solve(Instance(host=xen_host(case["host"]), guests=tuple(guests)))
    assert answer.status is Status.OPTIMAL
    assert answer.placement is not None
    distances, default = case["host"]["distances"], expect["default_cost"]
    for pnodes in answer.placement.pnode_of.values():
        chosen = sorted({pnode for pnode in pnodes if pnode is not None})
        apart = [distances[p][q] for p in chosen for q in chosen]
        assert max(apart) <= default["worst"]
        assert fmean(apart) <= default["average"]
    used = {pnode for pnodes in answer.placement.pnode_of.values() for pnode in pnodes}
    assert len(used) >= expect["nodes_used"]
    assert expect["all_cpus_used"] == (used == {node["id"] for node in case["host"]["nodes"]})


@pytest.mark.parametrize("name", ["last_node", "middle_node", "all"])
def test_pnodes_that_xenopsd_drops_for_a_short_slit_stay_candidates_here(name: str) -> None:
    case = case_of("xenopsd_topology", f"xenopsd_dist_{name}_unreachable")
    distances = case["host"]["distances"]
    found: list[tuple[float | None, list[int]]] = []
    pnodes = tuple(Pnode(id=p, memory_kib=MIB, pcpus=(p,)) for p in range(len(distances)))
    host = Host(pnodes=pnodes, slit=tuple(map(tuple, distances)))
    for count in range(1, len(distances) + 1):
        vnodes = tuple(Vnode(memory_kib=1, vcpus=(v,)) for v in range(count))
        instance = Instance(host=host, guests=(Guest(name="vm", vnodes=vnodes, one_to_one=True),))
        for chosen in combinations(range(len(distances)), count):
            verdict = check(instance, Placement(pnode_of={"vm": chosen}))
            assert not verdict.violations
            found.append((mean_access_distance(verdict), list(chosen)))
        assert solve(instance).status is Status.OPTIMAL
    assert all(tuple(each) in found for each in case["expect"]["candidates_mean_distance_and_nodes"] or [])


def test_every_case_of_xenopsd_has_its_place_here() -> None:
    names = [f"xenopsd_dist_{name}_unreachable" for name in ("last_node", "middle_node", "all")]
    assert sorted(case["name"] for case in cases("xenopsd_topology")) == sorted([*SEQUENCES, *names])
