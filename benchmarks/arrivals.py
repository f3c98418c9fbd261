"""
Place guests one after the other, with room left for guests of the shapes seen so far, and let guests come and go.

``python -m benchmarks.arrivals`` runs the arrivals of the full set at several prices of the term future_capacity (seeds
1 and 2, by which the price was chosen), the same on other seeds, and churn; ``--report`` only writes
benchmarks/arrivals.md from results/arrivals.csv. An interrupted run is continued.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import product
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from benchmarks.arrivals_page import COLUMNS, LEFT_OUT, PAGE, page
from benchmarks.contestants import CONTESTANTS
from benchmarks.contestants.outcome import Outcome, after
from benchmarks.hosts import LOADS, SHIPPED, host, loaded
from benchmarks.result_rows import Row, append, read
from benchmarks.runs import commit, judge
from benchmarks.shapes import REAL, guest, suited
from benchmarks.workloads import Workload, combined, full
from placer.errors import InputError
from placer.expected.worth import PRICE, future_capacity
from placer.instance import Domain, Guest, Host, Instance, Objective, Placement
from placer.instance.expected import learnt

RESULTS = Path(__file__).parent / "results" / "arrivals.csv"
PRICES = (70, 140, 50)
"""Other prices of the room for a guest, in units of mean distance for each of its vcpus."""
OTHER_SEEDS = (3, 4)
ROOM_FIRST = "room-first"
"""In the place of a price: the term in a tier of its own, above the cost."""
CHURN_HOSTS, CHURN_LOADS = ("xeon-2s", "kunpeng-uneven", "opteron-8n"), (0.9, 1.2)
CHURN_SEEDS = (1, 2, 3, 4, 5, 6)
"""Hosts, memory that guests ask for at a time as a part of what is free, and seeds."""
COMERS, WARM_UP = 120, 30
"""Guests that come in one run, and how many of them before refusals are counted: the host begins empty."""
Case = tuple[str, str, Workload]
"""The set, the contestant (``optimal`` with its price) and the workload."""


def main(arguments: list[str] | None = None) -> int:
    """Run what the results lack, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.arrivals", description=__doc__)
    parser.add_argument("--report", action="store_true", help="only write the page")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="runs at a time")
    asked = parser.parse_args(arguments)
    if not asked.report:
        done = {
            (row["set"], row["contestant"], row["host"], row["shape"], row["load"], row["seed"])
            for row in read(RESULTS)
        }
        missing = [case for case in cases() if key(case) not in done]
        with ProcessPoolExecutor(asked.jobs) as pool:
            for i, each in enumerate(as_completed([pool.submit(run, case) for case in missing]), 1):
                append(RESULTS, COLUMNS, each.result())
                if i % 50 == 0:
                    print(f"{i} of {len(missing)}", file=sys.stderr, flush=True)
    PAGE.write_text(page(read(RESULTS), read(RESULTS.with_name("full.csv")), commit()), encoding="utf-8")
    return 0


def cases() -> Iterator[Case]:
    """List every run: the page needs today's costs and those of best-fit of every workload."""
    known = [each for each in full() if each.arrival == "storm" and each.shape not in LEFT_OUT]
    kinds = (("mixed", "storm"), ("real", "storm"))
    others = [each for each in combined(SHIPPED, tuple(LOADS), OTHER_SEEDS, kinds) if each.load != "empty"]
    churn = [
        Workload(host=name, shape="churn", load=f"{load}", arrival="churn", seed=seed)
        for name, load, seed in product(CHURN_HOSTS, CHURN_LOADS, CHURN_SEEDS)
    ]
    plain = ("best-fit", "first-fit", "optimal 0", f"optimal {PRICE}", f"optimal {ROOM_FIRST}")
    for contestant in plain:
        yield from (("chosen on", contestant, each) for each in known)
    for contestant, (set_, workloads) in product(plain, (("churn", churn), ("other seeds", others))):
        yield from ((set_, contestant, each) for each in workloads)
    for price in PRICES:
        yield from (("chosen on", f"optimal {price}", each) for each in known)


def key(case: Case) -> tuple[str, ...]:
    """Give the columns that identify a run."""
    set_, contestant, workload = case
    return (set_, contestant, workload.host, workload.shape, workload.load, str(workload.seed))


def run(case: Case) -> Row:
    """Run one contestant on one workload."""
    set_, contestant, workload = case
    figures = churned(contestant, workload) if set_ == "churn" else arrived(contestant, workload)
    names = ("set", "contestant", "host", "shape", "load", "seed")
    return {**dict.fromkeys(COLUMNS, ""), **dict(zip(names, key(case), strict=True)), **figures}


