"""Every shipped instance is solved to the end, as its table says, and the judge sees what is changed in an answer."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path

import pytest
from msgspec.structs import replace

from placer.assignment import Status
from placer.check import check
from placer.formats.native.instance_json import read_instance
from placer.instance import Instance, Placement
from placer.solving.pipeline import solve
from placer.solving.result import Result

FOLDER = Path(__file__).resolve().parents[2] / "instances"
NAMES = sorted(json.loads((FOLDER / "origins.json").read_text(encoding="utf-8")))
TABLE = dict(
    re.findall(
        r"^\| \[([^]]+)\]\(.*?\) \| \d+ \| \d+ \| \d+ (\| \w+ \| \d* \| \d* )",
        (FOLDER / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
)
SYMMETRIC = {"equal-vnodes", "rfc-b", "rfc-g"}
"""Equal vnodes on pnodes that differ in nothing they use: any swap is as good."""


def answer_of(instance: Instance) -> Result:
    return solve(instance, time_limit_s=20)


def costs(instance: Instance, placement: Placement) -> tuple[object, ...]:
    verdict = check(instance, placement)
    return verdict.terms, bool(verdict.violations)


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_optimal_or_infeasible_as_the_table_says(name: str) -> None:
    answer = answer_of(read_instance(FOLDER / f"{name}.json"))
    assert answer.status in (Status.OPTIMAL, Status.INFEASIBLE)
    cost = [str(answer.tiers[2].cost), str(answer.tiers[2].bound)] if answer.tiers else ["", ""]
    assert TABLE[name].split("|")[1:] == [f" {answer.status} ", *(f" {cell} ".replace("  ", "  ") for cell in cost)]


@pytest.mark.parametrize("name", NAMES)
def test_the_judge_passes_the_answer_and_notices_a_vnode_dropped_or_moved(name: str) -> None:
    instance = read_instance(FOLDER / f"{name}.json")
    placement = answer_of(instance).placement
    if placement is None:
        return
    assert not check(instance, placement).violations
    guest = instance.guests[0].name
    pnodes = placement.pnode_of[guest]
    dropped = Placement(pnode_of={**placement.pnode_of, guest: (None, *pnodes[1:])}, pcpu_of=placement.pcpu_of)
    assert {violation.rule for violation in check(instance, dropped).violations} - {"dedicated"} == {"unplaced"}
    places = [(name, v) for name, pnodes in placement.pnode_of.items() for v in range(len(pnodes))]
    pairs = [(a, b) for a, b in combinations(places, 2) if where(placement, a) != where(placement, b)]
    changed = [swapped(placement, a, b) for a, b in pairs]
    seen = any(costs(instance, other) != costs(instance, placement) for other in changed)
    assert seen == (bool(pairs) and name not in SYMMETRIC)


def where(placement: Placement, place: tuple[str, int]) -> int | None:
    return placement.pnode_of[place[0]][place[1]]


def swapped(placement: Placement, a: tuple[str, int], b: tuple[str, int]) -> Placement:
    rows = {name: list(pnodes) for name, pnodes in placement.pnode_of.items()}
    rows[a[0]][a[1]], rows[b[0]][b[1]] = rows[b[0]][b[1]], rows[a[0]][a[1]]
    return Placement(pnode_of={name: tuple(pnodes) for name, pnodes in rows.items()}, pcpu_of=placement.pcpu_of)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("rfc-") and name != "rfc-i"])
def test_one_kib_too_much_breaks_the_memory_of_the_pnode(name: str) -> None:
    instance = read_instance(FOLDER / f"{name}.json")
    placement = answer_of(instance).placement
    assert placement is not None
    guest = instance.guests[0]
    held = placement.pnode_of[guest.name][0]
    on_it = sum(v.memory_kib for v, p in zip(guest.vnodes, placement.pnode_of[guest.name], strict=True) if p == held)
    host = instance.host
    tight = replace(host, pnodes=tuple(replace(p, memory_kib=on_it) if p.id == held else p for p in host.pnodes))
    assert not check(replace(instance, host=tight), placement).violations
    larger = replace(guest.vnodes[0], memory_kib=guest.vnodes[0].memory_kib + 1)
    over = replace(instance, host=tight, guests=(replace(guest, vnodes=(larger, *guest.vnodes[1:])),))
    assert [violation.rule for violation in check(over, placement).violations] == ["memory"]
