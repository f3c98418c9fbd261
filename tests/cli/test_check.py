"""
``placer check``: passes what placer answers, and refuses or reprices what was tampered with.

Of running guests the samples are what a real Xen printed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.commands import INSTANCES, Ran, placer
from tests.support.snapshots import parts_of_xl, snapshot

SHIPPED = ["rfc-c", "epyc-8n", "granite-rapids", "cxl-expander", "power9-sparse", "nfv-pinned", "hygon-memoryless"]
RFC_C = INSTANCES / "rfc-c.json"
SAMPLES = INSTANCES / "xl" / "running"
HOST, LIST, DUMP, VCPUS, PLAN = (
    SAMPLES / name for name in ("xl-info.txt", "xl-list.json", "dmesg.txt", "vcpu-list.txt", "plan.json")
)
RUNNING = ("--host", HOST, "--running", LIST, "--numa-dump", DUMP)


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
        (tier, term, int(cost))
        for tier, term, cost, *_ in map(str.split, ran.lines[start : ran.lines.index("Guests") - 1])
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


# What runs


def test_a_guest_elsewhere_ends_with_1_and_none_with_0(tmp_path: Path) -> None:
    ran = placer("check", *RUNNING, "--vcpu-list", VCPUS, "--placement", PLAN)
    assert (ran.code, ran.err) == (1, "")
    assert ran.lines[:2] == [
        "4 of 5 guests are where they were meant to be",
        '- guest "web": memory lies where none was meant to be: 511.94 MiB on pnode 0',
    ]
    without_web = tmp_path / "list.json"
    domains = [each for each in json.loads(LIST.read_text(encoding="utf-8")) if each["domid"] != 5]
    without_web.write_text(json.dumps(domains), encoding="utf-8")
    ran = placer("check", "--host", HOST, "--running", without_web, "--numa-dump", DUMP, "--placement", PLAN)
    assert (ran.code, ran.lines[0]) == (0, "all 4 guests are where they were meant to be")


@pytest.mark.parametrize("words", [(), ("--vcpu-list", VCPUS), ("--placement", PLAN)])
def test_one_of_the_files_may_be_standard_input(words: tuple[object, ...]) -> None:
    ran = placer("check", "--host", HOST, "--running", "-", "--numa-dump", DUMP, *words, stdin=LIST.read_bytes())
    assert (ran.code, ran.err) == (1, "")


USAGE = {
    "nothing": ((), "expected INSTANCE and PLACEMENT, or for running guests --host with a snapshot"),
    "one": (("x.json",), "expected INSTANCE and PLACEMENT, or for running guests --host with a snapshot"),
    "no dump": (
        RUNNING[:4],
        "a check of running guests needs --host with a snapshot, or --host, --numa-dump, and --running or ",
    ),
    "no list": ((*RUNNING[:2], *RUNNING[4:]), "--running or --vcpu-list or both"),
    "plan only": (
        ("--placement", PLAN),
        "a check of running guests needs --host with a snapshot, or --host, --numa-dump, and --running or ",
    ),
    "both": (("x.json", *RUNNING), "not both"),
    "an option of the other": ((*RUNNING, "--reserve", "1GiB"), "not both"),
    "two from standard input": ((*RUNNING[:4], "--numa-dump", "-", "--placement", "-"), "can be read once only"),
}


@pytest.mark.parametrize(("words", "message"), USAGE.values(), ids=USAGE)
def test_halves_and_mixtures_are_refused(words: tuple[object, ...], message: str) -> None:
    ran = placer("check", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: usage: ")
    assert message in ran.err


def test_files_that_contradict_each_other_are_refused() -> None:
    ran = placer("check", "--host", HOST, "--running", LIST, "--numa-dump", HOST)
    assert ran.code == 2
    assert f"error: {HOST}: no line " in ran.err
    domains = json.loads(LIST.read_text(encoding="utf-8"))
    domains[1]["domid"] = 9
    ran = placer("check", *RUNNING[:2], "--running", "-", *RUNNING[4:], stdin=json.dumps(domains))
    assert (ran.code, ran.err) == (
        2,
        'error: domain 9 "app" is not in the NUMA dump; were xl list and the dump taken at the same time?\n',
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.data())
def test_damaged_files_end_with_a_verdict_or_one_line_and_never_a_traceback(
    tmp_path: Path, data: st.DataObject
) -> None:
    files = {"--host": HOST, "--running": LIST, "--numa-dump": DUMP, "--vcpu-list": VCPUS, "--placement": PLAN}
    which = data.draw(st.sampled_from(sorted(files)))
    text = files[which].read_text(encoding="utf-8")
    a = data.draw(st.integers(0, len(text)))
    b = min(len(text), a + data.draw(st.integers(0, 40)))
    damaged = tmp_path / "damaged"
    damaged.write_text(
        text[:a] + data.draw(st.sampled_from(["", "7", "\n", '"', "-", "²"])) + text[b:], encoding="utf-8"
    )
    words = [word for key, path in files.items() for word in (key, damaged if key == which else path)]
    ran = placer("check", *words)
    assert ran.code in (0, 1, 2)
    assert ran.err.count("\n") == (ran.code == 2)


def test_a_snapshot_is_all_that_an_audit_of_running_guests_needs(tmp_path: Path) -> None:
    running = INSTANCES / "xl" / "running"
    one_by_one = placer(
        "check", "--host", running / "xl-info.txt", "--running", running / "xl-list.json",
        "--vcpu-list", running / "vcpu-list.txt", "--numa-dump", running / "dmesg.txt",
    )  # fmt: skip
    assert placer("check", "--host", running / "snapshot.txt") == one_by_one
    on_stdin = placer("check", "--host", "-", stdin=(running / "snapshot.txt").read_bytes())
    assert on_stdin == one_by_one


def test_a_snapshot_without_pages_says_how_to_take_them(tmp_path: Path) -> None:
    running = INSTANCES / "xl" / "running"
    (tmp_path / "xen1.txt").write_text(snapshot(parts_of_xl()), encoding="utf-8")
    ran = placer("check", "--host", tmp_path / "xen1.txt")
    assert ran.code == 2
    assert ran.err.endswith("needs their pages: take the snapshot with placer snapshot --pages\n")
    given = placer("check", "--host", tmp_path / "xen1.txt", "--numa-dump", running / "dmesg.txt")
    assert given.out == placer("check", "--host", running / "snapshot.txt").out
