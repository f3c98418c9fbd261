"""
Write the table in instances/README.md: the least cost of each example instance, and the result of first-fit.

Run ``python -m benchmarks.instance_table``; with ``--check`` it only tells whether the table is up to date.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from placer.formats.native.instance_json import read_instance
from placer.instance import Instance
from placer.instance.objective_terms import TIERS
from placer.solving.pipeline import solve
from placer.solving.result import Result

FOLDER = Path(__file__).resolve().parent.parent / "instances"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
TIME_LIMIT_S = 20.0
COST_TIER = next(i for i, terms in enumerate(TIERS) if "access_distance" in terms)
HEAD = (
    "instance",
    "pnodes",
    "guests",
    "vnodes",
    "status",
    "cost",
    "bound",
    "mean distance",
    "first-fit",
    "what it is",
    "origin",
)
NUMBERS = {"pnodes", "guests", "vnodes", "cost", "bound", "mean distance"}


def main(arguments: list[str] | None = None) -> int:
    """Rewrite the table, or compare it; exit code 1 if it is out of date."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instance_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail where the table is out of date")
    check = parser.parse_args(arguments).check
    readme = FOLDER / "README.md"
    old = readme.read_text(encoding="utf-8")
    new = replace_table(old, make_table())
    if check and new != old:
        print(f"{readme} is out of date: run python -m benchmarks.instance_table", file=sys.stderr)
        return 1
    if not check:
        readme.write_text(new, encoding="utf-8")
    return 0


def replace_table(readme: str, table: str) -> str:
    """Put the table between its markers."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}{END}{after}"


def make_table() -> str:
    """Solve every instance that has an origin, in that order, and lay the results out in Markdown."""
    origins: dict[str, dict[str, str]] = json.loads((FOLDER / "origins.json").read_text(encoding="utf-8"))
    rule = ["--:" if column in NUMBERS else "---" for column in HEAD]
    rows = [list(HEAD), rule, *(_row(name, [origin["title"], origin["origin"]]) for name, origin in origins.items())]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(name: str, origin: list[str]) -> list[str]:
    print(name, file=sys.stderr)
    instance = read_instance(FOLDER / f"{name}.json")
    best = solve(instance, strategy="optimal", time_limit_s=TIME_LIMIT_S)
    first = solve(instance, strategy="first-fit", time_limit_s=TIME_LIMIT_S)
    placed = best.instance or instance  # flexible guests with the vnodes that were chosen
    counts = (len(instance.host.pnodes), len(instance.guests), _vnode_count(placed))
    return [
        f"[{name}]({name}.json)",
        *map(str, counts),
        best.status.value,
        *_cost(best),
        _greedy(first, instance),
        *origin,
    ]


def _cost(answer: Result) -> list[str]:
    if not answer.tiers:
        return ["", "", ""]
    tier = answer.tiers[COST_TIER]
    return [str(tier.cost), "" if tier.bound is None else str(tier.bound), _distance(answer)]


def _greedy(answer: Result, instance: Instance) -> str:
    """Write how many vnodes first-fit leaves unplaced, else its mean distance, and the rules that it breaks."""
    if answer.placement is None:
        return "nothing placed"
    unplaced = sum(pnode is None for pnodes in answer.placement.pnode_of.values() for pnode in pnodes)
    broken = sorted({violation.rule for violation in answer.violations} - {"unplaced"})
    result = f"{unplaced} of {_vnode_count(instance)} unplaced" if unplaced else _distance(answer)
    return f"{result}, breaks {' and '.join(broken)}" if broken else result


def _distance(answer: Result) -> str:
    mean = answer.mean_access_distance
    return "" if mean is None else f"{mean:.2f}"


def _vnode_count(instance: Instance) -> int:
    return sum(len(guest.vnodes) for guest in instance.guests)


if __name__ == "__main__":
    sys.exit(main())