def arrived(contestant: str, workload: Workload) -> Row:
    """Place the guests of a workload in order."""
    instance = workload.instance()
    state, guests, pnode_of = instance.host, list[Guest](), dict[str, tuple[int | None, ...]]()
    for i, each in enumerate(instance.guests, 1):
        placed, pnodes = put(contestant, state, each, instance.guests[:i], workload.seed)
        state = state if None in pnodes else after(state, placed, pnodes)
        guests.append(placed)
        pnode_of[each.name] = pnodes
    found = judge(Outcome(instance=replace(instance, guests=tuple(guests)), placement=Placement(pnode_of=pnode_of)))
    return {"guests": str(found.guests), "placed": str(found.placed_guests), "cost": str(found.cost)}


def put(
    contestant: str, state: Host, each: Guest, seen: tuple[Guest, ...], seed: int
) -> tuple[Guest, tuple[int | None, ...]]:
    """Place one guest beside those that run; no pnodes at all unless every vnode has one."""
    name, _, price = contestant.partition(" ")
    instance = Instance(host=state, guests=(each,), objective=objective(state, seen, price))
    outcome = CONTESTANTS[name].place(instance, seed)
    ((_, pnodes),) = outcome.placement.pnode_of.items()
    return outcome.instance.guests[0], (None,) * len(pnodes) if None in pnodes else pnodes


def objective(state: Host, seen: tuple[Guest, ...], price: str) -> Objective:
    """Expect guests of the shapes seen so far, at a price; nothing if it is 0 or none of them fits any more."""
    if price in ("", "0"):
        return Objective()
    try:
        future = future_capacity(state, learnt(seen))
    except InputError:
        return Objective()
    if price == ROOM_FIRST:
        return Objective(future=future, tiers="room-first")
    part = float(price) / PRICE
    tables = tuple(tuple(tuple(int(cell * part) for cell in row) for row in table) for table in future.tables)
    return Objective(future=replace(future, tables=tables))


def churned(contestant: str, workload: Workload) -> Row:
    """Let guests come at random times and stay for exponential times, and count those that found no place."""
    base = replace(loaded(host(workload.host), "empty", 0), domains=())
    numbers = np.random.default_rng(workload.seed)
    names = suited(base)
    sizes = np.array([sum(kib for kib, _ in REAL[name]) for name in names], dtype=float)
    room = sum(pnode.memory_kib for pnode in base.pnodes if pnode.pcpus)
    stay = float(workload.load) * room / (sizes @ (1 / sizes) / (1 / sizes).sum())  # in mean times between two guests
    running: dict[str, tuple[Guest, tuple[int | None, ...], float]] = {}
    seen: list[Guest] = []
    refused = refused_kib = asked_kib = 0
    now = 0.0
    for i in range(COMERS):
        now += float(numbers.exponential())
        chosen = names[int(numbers.choice(len(names), p=(1 / sizes) / (1 / sizes).sum()))]
        leaves = now + float(numbers.exponential(stay))
        running = {name: each for name, each in running.items() if each[2] > now}
        seen.append(guest(f"{chosen}-{i}", REAL[chosen]))
        state = occupied(base, running.values())
        placed, pnodes = put(contestant, state, seen[-1], tuple(seen), workload.seed)
        if None not in pnodes:
            running[placed.name] = (placed, pnodes, leaves)
        if i >= WARM_UP:
            asked_kib += placed.memory_kib
            refused += None in pnodes
            refused_kib += placed.memory_kib * (None in pnodes)
    figures = {"guests": COMERS - WARM_UP, "refused": refused, "asked_gib": asked_kib >> 20}
    return {**{name: str(value) for name, value in figures.items()}, "refused_gib": str(refused_kib >> 20)}


def occupied(base: Host, running: Iterable[tuple[Guest, tuple[int | None, ...], float]]) -> Host:
    """Give a host on which these guests run."""
    taken: dict[int | None, int] = {}
    domains: list[Domain] = []
    for held, pnodes, _ in running:
        domains += after(base, held, pnodes).domains
        for vnode, pnode in zip(held.vnodes, pnodes, strict=True):
            taken[pnode] = taken.get(pnode, 0) + vnode.memory_kib
    left = tuple(replace(pnode, memory_kib=pnode.memory_kib - taken.get(pnode.id, 0)) for pnode in base.pnodes)
    return replace(base, pnodes=left, domains=tuple(domains))


if __name__ == "__main__":
    sys.exit(main())
