"""``--hint`` and ``--keep``: an answer is solved again after a guest came, and what moved is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import placer

GIB = 1024**2


def an_instance(folder: Path, *names: str) -> Path:
    """Guests of one vnode of 2 GiB on four equal pnodes of 3 GiB."""
    pnodes = [{"id": p, "memory_kib": 3 * GIB, "pcpus": [p]} for p in range(4)]
    guests = [{"name": name, "vnodes": [{"memory_kib": 2 * GIB, "vcpus": [0]}]} for name in names]
    path = folder / f"{'-'.join(names)}.json"
    path.write_text(json.dumps({"host": {"pnodes": pnodes}, "guests": guests}), encoding="utf-8")
    return path


def a_plan(folder: Path, placement: dict[str, list[int | None]]) -> Path:
    path = folder / "plan.json"
    path.write_text(json.dumps({"placement": placement}), encoding="utf-8")
    return path


def answer(*words: object) -> dict[str, Any]:
    ran = placer("solve", *words, "--format", "json")
    assert ran.code == 0, ran.err
    said: dict[str, Any] = json.loads(ran.out)
    return said


def test_a_plan_is_kept_when_a_guest_is_added(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    placer("solve", an_instance(tmp_path, "a", "b"), "--format", "json", "-o", plan)
    before = json.loads(plan.read_text())["placement"]

    ran = placer("solve", an_instance(tmp_path, "c", "b", "a"), "--keep", plan)
    after = answer(an_instance(tmp_path, "c", "b", "a"), "--keep", plan)

    assert ran.lines[1] == "moved: no vnode"
    assert ran.err == '--keep: guest "c" is not in it\n'
    assert {name: after["placement"][name] for name in before} == before
    assert after["moved"] == []
    assert after["tiers"][4] == {"cost": 0, "bound": 0, "terms": {"moved": 0}}


def test_vnodes_that_must_move_are_named_and_the_check_agrees(tmp_path: Path) -> None:
    instance = an_instance(tmp_path, "a", "b")
    old = a_plan(tmp_path, {"a": [2], "b": [2]})
    new = tmp_path / "new.json"

    ran = placer("solve", instance, "--keep", old)
    said = answer(instance, "--keep", old)
    new.write_text(json.dumps(said), encoding="utf-8")
    checked = placer("check", instance, new, "--keep", old)

    (move,) = said["moved"]
    assert (move["vnode"], move["before"]) == (0, 2)
    assert said["placement"][move["guest"]] == [move["after"]]
    line = f"moved: 1 vnode of 1 guest: {move['guest']} vnode 0 from pnode 2 to {move['after']}"
    assert ran.lines[1] == checked.lines[1] == line
    assert "it breaks rules of the instance, so only parts of it can be kept: pnode 2 has room for 3 GiB" in ran.err
    assert checked.code == 0
    assert [line.split() for line in checked.lines if "moved  " in line] == [["5", "moved", "1", "1", "0"]]


def test_formats_that_start_guests_say_it_on_standard_error(tmp_path: Path) -> None:
    instance = an_instance(tmp_path, "a")
    ran = placer("solve", instance, "--keep", a_plan(tmp_path, {"a": [3]}), "--format", "rfc")
    assert json.loads(ran.out)["vnode_to_pnode"] == [3]
    assert "moved: no vnode" in ran.err.splitlines()


def test_a_hint_alone_is_a_start_and_no_cost(tmp_path: Path) -> None:
    said = answer(an_instance(tmp_path, "a"), "--hint", a_plan(tmp_path, {"a": [3]}), "--time-limit", "0")
    assert said["placement"] == {"a": [3]}
    assert len(said["tiers"]) == 5
    assert "moved" not in said


def test_a_greedy_has_no_use_for_it_and_says_so(tmp_path: Path) -> None:
    plan = a_plan(tmp_path, {"a": [3]})
    ran = placer("solve", an_instance(tmp_path, "a"), "--hint", plan, "--strategy", "first-fit")
    assert ran.err == "--hint: not used: the strategy first-fit does not search\n"
    assert placer("solve", an_instance(tmp_path, "a"), "--hint", plan, "--strategy=first-fit", "-q").err == ""


@pytest.mark.parametrize("option", ["--hint", "--keep"])
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{}", 'plan.json: $: no placement in it, expected a key "placement": guest name -> pnode ids'),
        ('{"placement": {"a": 1}}', "plan.json: $.placement.a: expected a list of pnode ids, got 1"),
        ("[", "plan.json:1"),
    ],
)
def test_what_holds_no_placement_is_refused_with_its_place(tmp_path: Path, option: str, text: str, fault: str) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(text, encoding="utf-8")
    ran = placer("solve", an_instance(tmp_path, "a"), option, plan)
    assert (ran.code, ran.out) == (2, "")
    assert fault in ran.err


def test_a_file_that_is_missing_is_named_and_standard_input_is_read_once(tmp_path: Path) -> None:
    instance = an_instance(tmp_path, "a")
    missing = placer("solve", instance, "--keep", tmp_path / "none.json")
    twice = placer("solve", "-", "--keep", "-")
    both = placer("solve", instance, "--hint", "-", "--keep", "-")
    checked = placer("check", instance, "-", "--keep", "-")
    assert missing.code == 2
    assert "none.json: " in missing.err
    for ran in (twice, both, checked):
        assert ran.code == 2
        assert "standard input (-) can be read once only" in ran.err


def test_what_runs_is_not_checked_against_what_was_kept(tmp_path: Path) -> None:
    ran = placer("check", "--host", tmp_path, "--keep", a_plan(tmp_path, {"a": [3]}))
    assert ran.code == 2
    assert "not both" in ran.err
