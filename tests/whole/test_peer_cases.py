"""
Cases from the test suites of OpenStack's nova and of Kubernetes' scheduler plugins: what fits, and where.

They lie in the corpus, whose folder is named by the environment variable PLACER_CORPUS.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from fractions import Fraction
from functools import cache
from itertools import permutations
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from placer.assignment import Status
from placer.instance import Domain, Guest, Host, Instance, Pnode, Vnode
from placer.lowering.lower import lower
from placer.solving.pipeline import solve

Json = dict[str, Any]
MIB = 1024
FILES = ("nova_fit_unit", "nova_fit_functional", "nova_wrong_answers", "k8s_single_numa")

PAGES = "asks for huge pages, or for pages of a size"
PCI = "asks for PCI devices"
NETWORKS = "asks for networks near by"
EMULATOR = "wants pcpus for emulator threads, or reserves some"
DEVICES = "asks for devices, or for what is not of a NUMA node"
LONE = "requires siblings for an odd vcpu beside a core with one free thread: there nova wants two, placer none"
CONTAINERS = "several containers, started one after the other or together"

OUT_OF_SCOPE = {
    "nova_fit_unit": {PAGES: 3, PCI: 4, NETWORKS: 2, EMULATOR: 6},
    "nova_fit_functional": {PAGES: 1, NETWORKS: 4},
    "nova_wrong_answers": {PAGES: 22, PCI: 4, NETWORKS: 4, LONE: 2},
    "k8s_single_numa": {DEVICES: 30, CONTAINERS: 3},
}
"""How many cases of each file ask for what placer does not place by, and what that is."""


IN_SCOPE = {
    "nova_fit_unit": (23, 9),
    "nova_fit_functional": (8, 2),
    "nova_wrong_answers": (10, 6),
    "k8s_single_numa": (3, 2),
}
"""How many of the others fit, and how many do not."""
MAPPED = {"nova_fit_unit": 23, "nova_fit_functional": 8, "nova_wrong_answers": 16, "k8s_single_numa": 5}
"""How many come with every map that fits."""


@cache
def cases(name: str) -> tuple[Json, ...]:
    folder = os.environ.get("PLACER_CORPUS")
    if not folder:
        pytest.skip("PLACER_CORPUS names no folder with the corpus")
    return tuple(json.loads((Path(folder) / "peer-cases" / f"{name}.json").read_text(encoding="utf-8"))["cases"])


def out_of_scope(case: Json) -> str | None:
    """Why a case asks for more than cpus, memory, threads and cells."""
    cells = case["guest"]["cells"]
    if any(cell.get("pagesize") for cell in cells):
        return PAGES
    if case.get("pci"):
        return PCI
    if (case.get("limits") or {}).get("networks"):
        return NETWORKS
    if case["guest"].get("emulator_threads_policy") == "isolate" or case.get("emulator_reserved_cpus"):
        return EMULATOR
    if any(set(cell.get("resources", ())) - {"cpu", "memory"} for cell in cells):
        return DEVICES
    odd = any(cell["thread_policy"] == "require" and len(cell["pcpus"]) % 2 for cell in cells)
    if odd and any(len(set(core) - set(c["pinned"])) == 1 for c in case["host"]["cells"] for core in c["siblings"]):
        return LONE
    return CONTAINERS if "scope" in case and len(cells) > 1 else None


def host_of(case: Json) -> Host:
    """
    Take the cells of a host.

    A cell of a guest gets what the ratios leave of a host's cell, and never more than that has: nova lets no guest
    overcommit against itself, nor one that pins the memory. As every host cell takes one cell of the guest, that is
    how much is free here.
    """
    limits = case.get("limits") or {}
    ratio, limited = Fraction(str(limits.get("cpu_allocation_ratio", 1))), bool(limits)
    pnodes, domains, disjoint = [], [], True
    for cell in case["host"]["cells"]:
        cpus, pcpus = set(cell["cpus"]), set(cell["pcpus"])
        disjoint &= not cpus & pcpus
        room = cell["memory_mb"]
        if limited:
            left = Fraction(str(limits["ram_allocation_ratio"])) * cell["memory_mb"] - cell["memory_used_mb"]
            room = max(min(room, floor(left)), 0)
        if guest_of(case).dedicated:
            room = min(room, cell["memory_mb"] - cell["memory_used_mb"])
        cores = tuple(tuple(sorted(core)) for core in cell["siblings"])
        everything = tuple(sorted(cpus | pcpus))
        whole = sorted(pcpu for core in cores for pcpu in core) == list(everything)
        pnodes.append(Pnode(id=cell["id"], memory_kib=room * MIB, pcpus=everything, cores=cores if whole else ()))
        domains += [Domain(name=f"pinned {pcpu}", affinity=((pcpu,),)) for pcpu in cell["pinned"]]
        busy = max(cell["cpu_used"] if limited else 0, floor(ratio * len(cpus)) - len(cpus))
        if busy and cpus and any(guest["cpus"] for guest in case["guest"]["cells"]):
            domains.append(Domain(name=f"on {cell['id']}", affinity=(tuple(sorted(cpus)),) * busy))
    owned = tuple(sorted(pcpu for cell in case["host"]["cells"] for pcpu in cell["pcpus"]))
    return Host(
        pnodes=tuple(pnodes),
        domains=tuple(domains),
        overcommit=float(ratio),
        dedicated_pcpus=owned if disjoint else None,
    )


def guest_of(case: Json) -> Guest:
    """Take the cells of a guest as vnodes, their vcpus numbered through."""
    vnodes: list[Vnode] = []
    dedicated: list[int] = []
    count = 0
    for cell in case["guest"]["cells"]:
        shared, own = len(cell["cpus"]), len(cell["pcpus"])
        if cell["cpu_policy"] == "dedicated":
            shared, own = 0, shared + own
        vnodes.append(Vnode(memory_kib=cell["memory_mb"] * MIB, vcpus=tuple(range(count, count + shared + own))))
        dedicated += range(count + shared, count + shared + own)
        count += shared + own
    policies: set[Any] = {cell["thread_policy"] or "prefer" for cell in case["guest"]["cells"]}
    (policy,) = policies
    mixed = 0 < len(dedicated) < count
    return Guest(
        name="guest",
        vnodes=tuple(vnodes),
        one_to_one=True,
        cpu_policy="mixed" if mixed else "dedicated" if dedicated else "shared",
        dedicated_vcpus=tuple(dedicated) if mixed else (),
        thread_policy=policy if dedicated else "prefer",
    )


def instance_of(case: Json) -> Instance:
    return Instance(host=host_of(case), guests=(guest_of(case),))


@pytest.mark.parametrize("name", FILES)
def test_every_case_out_of_scope_has_its_reason_in_the_table(name: str) -> None:
    assert Counter(filter(None, map(out_of_scope, cases(name)))) == OUT_OF_SCOPE[name]


@pytest.mark.parametrize("name", FILES)
def test_what_fits_a_peers_host_fits_ours_and_where_only_there_it_fits(name: str) -> None:
    fits: Counter[bool] = Counter()
    for case in cases(name):
        if out_of_scope(case):
            continue
        instance, expect = instance_of(case), case["expect"]
        answer = solve(instance)
        assert answer.status is (Status.OPTIMAL if expect["fits"] else Status.INFEASIBLE), case["name"]
        fits[expect["fits"]] += 1
        if answer.placement is not None and "cell_map" in expect:
            wanted = [expect["cell_map"][str(cell["id"])] for cell in case["guest"]["cells"]]
            assert list(answer.placement.pnode_of["guest"]) == wanted, case["name"]
    assert (fits[True], fits[False]) == IN_SCOPE[name]


@pytest.mark.parametrize("name", FILES)
def test_every_map_that_the_peers_rules_allow_is_feasible_and_no_other(name: str) -> None:
    seen = 0
    for case in cases(name):
        maps = case["expect"].get("feasible_maps")
        if out_of_scope(case) or maps is None:
            continue
        ids = [cell["id"] for cell in case["host"]["cells"]]
        ways = list(permutations(range(len(ids)), len(case["guest"]["cells"])))
        good = lower(instance_of(case)).problem.feasible(np.array(ways, dtype=np.int64))
        allowed = {tuple(ids[p] for p in way) for way, fine in zip(ways, good.tolist(), strict=True) if fine}
        assert allowed == set(map(tuple, maps)), case["name"]
        seen += 1
    assert seen == MAPPED[name]
