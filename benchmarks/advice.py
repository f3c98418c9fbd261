"""
Apply each advice of random impossible instances, and see by the oracle that the changed instance can be placed.

``python -m benchmarks.advice`` takes 500 instances and writes benchmarks/advice.md. Each conflict that the report calls
irreducible is asked once more: its rules together, and without each one of them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from itertools import count
from pathlib import Path
from threading import Event

from benchmarks.runs import commit
from benchmarks.tables import table
from placer.assignment import Status
from placer.explain.clock import Clock
from placer.explain.constraints import FeasibilityQueries
from placer.explain.infeasible import find_conflicts_of
from placer.explain.repairs import least_repairs
from placer.instance import Instance
from tests.support.oracle import best
from tests.support.random_instances import random_instance

PAGE = Path(__file__).parent / "advice.md"
LIMIT_S = 60.0
"""Seconds for the conflicts of one instance; more than any takes, so that the result does not depend on the machine."""
COUNTED = (
    *("instances", "with a change", "advices", "advices that mend", "conflicts", "called irreducible"),
    "irreducible, asked again",
)


def main(arguments: list[str] | None = None) -> int:
    """Apply the advices and write the page; exit code 1 if one does not mend, or a conflict is not irreducible."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.advice", description=__doc__)
    parser.add_argument("--instances", type=int, default=500, metavar="N", help="impossible instances, default 500")
    asked = parser.parse_args(arguments)
    total, seed = Counter[str](), 0
    for seed in count():
        total += judged(random_instance(seed), seed)
        if total["instances"] >= asked.instances:
            break
    lines = [(name, f"{total[name]:,}") for name in COUNTED]
    PAGE.write_text(
        "# Advice of impossible instances\n\n"
        f"Seeds 0 to {seed} of the random instances of the tests, those that the oracle cannot place. Written by "
        f"`python -m benchmarks.advice`; placer {commit()}. Instances without a change have guests to leave out.\n\n"
        + table(("", "number"), lines),
        encoding="utf-8",
    )
    mends = total["advices"] == total["advices that mend"]
    return int(not mends or total["called irreducible"] != total["irreducible, asked again"])


def judged(instance: Instance, seed: int) -> Counter[str]:
    """Count the advices and conflicts of an instance, and how many hold; nothing of one that can be placed."""
    if best(instance) is not None:
        return Counter()
    found = Counter({"instances": 1})
    queries, clock = FeasibilityQueries(instance), Clock(LIMIT_S, Event())
    findings = find_conflicts_of(queries, clock)
    for drop in findings.repairs:
        for repair in least_repairs(queries, tuple(queries.rules[i] for i in drop), clock.context):
            changed = repair.change(instance)
            mends = not changed.guests or best(changed) is not None
            found.update({"advices": 1, "advices that mend": int(mends)})
            if not mends:
                print(f"seed {seed}: {repair.words} mends nothing", file=sys.stderr)
    found["with a change"] = int(found["advices"] > 0)
    for conflict, irreducible in zip(findings.all_conflicts, findings.irreducible, strict=True):
        found.update({"conflicts": 1, "called irreducible": int(irreducible)})
        found["irreducible, asked again"] += int(irreducible and _is_irreducible(queries, list(conflict)))
    return found


def _is_irreducible(queries: FeasibilityQueries, conflict: list[int]) -> bool:
    """Whether the rules of a conflict cannot hold together, and can without any one of them."""
    rules, clock = [queries.rules[i] for i in conflict], Clock(LIMIT_S, Event())
    if queries.ask(rules, clock.context()).status is not Status.INFEASIBLE:
        return False
    rest = [[rule for rule in rules if rule is not one] for one in rules]
    return all(queries.ask(some, clock.context()).status is Status.OPTIMAL for some in rest)


if __name__ == "__main__":
    sys.exit(main())
