"""
Guests that come to a fleet one by one, and leave: how many fit until the first is refused, and how many are refused.

Run ``python -m benchmarks.fleet_time --corpus FOLDER``, with the folder of ``python -m benchmarks.fleet``; it runs what
benchmarks/results/fleet_time.csv lacks, and writes a plot beside it and benchmarks/fleet_time.md. Peers are restated in
benchmarks/fleet_peers.py; every policy gets the same guests in the same order.
"""

from __future__ import annotations

import argparse
import heapq
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from time import process_time

import numpy as np
from msgspec.structs import replace

from benchmarks.fleet import SEQUENCES, _free, _shapes
from benchmarks.fleet_peers import ONLINE, Ints, Rule, Shape, choose
from benchmarks.fleet_time_page import COLUMNS, CURVE, OURS, PAGE, PLOT, RESULTS, SAMPLES, plot, render
from benchmarks.result_rows import Row, append, read
from placer.fleet.arrivals.online import OnlineFleet
from placer.fleet.bound.requests import bound_requests
from placer.fleet.files.hosts_table import read_hosts_table
from placer.fleet.files.requests_table import Requests, read_all_requests
from placer.fleet.model.entries import FleetHost
from placer.fleet.model.fleet import Fleet
from placer.fleet.problem.problem import lower_fleet
from placer.formats.text.files import Text

SHUFFLES = range(6)
"""Seeds of the orders of C1 and C2 together."""
CHURN_LOADS, CHURN_SEEDS, CHOSEN_ON = (0.52, 0.55), (1, 2, 3, 4), (1, 2)
"""Vcpus asked for at a time, as a part of all pcpus; seeds of lifetimes; those by which the policy was chosen."""
CHURN_HOSTS, COMERS, WARM_UP = 200, 7_000, 1 / 3
"""Hosts, guests that come, and the part of them before refusals count: the fleet begins empty."""
Put = Callable[[str, int], bool]
"""Places a guest by its name and the position of its shape; whether it has a place."""


class Peer:
    """
    A rule of others on a fleet.

    Parameters
    ----------
    rule
        How it chooses.
    hosts
        Free cpus and GiB ``[hosts, 2, 2]``.
    shapes
        What requests ask for.
    """

    def __init__(self, rule: Rule, hosts: Ints, shapes: list[Shape]) -> None:
        self.rule, self.whole, self.shapes = rule, hosts, shapes
        self.free = hosts.copy()
        self._at: dict[str, tuple[int, int | slice, int]] = {}

    def add(self, name: str, k: int) -> bool:
        """Place a guest."""
        found = choose(self.free, self.whole, self.shapes[k], self.rule)
        if found is None:
            return False
        self._at[name] = (*found, k)
        self.free[found] -= self.shapes[k][1:]
        return True

    def remove(self, name: str) -> None:
        """Take a guest away."""
        host, pnode, k = self._at.pop(name)
        self.free[host, pnode] += self.shapes[k][1:]


class Ours:
    """placer on a fleet."""

    def __init__(self, hosts: tuple[FleetHost, ...], requests: Requests) -> None:
        self.online, self.shapes = OnlineFleet(Fleet(hosts=hosts)), requests.shapes

    def add(self, name: str, k: int) -> bool:
        """Place a guest."""
        return self.online.add(replace(self.shapes[k], name=name)).host is not None

    def remove(self, name: str) -> None:
        """Take a guest away."""
        self.online.remove(name)


@dataclass(frozen=True)
class Case:
    """Hosts and requests."""

    hosts: tuple[FleetHost, ...]
    requests: Requests
    order: tuple[int, ...]

    def policy(self, name: str) -> Peer | Ours:
        """Give a policy on the empty fleet."""
        if name == OURS:
            return Ours(self.hosts, self.requests)
        return Peer(ONLINE[name], _free(self.hosts), _shapes(self.requests))


def filled(case: Case, name: str) -> Row:
    """Place requests in order, until one is refused."""
    policy, took = case.policy(name), []
    for i, k in enumerate(case.order):
        begin = process_time()
        placed = policy.add(f"r{i}", k)
        took.append(process_time() - begin)
        if not placed:
            break
    held = len(took) - (not placed)
    return {"held": str(held), "median_ms": _ms(float(np.median(took))), "mean_ms": _ms(float(np.mean(took)))}


def churned(case: Case, name: str, *, load: float, seed: int, comers: int = COMERS) -> Row:
    """Let guests come one in each unit of time, and stay for exponential times; count vcpus that are refused."""
    policy, draw = case.policy(name), np.random.default_rng(seed)
    vcpus = [guest.vcpu_count for guest in case.requests.shapes]
    pcpus = sum(len(pnode.pcpus) * len(each.each) for each in case.hosts for pnode in each.host.pnodes)
    stay = load * pcpus / float(np.mean([vcpus[k] for k in case.order]))
    leaving: list[tuple[float, str, int]] = []
    refused = asked = held = 0
    took, curve = [], []
    for i in range(comers):
        k = case.order[i % len(case.order)]
        while leaving and leaving[0][0] <= i:
            _, gone, left = heapq.heappop(leaving)
            policy.remove(gone)
            held -= vcpus[left]
        begin = process_time()
        placed = policy.add(f"r{i}", k)
        took.append(process_time() - begin)
        life = float(draw.exponential(stay))
        if placed:
            heapq.heappush(leaving, (i + life, f"r{i}", k))
            held += vcpus[k]
        if i > comers * WARM_UP:
            asked += vcpus[k]
            refused += 0 if placed else vcpus[k]
        if i % SAMPLES == 0:
            curve.append(f"{held / pcpus:.4f}")
    figures = {"refused": str(refused), "asked": str(asked), "curve": " ".join(curve)}
    return {**figures, "median_ms": _ms(float(np.median(took))), "mean_ms": _ms(float(np.mean(took)))}


