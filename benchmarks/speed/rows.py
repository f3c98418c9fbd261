"""The rows of the speed table: the cases to solve, and the aims."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from msgspec.structs import replace

from benchmarks.gqap import read_problem
from benchmarks.hosts import FOLDER, loaded
from benchmarks.speed.hosts import GIB, crowded, fragmented, gb200, hierarchical, mesh, one_guest, single
from placer.assignment import Problem
from placer.formats.native.instance_json import read_instance
from placer.instance import Host, Instance

SEEDS = (1, 2, 3, 4, 5)
Make = Callable[[], Instance | Problem]


@dataclass(frozen=True, kw_only=True)
class Run:
    """The figures of a run; times are seconds since its start, ``gap`` and ``known`` are None if there is none."""

    case: str
    seed: int
    status: str
    cost: int | None
    gap: float | None
    known: int | None
    first_s: float
    found_s: float
    seconds: float
    peak_mib: int
    load: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    A row of the speed table.

    Parameters
    ----------
    key, title, aim
        The name of the row, its description and its aim, in words.
    limit_s
        Time limit of a run.
    cases
        Gives for a seed the instances to solve, by name; none if their data is not available.
    misses
        Gives for a list of runs the parts of the aim that they miss, in words.
    until_known
        Whether a run ends when it finds the known value.
    """

    key: str
    title: str
    aim: str
    limit_s: float
    cases: Callable[[int], dict[str, Make]]
    misses: Callable[[list[Run]], list[str]]
    until_known: bool = False


def proved(runs: list[Run], *, median_s: float, worst_s: float) -> list[str]:
    """Aim: every run is proved within these times."""
    return [*_unproved(runs), *_slow([run.seconds for run in runs], median_s, worst_s)]


def close(runs: list[Run], *, gap: float) -> list[str]:
    """Aim: every run ends with a proof or a small gap."""
    far = [run for run in runs if run.gap is None or run.gap > gap]
    return [f"{len(far)} of {len(runs)} above {100 * gap:.0f} %: {_names(far)}"] if far else []


def close_and_soon(runs: list[Run], *, gap: float, first_s: float) -> list[str]:
    """Aim: every run finds a first placement early and ends with a small gap."""
    late = [run for run in runs if run.first_s > first_s]
    said = [f"first placement after up to {max(run.first_s for run in late):.1f} s"] if late else []
    return [*close(runs, gap=gap), *said]


def found_and_proved(runs: list[Run], *, found_s: float, worst_s: float) -> list[str]:
    """Aim: every run finds the best cost early and ends with a proof."""
    late = [run for run in runs if run.found_s > found_s]
    said = [f"{len(late)} of {len(runs)} without the best cost after {found_s} s"] if late else []
    return [*said, *_unproved(runs), *_slow([run.seconds for run in runs], worst_s, worst_s)]


def known_found(runs: list[Run], *, median_s: float, worst_s: float) -> list[str]:
    """Aim: every run finds the best known value."""
    missed = [run for run in runs if run.cost is None or run.known is None or run.cost > run.known]
    said = [f"{len(missed)} of {len(runs)} above the known value: {_names(missed)}"] if missed else []
    return [*said, *_slow([run.found_s for run in runs], median_s, worst_s)]


def known_proved(runs: list[Run], *, found_s: float, median_s: float, worst_s: float, least: int) -> list[str]:
    """Aim: every run finds the best known value early, and that many cases are proved for each seed."""
    said = known_found(runs, median_s=found_s, worst_s=found_s)
    cases = _cases(runs)
    good = [
        case for case in cases if all(r.status == "OPTIMAL" and r.seconds <= worst_s for r in runs if r.case == case)
    ]
    if len(good) < least:
        said.append(f"proved in {len(good)} of {len(cases)}; not in {', '.join(sorted(set(cases) - set(good)))}")
    return said + _slow([run.seconds for run in runs], median_s, float("inf"))


def _cases(runs: list[Run]) -> list[str]:
    return list(dict.fromkeys(run.case for run in runs))


