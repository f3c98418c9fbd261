"""``placer check``: passes what placer answers, and refuses or reprices what was tampered with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import INSTANCES, Ran, placer

SHIPPED = ["rfc-c", "epyc-8n", "granite-rapids", "cxl-expander", "power9-sparse", "nfv-pinned", "hygon-memoryless"]
RFC_C = INSTANCES / "rfc-c.json"


def solved(name: str) -> dict[str, Any]:
    ran = placer("solve", INSTANCES / f"{name}.json", "--format", "json")
    assert ran.code == 0
    answer: dict[str, Any] = json.loads(ran.out)
    return answer


def checked(instance: Path, placement: dict[str, list[int | None]], *words: str) -> Ran:
    return placer("check", instance, "-", *words, stdin=json.dumps({"placement": placement}))


def costs(ran: Ran) -> list[tuple[str, str, int]]:
    """Tier, term and cost of each line of the costs."""
    start = ran.lines.index("Costs, highest tier first") + 2
    return [
        (tier, term, int(cost)) for tier, term, cost in map(str.split, ran.lines[start : ran.lines.index("Guests") - 1])
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_each_answer_passes_at_the_costs_it_claims(name: str, tmp_path: Path) -> None:
    answer = solved(name)
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(answer), encoding="utf-8")

    ran = placer("check", INSTANCES / f"{name}.json", plan)

    assert (ran.code, ran.err) == (0, "")
    assert ran.lines[0] == f"all rules hold; mean access distance {answer['mean_access_distance']:.2f}"
    claimed = [
        (str(t), term, cost) for t, tier in enumerate(answer["tiers"], 1) for term, cost in tier["terms"].items()
    ]
    assert costs(ran) == claimed


@pytest.mark.parametrize("name", SHIPPED)
def test_two_pnodes_swapped_break_a_rule_or_cost_no_less(name: str) -> None:
    """What was proved to cost least may cost the same elsewhere, where pnodes are alike, but never less."""
    answer = solved(name)
    placement = answer["placement"]
    claimed = [tier["cost"] for tier in answer["tiers"]]
    used = sorted({pnode for pnodes in placement.values() for pnode in pnodes})
    told = 0
    for p, q in zip(used, [*used[1:], used[0]], strict=True):
        swap = {p: q, q: p}
        ran = checked(
            INSTANCES / f"{name}.json", {guest: [swap.get(r, r) for r in pnodes] for guest, pnodes in placement.items()}
        )
        now = [sum(cost for tier, _, cost in costs(ran) if tier == str(t)) for t in range(1, len(claimed) + 1)]
        assert ran.code == 1 or now >= claimed
        told += ran.code == 1 or now > claimed
    assert told, "no swap shows at all"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_dropped_vnode_is_refused(name: str) -> None:
    placement = solved(name)["placement"]
    guest = next(iter(placement))
    count = len(placement[guest])

    ran = checked(INSTANCES / f"{name}.json", placement | {guest: placement[guest][:-1]})

    assert (ran.code, ran.out) == (2, "")
    assert f'guest "{guest}" has {count - 1} pnodes for {count} vnodes' in ran.err


def test_one_kib_too_much_breaks_the_rule_of_memory(tmp_path: Path) -> None:
    """The guest fills pnode 0 to the last KiB: 4 GiB on 4 GiB, 2 GiB on 2 GiB."""
    document = json.loads(RFC_C.read_text(encoding="utf-8"))
    document["guests"][0]["vnodes"][1]["memory_kib"] = 4 * 1024**2 + 1
    larger = tmp_path / "larger.json"
    larger.write_text(json.dumps(document), encoding="utf-8")

    ran = checked(larger, {"vm": [1, 0]})

    assert ran.code == 1
    assert ran.lines[0] == "1 rule is broken; mean access distance 15.00"
    assert ran.lines[1].startswith("- memory: pnode 0 has room for 4194304 KiB")
    assert "its vnodes need 4194305 KiB" in ran.lines[1]


def test_a_vnode_without_a_pnode_breaks_a_rule_unless_allowed() -> None:
    refused, allowed = checked(RFC_C, {"vm": [0, None]}), checked(RFC_C, {"vm": [0, None]}, "--allow-unplaced")

    assert (refused.code, allowed.code) == (1, 0)
    assert '- unplaced: guest "vm" vnode 1 of 4 GiB has no pnode' in refused.lines
    assert costs(allowed)[:2] == [("1", "unplaced_guests", 1), ("2", "unplaced", 4195328)]


def test_a_reserve_counts_in_a_check_too() -> None:
    assert checked(RFC_C, {"vm": [1, 0]}).code == 0
    assert checked(RFC_C, {"vm": [1, 0]}, "--reserve", "0=1KiB").code == 1


def test_a_vnode_that_left_its_fixed_pnode_breaks_a_rule_unless_freed(tmp_path: Path) -> None:
    document = json.loads(RFC_C.read_text(encoding="utf-8"))
    document["guests"][0]["vnodes"][0]["pnode"] = 0
    fixed = tmp_path / "fixed.json"
    fixed.write_text(json.dumps(document), encoding="utf-8")

    assert "- fixed_pnode: " in checked(fixed, {"vm": [1, 0]}).out
    assert checked(fixed, {"vm": [1, 0]}, "--free-pnodes").code == 0


def test_an_answer_without_a_placement_is_no_placement() -> None:
    answer = placer("solve", INSTANCES / "rfc-i.json", "--format", "json").out

    ran = placer("check", INSTANCES / "rfc-i.json", "-", stdin=answer)

    assert ran.code == 2
    assert "<stdin>: $: no placement in it (status INFEASIBLE)" in ran.err


@pytest.mark.parametrize("words", [(), (RFC_C,), ("-", "-")])
def test_a_check_of_less_than_two_files_is_a_matter_of_usage(words: tuple[object, ...]) -> None:
    ran = placer("check", *words)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: usage: ")
