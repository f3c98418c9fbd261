"""
Place guests on fleets: the fewest hosts, how many requests can be held, and what others reach, in the same run.

Run ``python -m benchmarks.fleet --corpus FOLDER``; it writes benchmarks/results/fleet.csv and benchmarks/fleet.md.
FOLDER has PM_res.csv, VM_data_C1.csv and VM_data_C2.csv of the data set of Huawei Cloud for placement with topology.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from textwrap import fill
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.fleet_peers import FIRST, ONLINE, Shape, decreasing, largest_first, place
from placer.fleet.bound.certificate import too_many
from placer.fleet.bound.requests import bound_requests
from placer.fleet.bound.verdict import check_certificate
from placer.fleet.files.hosts_table import read_hosts_table
from placer.fleet.files.requests_table import Requests, guests_of_requests, read_all_requests
from placer.fleet.model.entries import FleetGuest, FleetHost
from placer.fleet.model.fleet import Fleet
from placer.fleet.model.rules import FleetRule
from placer.fleet.plan.judge import judge
from placer.fleet.plan.solving import solve
from placer.fleet.problem.asked import with_requests
from placer.fleet.problem.problem import lower_fleet
from placer.formats.text.files import Text
from placer.instance import Guest, Host, Pnode, Vnode

FOLDER = Path(__file__).parent
PAGE, RESULTS = FOLDER / "fleet.md", FOLDER / "results" / "fleet.csv"
GIB = 2**20
SEED = 0
"""Of hosts that are drawn, and of guests on hosts of 8 pnodes."""
SEQUENCES = {"C1,C2,C1": ("C1", "C2", "C1"), "C2,C1,C2": ("C2", "C1", "C2")}
MOST_HOSTS = 5_000
"""Most hosts on which all peers run: they look at every host for every guest. On more only the best of them runs."""
MANY_ENTRIES = 1_000
"""Most entries of hosts for one process; more are placed by two."""
AIMS = {
    "fewest hosts, C1": "= bound, 3 s, 400 MiB",
    "fewest hosts, C2": "= bound, 3 s, 400 MiB",
    "fewest hosts, 17,387 hosts, 50,810 guests": "= bound, 3 s, 400 MiB",
    "2,000 hosts that all differ, 8,000 guests": "",
    "10,000 hosts that all differ, 40,000 guests": "gap 0.1 %, 60 s",
    "300 hosts of 8 pnodes, even sizes, rules on a third": "gap 0.5 %, 30 s",
    "300 hosts of 8 pnodes, odd sizes, rules on a third": "gap 0.5 %, 30 s",
    "requests held, C1,C2,C1": "6,704 or tighter, attained, 2 s",
    "requests held, C2,C1,C2": "7,346 or tighter, attained, 2 s",
}
"""The cases, with what is aimed at."""
EVEN = list(
    zip(
        [(1, 4, 16), (1, 8, 32), (2, 8, 24), (2, 16, 64), (4, 8, 32), (8, 6, 24), (1, 2, 8)],
        [0.2, 0.2, 0.15, 0.1, 0.1, 0.05, 0.2],
        strict=True,
    )
)
"""Vnodes, vcpus and GiB of each, and their part of the guests."""
ODD = list(
    zip(
        [(1, 7, 20), (1, 3, 50), (2, 9, 40), (3, 8, 24), (4, 11, 36), (5, 5, 30), (6, 7, 18), (7, 6, 28), (8, 5, 22)],
        [0.25, 0.15, 0.15, 0.12, 0.09, 0.08, 0.06, 0.05, 0.05],
        strict=True,
    )
)
FIELDS = ("case", "value", "bound", "cpu_s", "seconds", "check_s", "mib", "peers")
ON_TWO_CORES = ("10,000 hosts",)
"""Cases that may use two cores at a time, so that twice the seconds of their aim are cpu seconds."""


def fewest(fleet: Fleet, *, time_limit_s: float = 600.0) -> dict[str, Any]:
    """Solve a fleet for the fewest hosts, and check plan and certificate."""
    start, used = perf_counter(), _cpu_s()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        many = len(fleet.hosts) > MANY_ENTRIES
        plan = solve(fleet, time_limit_s=time_limit_s, workers=1, executor=workers if many else None)
        seconds = perf_counter() - start
    cpu_s = _cpu_s() - used  # workers count when they have ended
    checking = perf_counter()
    assert all(proof.holds for proof in check_certificate(fleet, plan.certificate))
    check_s = perf_counter() - checking
    assert judge(fleet, {name: host.placement for name, host in plan.hosts.items()}) == []
    tier = plan.tiers[-1]
    assert not plan.unplaced
    return {"value": tier.value, "bound": tier.bound, "cpu_s": cpu_s, "seconds": seconds, "check_s": check_s}


def held(corpus: Path, tables: tuple[str, ...]) -> dict[str, Any]:
    """Bound how many requests of a sequence can be held, and let the peers try."""
    hosts = read_hosts_table(corpus / "PM_res.csv")
    requests = read_all_requests([corpus / f"VM_data_{table}.csv" for table in tables])
    assert requests is not None
    problem = lower_fleet(Fleet(hosts=hosts))
    start, used = perf_counter(), _cpu_s()
    found = bound_requests(problem, requests.shapes, requests.order)
    seconds, cpu_s = perf_counter() - start, _cpu_s() - used
    assert found.claim is not None
    checking = perf_counter()
    assert too_many(found.claim, with_requests(problem, requests.shapes, requests.order, found.most + 1))
    check_s = perf_counter() - checking
    free, shapes = _free(hosts), _shapes(requests)
    peers = {name: place(free, shapes, requests.order, rule, until_refused=True)[0] for name, rule in ONLINE.items()}
    row = {"value": found.held, "bound": found.most, "cpu_s": cpu_s, "seconds": seconds, "check_s": check_s}
    return row | {"peers": peers}


def peers_fewest(hosts: tuple[FleetHost, ...], requests: Requests) -> dict[str, int]:
    """Let each peer place all guests, and count the hosts that it uses; one that leaves guests out is marked by -1."""
    free, shapes = _free(hosts), _shapes(requests)
    used = {}
    ordered = decreasing(free, shapes, requests.order)
    placed, count = place(largest_first(free), shapes, ordered, FIRST, until_refused=False)
    used["first-fit-decreasing"] = count if placed == len(ordered) else -1
    for name, rule in ONLINE.items() if len(free) <= MOST_HOSTS else ():
        placed, count = place(free, shapes, requests.order, rule, until_refused=False)
        used[name] = count if placed == len(requests.order) else -1
    return used


def _free(hosts: tuple[FleetHost, ...]) -> Any:
    rows = {name: entry for entry in hosts for name in entry.each}
    ordered = sorted(rows, key=lambda name: int(name.rpartition("-")[2]))
    return np.array([[(len(p.pcpus), p.memory_kib // GIB) for p in rows[name].host.pnodes] for name in ordered])


def _shapes(requests: Requests) -> list[Shape]:
    return [(len(s.vnodes), len(s.vnodes[0].vcpus), s.vnodes[0].memory_kib // GIB) for s in requests.shapes]


def _table(corpus: Path, name: str, guests: int | None = None) -> Requests:
    """Read a table of requests, or repeat it up to a number of guests."""
    path = corpus / f"VM_data_{name}.csv"
    head, *rows = path.read_text(encoding="utf-8-sig").splitlines()
    count = len(rows) if guests is None else guests
    text = "\n".join([head, *(rows[i % len(rows)] for i in range(count))])
    requests = read_all_requests([Text(text, path.name)])
    assert requests is not None
    return requests


def drawn_hosts(corpus: Path, count: int) -> tuple[FleetHost, ...]:
    """Draw hosts from those of the data set, with repetition."""
    head, *rows = (corpus / "PM_res.csv").read_text(encoding="utf-8-sig").split()
    drawn = np.random.default_rng(SEED).integers(0, len(rows), count)
    return read_hosts_table(Text("\n".join([head, *(rows[i] for i in drawn)])))


def different_hosts(count: int) -> tuple[FleetHost, ...]:
    """Draw the free cpus and memory of every pnode."""
    draw = np.random.default_rng(SEED)
    ranges = ((2, 68, 2), (2, 101, 4), (2, 68, 2), (2, 101, 4))
    columns = [draw.integers(low, high, count) * unit for low, high, unit in ranges]
    rows = [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    return read_hosts_table(Text("\n".join(["CPU1,RAM1,CPU2,RAM2", *rows])))


def eight_pnodes(*, odd: bool) -> Fleet:
    """
    Give 300 hosts of 8 pnodes of five kinds in 10 racks, and guests of 1 to 8 vnodes, a third of them with rules.

    Even sizes divide the pnodes well, and only rules keep guests apart, six and six. Odd sizes do not: memory and vcpus
    alone need 123 hosts of them. Of their guests with rules a half stay apart, a third are at most two in a rack, and
    the others stay together in pairs.
    """
    draw = np.random.default_rng(SEED)
    kinds = [[(30, 120)] * 8, [(24, 192)] * 8, [(32, 128)] * 8]
    kinds += [
        list(zip(draw.integers(6, 31, 8).tolist(), (4 * draw.integers(10, 49, 8)).tolist(), strict=True)) for _ in "ab"
    ]
    hosts = []
    for kind, pnodes in enumerate(kinds):
        first_cpus = np.cumsum([0, *(cpus for cpus, _ in pnodes)]).tolist()
        made = [
            Pnode(id=p, memory_kib=gib * GIB, pcpus=range(first_cpus[p], first_cpus[p] + cpus))
            for p, (cpus, gib) in enumerate(pnodes)
        ]
        named = [(f"kind{kind}-rack{rack}", {"rack": f"r{rack}"}) for rack in range(10)]
        hosts += [FleetHost(host=Host(name=name, pnodes=made), count=6, groups=groups) for name, groups in named]
    shapes = ODD if odd else EVEN
    counts = draw.multinomial(1500 if odd else 2400, [part for _, part in shapes]).tolist()
    guests = []
    for i, (((vnodes, vcpus, gib), _), count) in enumerate(zip(shapes, counts, strict=True)):
        parts = [Vnode(memory_kib=gib * GIB, vcpus=range(v * vcpus, (v + 1) * vcpus)) for v in range(vnodes)]
        guests.append(FleetGuest(guest=Guest(name=f"s{i}", vnodes=parts, one_to_one=vnodes > 1), count=count))
    if odd:
        names = [name for guest in guests for name in guest.each]
        return Fleet(hosts=hosts, guests=guests, rules=_rules(draw.permutation(names)[: len(names) // 3].tolist()))
    rules = []
    for i, count in enumerate(counts):
        named_ = [f"s{i}-{n}" for n in range(count // 3)]
        rules += [FleetRule(apart=named_[n : n + 6]) for n in range(0, len(named_) - 1, 6)]
    return Fleet(hosts=hosts, guests=guests, rules=[rule for rule in rules if len(rule.members) > 1])


def _rules(names: list[str]) -> list[FleetRule]:
    half, most = len(names) // 2, 5 * len(names) // 6
    rules = [FleetRule(apart=names[n : min(n + 6, half)]) for n in range(0, half, 6)]
    rules += [FleetRule(at_most=names[n : min(n + 12, most)], most=2, within="rack") for n in range(half, most, 12)]
    return rules + [FleetRule(together=names[n : n + 2]) for n in range(most, len(names) - 1, 2)]


def measure(case: str, corpus: Path) -> dict[str, Any]:
    """Measure one case in this process."""
    if case.startswith("requests held, "):
        return held(corpus, SEQUENCES[case.removeprefix("requests held, ")])
    if "8 pnodes" in case:
        return fewest(eight_pnodes(odd="odd" in case))
    if case.startswith("fewest hosts, C"):
        hosts, requests = read_hosts_table(corpus / "PM_res.csv"), _table(corpus, case[-2:])
    elif "17,387" in case:
        hosts, requests = drawn_hosts(corpus, 17_387), _table(corpus, "C1", 50_810)
    else:
        count = int(case.split(maxsplit=1)[0].replace(",", ""))
        hosts, requests = different_hosts(count), _table(corpus, "C1", 4 * count)
    guests, _, _ = guests_of_requests(requests)
    row = fewest(Fleet(hosts=hosts, guests=guests))
    row["mib"] = _mib()
    return row | {"peers": peers_fewest(hosts, requests)}


def _cpu_s() -> float:
    """Give the cpu seconds of this process and of those that it waited for."""
    ran = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in ran)


def _mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(arguments: list[str] | None = None) -> int:
    """Measure each case in a process of its own, and write table and page."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fleet", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, help="the folder of the data set")
    parser.add_argument("--case", choices=list(AIMS), action="append", help="only this case; others keep their rows")
    parser.add_argument("--one", choices=list(AIMS), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    corpus = given.corpus or (Path(os.environ["PLACER_CORPUS"]) / "fleet" if "PLACER_CORPUS" in os.environ else None)
    if corpus is None:
        parser.error("--corpus is missing, and PLACER_CORPUS is not set")
    if given.one is not None:
        row = measure(given.one, corpus)
        print(json.dumps({"mib": _mib(), **row}))
        return 0
    rows = {row["case"]: row for row in _read()}
    for case in given.case or AIMS:
        print(case, file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "benchmarks.fleet", "--corpus", str(corpus), "--one", case]
        ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        rows[case] = {"case": case, **json.loads(ran.stdout)}
    _write([rows[case] for case in AIMS if case in rows])
    page = render([rows[case] for case in AIMS if case in rows], os.getloadavg()[1])
    print(page)
    PAGE.write_text(page, encoding="utf-8")
    return 0


def _read() -> list[dict[str, Any]]:
    if not RESULTS.exists():
        return []
    with RESULTS.open(encoding="utf-8", newline="") as file:
        return [{**row, "peers": json.loads(row["peers"] or "{}")} for row in csv.DictReader(file)]


def _write(rows: list[dict[str, Any]]) -> None:
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n", restval="")
        writer.writeheader()
        for row in rows:
            kept = {key: row[key] for key in FIELDS if key in row}
            writer.writerow({**kept, "peers": json.dumps(row.get("peers", {}))})


def render(rows: list[dict[str, Any]], load: float) -> str:
    """Write the page from the rows."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "highspy", "ortools"))
    about = (
        "Made by `python -m benchmarks.fleet` from the hosts and requests of the data set of Huawei Cloud for "
        "placement with topology (CC0): 1,710 hosts of two pnodes, tables C1 and C2 of 4,998 requests. Seconds are "
        "without reading, with the placement of every distinct host; aims are compared with cpu seconds, of two cores "
        "where a case uses two, as the machine does other work. A check is that of the certificate. Memory is the most "
        "that the process held. Peers are restated in benchmarks/fleet_peers.py. "
        f"Python {platform.python_version()}, {versions}, "
        f"{os.cpu_count()} cores, with other work beside it: a load of {load:.0f} when it ended."
    )
    head = "| case | aim | found | bound | gap | cpu s | s | check s | MiB | peers |\n"
    head += "| --- | --- | --: | --: | --: | --: | --: | --: | --: | --- |\n"
    misses = [row["case"] for row in rows if not met(row)]
    said = "Missed: " + "; ".join(misses) + "." if misses else "Every aim is met."
    absent = [case for case in AIMS if case not in {row["case"] for row in rows}]
    said += f" Not measured yet: {'; '.join(absent)}." if absent else ""
    return f"# Fleets\n\n{fill(about, 120)}\n\n{head}{''.join(map(_line, rows))}\n{fill(said, 120)}\n"


def _gap(row: dict[str, Any]) -> float:
    value, bound = float(row["value"]), float(row["bound"])
    return abs(value - bound) / max(1.0, value)


def met(row: dict[str, Any]) -> bool:
    """Whether a row meets its aim; one without an aim does."""
    aim = AIMS[row["case"]]
    seconds = [float(part.split()[0]) for part in aim.split(", ") if part.endswith(" s")]
    gaps = [float(part.split()[1]) / 100 for part in aim.split(", ") if part.startswith("gap")]
    cores = 2 if row["case"].startswith(ON_TWO_CORES) else 1
    exact = "= bound" in aim or "attained" in aim
    most_mib = [float(part.split()[0]) for part in aim.split(", ") if part.endswith("MiB")]
    return (
        (not exact or _gap(row) == 0)
        and all(_gap(row) <= gap for gap in gaps)
        and all(float(row["cpu_s"]) <= most * cores for most in seconds)
        and all(float(row["mib"]) <= most for most in most_mib)
    )


def _line(row: dict[str, Any]) -> str:
    peers = row.get("peers") or {}
    shown = ", ".join(f"{name} {'left guests out' if value < 0 else f'{value:,}'}" for name, value in peers.items())
    return (
        f"| {row['case']} | {AIMS[row['case']]} | {int(row['value']):,} | {int(row['bound']):,} "
        f"| {100 * _gap(row):.2f} % | {float(row['cpu_s']):.2f} | {float(row['seconds']):.2f} "
        f"| {float(row['check_s']):.3f} | {row['mib']} | {shown} |\n"
    )


if __name__ == "__main__":
    sys.exit(main())
