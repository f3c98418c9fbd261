"""
Rebalance hosts of 8 pnodes with 30 guests: the best end state within a budget, beside single moves taken greedily.

Run ``python -m benchmarks.rebalance``; it prints its table and writes benchmarks/rebalance.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import median
from textwrap import fill
from time import perf_counter

import numpy as np

from placer.assignment import IntArray, Problem, Status
from placer.assignment.context import SearchContext
from placer.instance import Guest, Host, Instance, Placement, Pnode, Vnode
from placer.lowering.moves import ABSENT, MOVING
from placer.rebalance.end_problem import EndProblem, end_problem
from placer.rebalance.goal import Goal
from placer.rebalance.judge import faults
from placer.rebalance.planning import plan_rebalance
from placer.rebalance.running import Kind, Resident, RunningHost

PAGE = Path(__file__).parent / "rebalance.md"
HOSTS, GUESTS, PNODES, PCPUS = 20, 30, 8, 16
FILLS, BUDGETS = (70, 85, 95), (1, 3, 10)
TIME_LIMIT_S = 5.0
GIB, PNODE_GIB = 1 << 20, 64
SIZES, VCPUS = (4, 8, 8, 12, 16, 24, 32), (2, 4, 4, 8, 16)
"""GiB and vcpus of guests before they are scaled to the fill; as common cloud shapes."""
STUCK = 0.1
"""Share of guests that never move, such as those with devices."""
MAIN = 2
"""The tier of nearness and free cores, where moves come last."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One host with one budget."""

    full: int
    budget: int
    now: int
    cost: int
    bound: int
    greedy: int
    status: Status
    moves: int
    seconds: float
    replayed: bool


def busy_host(seed: int, full: int) -> RunningHost:
    """Give a host whose guests were started one after the other on a random pnode with room, or on several without."""
    random = Random(1000 * full + seed)
    sizes = [random.choice(SIZES) for _ in range(GUESTS)]
    scale = full / 100 * PNODES * PNODE_GIB / sum(sizes)
    free = [PNODE_GIB] * PNODES
    guests, residents = [], []
    where: dict[str, tuple[int | None, ...]] = {}
    for i, size in enumerate(sizes):
        gib, vcpus = max(1, int(size * scale)), random.choice(VCPUS)
        order = random.sample(range(PNODES), PNODES)
        parts = [(p, gib) for p in order if free[p] >= gib][:1] or _spread(gib, free, order)
        for p, each in parts:
            free[p] -= each
        cut = [tuple(range(vcpus))[k :: len(parts)] for k in range(len(parts))]
        vnodes = [Vnode(memory_kib=each * GIB, vcpus=cut[k]) for k, (_, each) in enumerate(parts)]
        guests.append(Guest(name=f"g{i}", vnodes=vnodes))
        where[f"g{i}"] = tuple(p for p, _ in parts)
        kinds: tuple[Kind, ...] = () if random.random() < STUCK else ("migrate", "save")
        residents.append(Resident(name=f"g{i}", memory_kib=gib * GIB, kinds=kinds))
    return RunningHost(
        instance=Instance(host=_host(), guests=guests), placement=Placement(pnode_of=where), residents=tuple(residents)
    )


def _spread(gib: int, free: list[int], order: list[int]) -> list[tuple[int, int]]:
    """Fill pnodes one after the other."""
    parts = []
    for p in order:
        each = min(gib, free[p])
        if each:
            parts.append((p, each))
            gib -= each
    assert not gib
    return parts