def _unproved(runs: list[Run]) -> list[str]:
    open_runs = [run for run in runs if run.status not in {"OPTIMAL", "INFEASIBLE"}]
    return [f"{len(open_runs)} of {len(runs)} unproved: {_names(open_runs)}"] if open_runs else []


def _slow(times: list[float], median_s: float, worst_s: float) -> list[str]:
    said = []
    if median(times) > median_s:
        said.append(f"median {median(times):.2g} s")
    if max(times) > worst_s:
        said.append(f"worst {max(times):.2g} s")
    return said


def _names(runs: list[Run]) -> str:
    cases = _cases(runs)
    return ", ".join(cases[:4]) + (f" and {len(cases) - 4} more" if len(cases) > 4 else "")


def shipped(name: str) -> Host:
    """Give the host of an example instance without its running guests."""
    return replace(read_instance(FOLDER / f"{name}.json").host, domains=())


def _singles(name: str, seed: int) -> dict[str, Make]:
    def make(load: str, count: int, equal: bool) -> Instance:
        numbers = np.random.default_rng([seed, count, equal])
        return single(loaded(shipped(name), load, seed), count, equal=equal, numbers=numbers)

    return {
        f"{load}, {count} {'equal' if equal else 'unequal'}": partial(make, load, count, equal)
        for load in ("empty", "fragmented")
        for count in range(2, 9)
        for equal in (True, False)
    }


def _forty(vcpus_per_core: float, seed: int) -> dict[str, Make]:
    def make() -> Instance:
        numbers = np.random.default_rng(seed)
        return crowded(shipped("forty-guests"), 40, 80, vcpus_per_core=vcpus_per_core, numbers=numbers)

    return {"40 guests": make}


def _two_hundred(vcpus_per_core: float, seed: int) -> dict[str, Make]:
    def make() -> Instance:
        numbers = np.random.default_rng(seed)
        return crowded(hierarchical(64, cores=16), 200, 420, vcpus_per_core=vcpus_per_core, numbers=numbers)

    return {"200 guests": make}


def _equal(seed: int) -> dict[str, Make]:
    def make(count: int) -> Instance:
        host = fragmented(hierarchical(2 * count), np.random.default_rng(seed))
        return one_guest(host, [24 * GIB] * count, [4] * count)

    return {f"{count} on {2 * count}": partial(make, count) for count in (16, 32)}


