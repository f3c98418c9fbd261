"""``placer fleet rebalance``: plans, plans taken again, and scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from placer.fleet.files.fleet_json import dump_fleet
from placer.fleet.model.fleet import Placed
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
        (("--empty", "h9"), 'error: --empty: no host "h9" in the fleet'),
        (("--make-room", "g0"), 'error: --make-room: guest "g0" runs already'),
        (("--fragments", "many"), 'error: --fragments: "many" is no shape'),
        (("--moves", "-1"), "error: --moves: expected 0 or more"),
        (("--gib", "nan"), "error: --gib: expected a number of GiB"),
        (("--stay", "x"), 'error: --stay: no guest "x" in the fleet'),
        (("--mend", "--fragments", "4"), "error: --fragments: asks for the fewest moves and for fewer fragments"),
        (("--plan", "plan.json", "--mend"), "error: --mend: asks for a plan, and --plan takes one as it is"),
        (("--plan", "plan.json", "--moves", "0", "--stay", "g0"), "error: --moves, --stay: asks for a plan"),
        (("--plan", "plan.json", "--time-limit", "9"), "error: --time-limit: asks for a plan"),
        (("--plan", "plan.json", "--guest-format", "xl"), "error: --guest-format: asks for a plan"),
    ],
)
def test_what_means_nothing_is_refused(fleet: Path, words: tuple[str, ...], told: str) -> None:
    ran = placer("fleet", "rebalance", fleet, *words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_a_fault_that_shows_in_the_whole_fleet_is_in_its_file(fleet: Path) -> None:
    wide = running_fleet([[(4, 8), (4, 8)]], [[(1, 2)]], [(0, (0,))])
    fleet.write_text(dump_fleet(replace(wide, placed=[Placed(guest="g0", host="h0")])))
    ran = placer("fleet", "rebalance", fleet, "--mend")
    assert (ran.code, ran.err.split(" of guest")[0]) == (2, f"error: {fleet}: $.placed[0]: the pnodes")


def test_no_scripts_are_written_where_nothing_moves_and_that_is_said(fleet: Path) -> None:
    scripts = fleet.parent / "scripts"
    words = ("fleet", "rebalance", fleet, "--make-room", "g2", "--scripts", scripts)
    ran = placer(*words)
    assert (ran.code, ran.err) == (0, f"note: nothing needs to be moved: no scripts are written to {scripts}\n")
    assert not scripts.exists()
    assert placer(*words, "--quiet").err == ""
    none = placer("fleet", "rebalance", fleet, "--empty", "h0", "--moves", "1", "--scripts", scripts)
    assert (none.code, none.lines[0]) == (1, "INFEASIBLE: no plan")
    assert none.err == f"note: there is no plan: no scripts are written to {scripts}\n"


def test_scripts_of_another_plan_are_not_left_beside_an_empty_one(fleet: Path) -> None:
    (fleet.parent / "scripts" / "stage-1").mkdir(parents=True)
    (fleet.parent / "scripts" / "stage-1" / "h0.sh").touch()
    ran = placer("fleet", "rebalance", fleet, "--make-room", "g2", "--scripts", fleet.parent / "scripts")
    assert ran.code == 2 and "is of another plan" in ran.err