def _host() -> Host:
    pnodes = [
        Pnode(
            id=p,
            memory_kib=PNODE_GIB * GIB,
            pcpus=range(PCPUS * p, PCPUS * (p + 1)),
            cores=[(c, c + 1) for c in range(PCPUS * p, PCPUS * (p + 1), 2)],
        )
        for p in range(PNODES)
    ]
    slit = [[10 if p == q else 16 if p // 4 == q // 4 else 32 for q in range(PNODES)] for p in range(PNODES)]
    return Host(pnodes=pnodes, slit=slit)


def greedy(ends: EndProblem, moves: int) -> int:
    """Take the single move that gains most as long as one gains, each beside all that is there; gives the cost."""
    problem = ends.problem
    site_of = problem.hint
    assert site_of is not None
    cost = _main(problem, site_of[None, :])[0]
    for _ in range(moves):
        tried = np.array([*_single_moves(ends, site_of)] or [site_of])
        tried = tried[problem.feasible(tried)]
        costs = _main(problem, tried) if len(tried) else np.array([cost])
        if costs.min() >= cost:
            break
        cost, site_of = costs.min(), tried[int(costs.argmin())]
    return int(cost)


def _main(problem: Problem, site_of: IntArray) -> IntArray:
    return np.asarray(problem.evaluate(site_of)[:, MAIN])


def _single_moves(ends: EndProblem, site_of: IntArray) -> Iterator[IntArray]:
    """Give each assignment in which one more guest is on another pnode."""
    first = ends.problem.n - len(ends.moved_items)
    for i, mover in enumerate(ends.moved_items):
        for p in range(PNODES):
            if len(mover.later) == 1 and site_of[mover.later[0]] != p:
                moved = site_of.copy()
                moved[mover.now] = PNODES + ABSENT
                moved[mover.later] = p
                moved[first + i] = PNODES + MOVING
                yield moved


def measure(seed: int, full: int, budget: int) -> Row:
    """Plan for one host with one budget, and replay the plan."""
    running, goal = busy_host(seed, full), Goal(moves=budget)
    start = perf_counter()
    plan = plan_rebalance(running, goal, SearchContext(time_limit_s=TIME_LIMIT_S), curve=False)
    seconds = perf_counter() - start
    assert plan.after is not None and plan.after.bounds
    return Row(
        full=full,
        budget=budget,
        now=plan.now.costs[MAIN],
        cost=plan.after.costs[MAIN],
        bound=plan.after.bounds[MAIN],
        greedy=greedy(end_problem(running, goal), budget),
        status=plan.status,
        moves=plan.moves,
        seconds=seconds,
        replayed=not faults(plan, seed=seed),
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and write; fails if a plan cannot be replayed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rebalance", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.parse_args(arguments)
    load = os.getloadavg()[1]
    measure(0, FILLS[0], 1)  # imports what a run uses
    rows = [measure(seed, full, budget) for full in FILLS for budget in BUDGETS for seed in range(HOSTS)]
    page = _page(rows, load)
    print(page)
    PAGE.write_text(page, encoding="utf-8")
    return int(not all(row.replayed for row in rows))


def _page(rows: list[Row], load: float) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "networkx", "ortools"))
    lines = [_line([r for r in rows if (r.full, r.budget) == (f, b)]) for f in FILLS for b in BUDGETS]
    worst = max((row.cost - row.bound) / row.cost for row in rows)
    replayed = sum(row.replayed for row in rows)
    about = (
        f"Made by `python -m benchmarks.rebalance`: {HOSTS} hosts for each fill, of {PNODES} pnodes of {PNODE_GIB} GiB "
        f"with {PCPUS} threads, and {GUESTS} guests that were started one after the other on random pnodes with room. "
        f"One in ten never moves. Each plan has {TIME_LIMIT_S:.0f} s, without the curve. Costs are those of nearness "
        "and free cores, in percent of the cost before the moves. *Greedy* takes the single move that gains most, as "
        "long as one gains. The gap is that of the cost to its proved bound. "
        f"Python {platform.python_version()}, {versions}, {os.cpu_count()} cores, "
        f"with other work beside it: a load of {load:.0f} when it began."
    )
    seen = (
        f"Of {len(rows)} plans {replayed} were replayed without a fault by the judge, which shares no code with the "
        f"planner. The largest gap of all is {100 * worst:.1f} %."
    )
    head = (
        "| full | moves at most | OPTIMAL | cost | greedy | largest gap | moves | s, median | s, longest |\n"
        "| --: | --: | --: | --: | --: | --: | --: | --: | --: |\n"
    )
    return f"# Moves of running guests\n\n{fill(about, 120)}\n\n{head}{''.join(lines)}\n{fill(seen, 120)}\n"


def _line(rows: list[Row]) -> str:
    optimal = sum(row.status is Status.OPTIMAL for row in rows)
    mean = sum(100 * row.cost / row.now for row in rows) / len(rows)
    plain = sum(100 * row.greedy / row.now for row in rows) / len(rows)
    gap = max((row.cost - row.bound) / row.cost for row in rows)
    moves = sum(row.moves for row in rows) / len(rows)
    seconds = [row.seconds for row in rows]
    return (
        f"| {rows[0].full} % | {rows[0].budget} | {optimal} of {len(rows)} | {mean:.2f} | {plain:.2f} "
        f"| {100 * gap:.1f} % | {moves:.1f} | {median(seconds):.1f} | {max(seconds):.1f} |\n"
    )


if __name__ == "__main__":
    sys.exit(main())