def _unequal(host: Host, count: int, numbers: np.random.Generator, *, traffic: bool) -> Instance:
    usable = [pnode.memory_kib for pnode in host.pnodes if pnode.memory_kib]
    sizes = [round(part * sum(usable) / len(usable)) // 1024 * 1024 for part in numbers.uniform(0.2, 0.6, count)]
    widths = numbers.integers(1, 9, count).tolist()
    return one_guest(host, sizes, widths, numbers.integers(0, 10, (count, count)).tolist() if traffic else None)


def _own_traffic(seed: int) -> dict[str, Make]:
    def make(count: int) -> Instance:
        numbers = np.random.default_rng(seed)
        return _unequal(fragmented(hierarchical(2 * count), numbers), count, numbers, traffic=True)

    return {f"{count} on {2 * count}": partial(make, count) for count in (16, 32)}


def _odd_hosts(seed: int) -> dict[str, Make]:
    def make(host: Callable[[], Host], count: int) -> Instance:
        return _unequal(host(), count, np.random.default_rng(seed), traffic=False)

    def with_memory_alone() -> Instance:
        numbers = np.random.default_rng(seed)
        sizes = (numbers.integers(28, 113, 12) * GIB).tolist()
        return one_guest(gb200(), sizes, [int(w) * (v % 3 < 2) for v, w in enumerate(numbers.integers(1, 9, 12))])

    return {
        "16 on Phytium": partial(make, partial(shipped, "phytium-16n"), 16),
        "12 on GB200, a third without vcpus": with_memory_alone,
    }


def _mesh(seed: int) -> dict[str, Make]:
    def make() -> Instance:
        return one_guest(fragmented(mesh(8), np.random.default_rng(seed)), [24 * GIB] * 16, [4] * 16)

    return {"16 on 8 x 8": make}


def corpus(name: str) -> Path | None:
    """Find a file or folder of the corpus, if PLACER_CORPUS is set."""
    folder = os.environ.get("PLACER_CORPUS")
    return Path(folder) / name if folder else None


def _gqap(pattern: str, _seed: int) -> dict[str, Make]:
    folder = corpus("gqap")
    return {path.name: partial(read_problem, path) for path in sorted(folder.glob(pattern))} if folder else {}


HOSTS = ("epyc-8n", "forty-guests", "hygon-memoryless", "opteron-8n")
"""Example instances with hosts of eight pnodes."""

ROWS: tuple[Row, ...] = (
    *(
        Row(
            key=f"single-{name}",
            title=f"one guest of 2 to 8 vnodes, equal and unequal, on {name}, empty and fragmented",
            aim="OPTIMAL, median 20 ms, worst 300 ms",
            limit_s=10,
            cases=partial(_singles, name),
            misses=partial(proved, median_s=0.02, worst_s=0.3),
        )
        for name in HOSTS
    ),
    *(
        Row(
            key=f"forty-{vcpus_per_core}",
            title=f"40 guests of 80 vnodes on 8 pnodes, 85 % of the memory, {vcpus_per_core} vcpus a core",
            aim=f"OPTIMAL in {seconds} s",
            limit_s=30,
            cases=partial(_forty, vcpus_per_core),
            misses=partial(proved, median_s=seconds, worst_s=seconds),
        )
        for vcpus_per_core, seconds in ((0.95, 1), (2.5, 5))
    ),
    Row(
        key="equal",
        title="16 equal vnodes on a fragmented tree of 32 pnodes, 32 on 64",
        aim="OPTIMAL in 0.2 s",
        limit_s=10,
        cases=_equal,
        misses=partial(proved, median_s=0.2, worst_s=0.2),
    ),
    Row(
        key="traffic",
        title="the same with unequal vnodes and traffic of their own",
        aim="gap of 5 % in 10 s",
        limit_s=10,
        cases=_own_traffic,
        misses=partial(close, gap=0.05),
    ),
    Row(
        key="odd-hosts",
        title="16 unequal vnodes on 16 pnodes of Phytium, 12 on 34 of GB200",
        aim="OPTIMAL or a gap of 5 % in 10 s",
        limit_s=10,
        cases=_odd_hosts,
        misses=partial(close, gap=0.05),
    ),
    Row(
        key="mesh",
        title="16 equal vnodes on a fragmented mesh of 8 x 8",
        aim="best cost in 0.5 s, OPTIMAL in 60 s",
        limit_s=60,
        cases=_mesh,
        misses=partial(found_and_proved, found_s=0.5, worst_s=60),
    ),
    *(
        Row(
            key=f"two-hundred-{vcpus_per_core}",
            title=f"200 guests of 420 vnodes on 64 pnodes, 85 % of the memory, {vcpus_per_core} vcpus a core",
            aim="first placement in 1 s, gap of 2 % in 30 s",
            limit_s=30,
            cases=partial(_two_hundred, vcpus_per_core),
            misses=partial(close_and_soon, gap=0.02, first_s=1),
        )
        for vcpus_per_core in (0.8, 1.3)
    ),
    Row(
        key="cordeau",
        title="GQAP, Cordeau's 11 instances",
        aim="best known value, median 1 s, worst 60 s",
        limit_s=60,
        cases=partial(_gqap, "*.txt"),
        misses=partial(known_found, median_s=1, worst_s=60),
        until_known=True,
    ),
    Row(
        key="lee-ma",
        title="GQAP, Lee and Ma's 19 instances",
        aim="optimum found in 1 s, 17 proved in 60 s, median 5 s",
        limit_s=60,
        cases=partial(_gqap, "*X*"),
        misses=partial(known_proved, found_s=1, median_s=5, worst_s=60, least=17),
    ),
)
