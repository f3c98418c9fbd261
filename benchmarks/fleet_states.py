"""Fleets that run, for the benchmark of moves: after churn, filled until a request is refused, and BtrPlace's."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from placer.fleet.files.requests_table import read_requests
from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.fleet.model.fleet import Fleet, Placed
from placer.fleet.model.rules import FleetRule
from placer.instance import Guest, Host, Pnode, Vnode

GIB = 2**20
MIB = 2**10
Form = tuple[int, int, int]
"""Pnodes, and on each of them pairs of vcpus and 4 GiB."""
Standing = tuple[int, int, int]
"""The position of a form, a host and the first pnode."""


def churned(corpus: Path, *, hosts: int = 280, load: float = 0.78, seed: int = 0) -> Fleet:
    """
    Give a fleet after arrivals and departures.

    A request goes to the fullest of eight hosts drawn among those with room, and a guest drawn at random leaves, 20
    times as often as there are hosts; hosts have two pnodes of 60 vcpus and 200 GiB.
    """
    forms, order = _requests(corpus)
    draw = np.random.default_rng(seed)
    asked = draw.permutation(np.array(order))
    free = np.tile([30, 50, 30, 50], (hosts, 1))
    stand: list[Standing] = []
    at = 0
    for _ in range(hosts * 20):
        while 1 - free[:, [0, 2]].sum() / (60 * hosts) < load:
            came = _arrive(free, forms, int(asked[at % len(asked)]), draw)
            at += 1
            if came is None:
                break
            stand.append(came)
        gone = int(draw.integers(len(stand)))
        k, h, p = stand[gone]
        stand[gone] = stand[-1]
        stand.pop()
        _take(free, forms[k], h, p, -1)
    return _fleet([(30, 50, 30, 50)] * hosts, forms, stand)


def _arrive(free: np.ndarray, forms: list[Form], k: int, draw: np.random.Generator) -> Standing | None:
    first, second = _fits(free, forms[k])
    fits = np.flatnonzero(first & second if forms[k][0] == 2 else first | second)
    if not len(fits):
        return None
    chosen = draw.choice(fits, min(len(fits), 8), replace=False)
    h = int(chosen[np.argmin(free[chosen][:, [0, 2]].sum(axis=1))])
    p = 0 if forms[k][0] == 2 else (0 if first[h] and (not second[h] or draw.random() < 0.5) else 1)
    _take(free, forms[k], h, p, 1)
    return k, h, p


def filled(corpus: Path, case: int, *, hosts: int = 100, seed: int = 1) -> Fleet:
    """Give a fleet that was filled, to the host of least free memory, until a request was refused the n-th time."""
    forms, order = _requests(corpus)
    with (corpus / "PM_res.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [[int(cell) for cell in row.values()] for row in csv.DictReader(file)]
    draw = np.random.default_rng(seed)
    offered = np.array([[c // 2, m // 4, d // 2, n // 4] for c, m, d, n in rows])
    offered = offered[draw.choice(len(offered), hosts, replace=False)]
    asked = draw.permutation(np.array(order))
    free, stand, refused = offered.copy(), list[Standing](), 0
    for k in asked.tolist():
        first, second = _fits(free, forms[k])
        fits = first & second if forms[k][0] == 2 else first | second
        if not fits.any():
            if refused == case:
                return _fleet([tuple(row) for row in offered.tolist()], forms, stand, forms[k])
            refused += 1
            continue
        h = int(np.where(fits, free[:, 1] + free[:, 3], 1 << 30).argmin())
        p = 0 if forms[k][0] == 2 or first[h] else 1
        _take(free, forms[k], h, p, 1)
        stand.append((k, h, p))
    raise AssertionError("fewer requests are refused")


def _requests(corpus: Path) -> tuple[list[Form], list[int]]:
    order: list[Form] = []
    for table in ("C1", "C2"):
        requests = read_requests(corpus / f"VM_data_{table}.csv")
        of = [
            (len(s.vnodes), len(s.vnodes[0].vcpus) // 2, s.vnodes[0].memory_kib // (4 * GIB)) for s in requests.shapes
        ]
        order += [of[shape] for shape in requests.order]
    forms = sorted(set(order))
    return forms, [forms.index(each) for each in order]


def _fits(free: np.ndarray, form: Form) -> tuple[np.ndarray, np.ndarray]:
    _, c, m = form
    return (free[:, 0] >= c) & (free[:, 1] >= m), (free[:, 2] >= c) & (free[:, 3] >= m)


def _take(free: np.ndarray, form: Form, h: int, p: int, sign: int) -> None:
    count, c, m = form
    for each in range(p, p + count):
        free[h, 2 * each : 2 * each + 2] -= (sign * c, sign * m)


def _fleet(
    offered: list[tuple[int, ...]], forms: list[Form], stand: list[Standing], asked: Form | None = None
) -> Fleet:
    hosts: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for h, offer in enumerate(offered):
        hosts[offer].append(f"h{h}")
    names: dict[Form, list[str]] = defaultdict(list)
    placed = []
    for i, (k, h, p) in enumerate(stand):
        names[forms[k]].append(f"vm{i}")
        placed.append(Placed(guest=f"vm{i}", host=f"h{h}", pnodes=range(p, p + forms[k][0])))
    if asked is not None:
        names[asked].append("asked")
    return Fleet(
        hosts=[FleetHost(host=_host(offer, f"like {each[0]}"), names=each) for offer, each in hosts.items()],
        guests=[FleetGuest(guest=_guest(form), names=each) for form, each in names.items()],
        placed=placed,
    )


def _host(offer: tuple[int, ...], name: str) -> Host:
    pnodes = [
        Pnode(id=p, memory_kib=4 * GIB * offer[2 * p + 1], pcpus=range(1000 * p, 1000 * p + 2 * offer[2 * p]))
        for p in (0, 1)
    ]
    return Host(name=name, pnodes=pnodes)


def _guest(form: Form) -> Guest:
    count, c, m = form
    vnodes = [Vnode(memory_kib=4 * GIB * m, vcpus=range(2 * c * v, 2 * c * (v + 1))) for v in range(count)]
    return Guest(name=f"of {count} x {2 * c} vcpus and {4 * m} GiB", vnodes=vnodes, one_to_one=count > 1)


def btrplace(path: Path) -> tuple[Fleet, tuple[str, ...]]:
    """
    Give one of BtrPlace's workloads, and the guests that are to be started.

    uCpu counts as vcpus, memory as MiB. ``preserve`` is the uCpu that a guest wants; ``spread`` becomes ``apart``,
    ``among`` ``together`` within a kind of group whose groups are its parts; servers that are offline are left out.
    """
    with gzip.open(path) as file:
        document = json.load(file)
    model = document["model"]
    views = {view["rcId"]: view for view in model["views"] if view["id"] == "shareableResource"}
    cpu = {int(vm): amount for vm, amount in views["uCpu"]["vms"].items()}
    for constraint in document["constraints"]:
        if constraint["id"] == "preserve":
            cpu[constraint["vm"]] = max(cpu[constraint["vm"]], constraint["amount"])
    memory = {int(vm): amount for vm, amount in views["memory"]["vms"].items()}
    on = {vm: node for node, there in model["mapping"]["onlineNodes"].items() for vm in there["runningVMs"]}
    group, rules = _rules(document["constraints"])
    servers: dict[tuple[int, int, int | None], list[str]] = defaultdict(list)
    for node in model["mapping"]["onlineNodes"]:
        offer = (views["uCpu"]["nodes"][node], views["memory"]["nodes"][node], group.get(int(node)))
        servers[offer].append(f"n{node}")
    alike: dict[tuple[int, int], list[str]] = defaultdict(list)
    for vm in cpu:
        alike[cpu[vm], memory[vm]].append(f"vm{vm}")
    fleet = Fleet(
        hosts=[_server(*offer, names) for offer, names in servers.items()],
        guests=[FleetGuest(guest=_vm(*each), names=names) for each, names in alike.items()],
        placed=[Placed(guest=f"vm{vm}", host=f"n{node}", pnodes=[0]) for vm, node in on.items()],
        rules=rules,
        cpu_ratio=1.0,
        aim="none",
    )
    return fleet, tuple(f"vm{vm}" for vm in model["mapping"]["readyVMs"])


def _rules(constraints: list[dict[str, object]]) -> tuple[dict[int, int], list[FleetRule]]:
    """Give the part of each server, which is the same for all constraints ``among``, and the rules."""
    group: dict[int, int] = {}
    rules = []
    for constraint in constraints:
        members = [f"vm{vm}" for vm in constraint.get("vms", ())]  # type: ignore[attr-defined]
        if constraint["id"] == "spread" and len(members) > 1:
            rules.append(FleetRule(apart=members))
        if constraint["id"] == "among":
            parts = {node: i for i, part in enumerate(constraint["parts"]) for node in part}  # type: ignore[arg-type, var-annotated]
            assert not group or group == parts
            group = parts
            if len(members) > 1:
                rules.append(FleetRule(together=members, within="part"))
    return group, rules


def _server(cpu: int, memory: int, group: int | None, names: list[str]) -> FleetHost:
    host = Host(name=f"like {names[0]}", pnodes=[Pnode(id=0, memory_kib=memory * MIB, pcpus=range(cpu))])
    return FleetHost(host=host, names=names, groups={} if group is None else {"part": f"part {group}"})


def _vm(cpu: int, memory: int) -> Guest:
    return Guest(name=f"of {cpu} and {memory}", vnodes=[Vnode(memory_kib=memory * MIB, vcpus=range(cpu))])