def curve_of_filling(case: Case, name: str) -> Row:
    """Place all requests, leave out those that are refused, and note the part of the pcpus that is held."""
    policy, held, curve = case.policy(name), 0, []
    vcpus = [guest.vcpu_count for guest in case.requests.shapes]
    pcpus = sum(len(pnode.pcpus) * len(each.each) for each in case.hosts for pnode in each.host.pnodes)
    for i, k in enumerate(case.order):
        held += vcpus[k] if policy.add(f"r{i}", k) else 0
        if i % SAMPLES == 0:
            curve.append(f"{held / pcpus:.4f}")
    return {"held": str(held), "curve": " ".join(curve)}


def _ms(seconds: float) -> str:
    return f"{1000 * float(seconds):.3f}"


def whole(corpus: Path, tables: tuple[str, ...]) -> Case:
    """Give all hosts, and tables of requests one after the other."""
    requests = read_all_requests([corpus / f"VM_data_{table}.csv" for table in tables])
    assert requests is not None
    return Case(read_hosts_table(corpus / "PM_res.csv"), requests, requests.order)


def shuffled(corpus: Path, seed: int) -> Case:
    """Give all hosts, and C1 and C2 together in any order."""
    case = whole(corpus, ("C1", "C2"))
    order = np.random.default_rng(seed).permutation(np.array(case.order))
    return Case(case.hosts, case.requests, tuple(order.tolist()))


def drawn(corpus: Path) -> Case:
    """Draw the hosts of churn, and the order of its guests."""
    case, draw = whole(corpus, ("C1", "C2")), np.random.default_rng(0)
    order = draw.permutation(np.array(case.order))
    head, *rows = (corpus / "PM_res.csv").read_text(encoding="utf-8-sig").split()
    chosen = draw.choice(len(rows), CHURN_HOSTS, replace=False)
    hosts = read_hosts_table(Text("\n".join([head, *(rows[i] for i in chosen.tolist())])))
    return Case(hosts, case.requests, tuple(order.tolist()))


def bound(case: Case) -> int:
    """Give the most requests that anybody holds."""
    return bound_requests(lower_fleet(Fleet(hosts=case.hosts)), case.requests.shapes, case.order).most


def runs(corpus: Path) -> Iterator[tuple[Row, Callable[[], Row]]]:
    """Give every run: what it is known by, and what does it."""
    known: dict[str, Case] = {}

    def case(name: str) -> Case:
        if name not in known:
            known.clear()
            if name in SEQUENCES:
                known[name] = whole(corpus, SEQUENCES[name])
            else:
                known[name] = drawn(corpus) if name == "churn" else shuffled(corpus, int(name.split()[1]))
        return known[name]

    def fill_one(name: str, policy: str) -> Row:
        return {"held": str(bound(case(name)))} if policy == "bound" else filled(case(name), policy)

    for name in SEQUENCES:
        for policy in ("bound", OURS, *ONLINE):
            yield {"kind": "filling", "case": name, "policy": policy}, partial(fill_one, name, policy)
    for load, seed in product(CHURN_LOADS, CHURN_SEEDS):
        for policy in (OURS, *ONLINE):
            row = {"kind": "churn", "case": f"load {load:g}, seed {seed}", "policy": policy}
            yield (
                row,
                partial(lambda *one: churned(case("churn"), one[0], load=one[1], seed=one[2]), policy, load, seed),
            )
    for shuffle in SHUFFLES:
        for policy in ("bound", OURS, *ONLINE):
            name = f"shuffle {shuffle}"
            yield {"kind": "filling", "case": name, "policy": policy}, partial(fill_one, name, policy)
    for policy in (OURS, *ONLINE):
        row = {"kind": "curve", "case": CURVE, "policy": policy}
        yield row, partial(lambda one: curve_of_filling(case(CURVE), one), policy)


def main(arguments: list[str] | None = None) -> int:
    """Run what the results lack, and write plot and page."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fleet_time", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, help="the folder of the data set")
    parser.add_argument("--report", action="store_true", help="only plot and write the page from the results")
    given = parser.parse_args(arguments)
    if not given.report:
        known = Path(os.environ["PLACER_CORPUS"]) / "fleet" if "PLACER_CORPUS" in os.environ else None
        corpus = given.corpus or known
        if corpus is None:
            parser.error("--corpus is missing, and PLACER_CORPUS is not set")
        done = {(row["kind"], row["case"], row["policy"]) for row in read(RESULTS)}
        for row, run in runs(corpus):
            if tuple(row.values()) not in done:
                print(", ".join(row.values()), file=sys.stderr, flush=True)
                append(RESULTS, COLUMNS, {**dict.fromkeys(COLUMNS, ""), **row, **run()})
    rows = read(RESULTS)
    plot(rows, PLOT)
    PAGE.write_text(render(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
