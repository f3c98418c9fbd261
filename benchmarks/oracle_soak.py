"""
Solve random small instances that mix every feature, and compare each answer with an oracle that enumerates.

``python -m benchmarks.oracle_soak --first 0 --count 1000`` adds a line for each thousand seeds to
results/oracle_soak.csv; the oracle is that of the tests (tests/support/oracle.py). Seeds that differ are printed, and
the exit code is 1.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from time import process_time

from msgspec.structs import replace

import placer
from benchmarks.result_rows import append
from benchmarks.runs import commit
from placer.instance import Instance, Placement
from placer.instance.previous import restricted_to
from tests.solving.test_flexible import loosened
from tests.support.oracle import best, feasible
from tests.support.random_instances import random_instance, random_placement, with_claims, with_huge_pages
from tests.whole.test_sets import random_case

RESULTS = Path(__file__).parent / "results" / "oracle_soak.csv"
PIECE = 1000
COLUMNS = ("first", "count", *("placed", "impossible", "too large"), "flexible", "kept", "differ", "cpu_s", "placer")


def main(arguments: list[str] | None = None) -> int:
    """Run the seeds asked for, piece by piece."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oracle_soak", description=__doc__)
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="the first seed, default 0")
    parser.add_argument("--count", type=int, default=100_000, help="how many seeds, default 100,000")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="pieces of 1,000 seeds at a time")
    asked = parser.parse_args(arguments)
    firsts = range(asked.first, asked.first + asked.count, PIECE)
    last, differ = asked.first + asked.count, 0
    with ProcessPoolExecutor(asked.jobs) as pool:
        for row in pool.map(_piece, [(first, min(PIECE, last - first)) for first in firsts]):
            append(RESULTS, COLUMNS, row)
            differ += int(row["differ"])
            print(row, file=sys.stderr, flush=True)
    return bool(differ)


def mixed(seed: int) -> tuple[Instance, bool, Placement | None]:
    """Draw an instance, whether vnodes may stay without a pnode, and a placement to keep or None."""
    random = Random(seed)
    kind = random.random()
    if kind < 0.2:
        instance = loosened(seed)
    elif kind < 0.3:
        return random_case(seed), False, None
    else:
        instance = random_instance(seed)
        if random.random() < 0.2:
            instance = with_claims(seed, instance)
        if random.random() < 0.25:
            instance = with_huge_pages(seed, instance)
    kept = None
    if random.random() < 0.25:
        few = instance.with_fewest_vnodes()
        kept = restricted_to(random_placement(seed, few), few)
    return instance, random.random() < 0.3, kept


def difference(seed: int) -> tuple[str, str]:
    """
    Compare one answer with the oracle's.

    Returns
    -------
    outcome : str
        ``placed``, ``impossible`` or ``too large``.
    difference : str
        In words; empty if there is none.
    """
    instance, allow_unplaced, kept = mixed(seed)
    strategy = ("optimal", "optimal", "optimal", "branch-and-bound", "cpsat")[seed % 5]
    try:
        expected = best(instance, allow_unplaced, kept)
        if expected is None and any(guest.form == "set" for guest in instance.guests):
            expected = best(replace(instance, sets_may_stray=True), allow_unplaced, kept)
    except ValueError:
        return "too large", ""
    answer = placer.solve(
        instance, strategy=strategy, allow_unplaced=allow_unplaced, keep=kept, workers=1, time_limit_s=300
    )
    outcome = "placed" if expected else "impossible"
    costs = tuple(tier.cost for tier in answer.tiers)
    bounds = tuple(tier.bound for tier in answer.tiers)
    if answer.status is not (placer.Status.OPTIMAL if expected else placer.Status.INFEASIBLE):
        return outcome, f"seed {seed}, {strategy}: {answer.status}, the oracle says {expected and expected[0]}"
    if expected is None:
        return outcome, "" if answer.reason else f"seed {seed}, {strategy}: no reason"
    if costs != expected[0] or bounds != expected[0]:
        return outcome, f"seed {seed}, {strategy}: costs {costs}, bounds {bounds}, the oracle says {expected[0]}"
    assert answer.instance is not None
    assert answer.placement is not None
    if not feasible(answer.instance, answer.placement, allow_unplaced):
        return outcome, f"seed {seed}, {strategy}: {answer.placement} breaks a rule"
    return outcome, ""


def _piece(asked: tuple[int, int]) -> dict[str, str]:
    first, count = asked
    began, outcomes, differ = process_time(), Counter[str](), 0
    for seed in range(first, first + count):
        outcome, said = difference(seed)
        instance, _, kept = mixed(seed)
        outcomes[outcome] += 1
        outcomes["flexible"] += any(guest.flexible for guest in instance.guests)
        outcomes["kept"] += kept is not None
        if said:
            differ += 1
            print(said, file=sys.stderr, flush=True)
    numbers = {name: str(outcomes[name]) for name in COLUMNS[2:7]}
    cpu_s = f"{process_time() - began:.0f}"
    known = {"first": str(first), "count": str(count)}
    return {**known, **numbers, "differ": str(differ), "cpu_s": cpu_s, "placer": commit()}


if __name__ == "__main__":
    sys.exit(main())
