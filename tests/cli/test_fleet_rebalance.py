"""``placer fleet rebalance``: plans, plans taken again, and scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from placer.fleet.files.fleet_json import dump_fleet
from tests.support.commands import placer
from tests.support.fleet_moves import running_fleet

HOSTS, GUESTS = [[(4, 8)]] * 3, [[(1, 2)], [(1, 3)], [(1, 7)]]
AT = [(0, (0,)), (0, (0,)), None]


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    path = tmp_path / "fleet.json"
    path.write_text(dump_fleet(running_fleet(HOSTS, GUESTS, AT)))
    return path


def test_a_plan_is_written_taken_again_and_refused_once_the_fleet_has_changed(fleet: Path) -> None:
    plan, scripts = fleet.parent / "plan.json", fleet.parent / "scripts"
    ran = placer("fleet", "rebalance", fleet, "--empty", "h0", "--format", "json", "-o", plan, "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert json.loads(plan.read_text())["value"] == 2
    again = placer("fleet", "rebalance", fleet, "--plan", plan, "--scripts", scripts)
    assert (again.code, again.lines[0]) == (0, "OPTIMAL: 2 moves of 5 GiB in 1 stage")
    assert [path.relative_to(scripts).as_posix() for path in scripts.rglob("*.sh")] == ["stage-1/h0.sh"]
    assert placer("fleet", "rebalance", fleet, "--plan", plan, "--scripts", scripts).code == 2  # they are there
    fleet.write_text(dump_fleet(running_fleet(HOSTS, GUESTS, [None, *AT[1:]])))
    changed = placer("fleet", "rebalance", fleet, "--plan", plan)
    assert changed.code == 2
    assert 'the fleet has changed since this plan: guest "g0" is gone' in changed.err


def test_goals_and_budgets_end_it_with_their_codes(fleet: Path) -> None:
    assert placer("fleet", "rebalance", fleet, "--make-room", "g2").lines[0] == "OPTIMAL: 0 moves of 0 KiB in 0 stages"
    assert placer("fleet", "rebalance", fleet, "--fragments", "4:1GiB", "--moves", "3").code == 0
    few = placer("fleet", "rebalance", fleet, "--empty", "h0", "--moves", "1")
    assert (few.code, few.lines[0]) == (1, "INFEASIBLE: no plan")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--empty", "h9"), 'empty: no host "h9" in the fleet'),
        (("--make-room", "g0"), 'make_room: guest "g0" runs already'),
        (("--fragments", "many"), 'fragments: "many" is no shape'),
        (("--moves", "-1"), "moves: expected 0 or more"),
        (("--gib", "nan"), "gib: expected a number of GiB"),
        (("--mend", "--fragments", "4"), "asks for the fewest moves and for fewer fragments"),
        (("--plan", "plan.json", "--mend"), "--plan takes a plan as it is"),
    ],
)
def test_what_means_nothing_is_refused(fleet: Path, words: tuple[str, ...], told: str) -> None:
    ran = placer("fleet", "rebalance", fleet, *words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
