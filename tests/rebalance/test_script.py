"""What the scripts of all toolstacks have in common."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

from placer.assignment.context import SearchContext
from placer.rebalance.goal import Goal
from placer.rebalance.planning import plan_rebalance
from placer.rebalance.xl_script import xl_script
from tests.support.running_hosts import host_of


def test_notes_on_the_host_are_in_the_script_and_its_dry_run_prints_them(tmp_path: Path) -> None:
    running = dataclasses.replace(
        host_of([8, 8], {"b": (1, 1)}), notes=("it isn't $whole\nyet",), assumed=("no domain was coming or going",)
    )
    script = xl_script(plan_rebalance(running, Goal(empty=(1,)), SearchContext()))
    file = tmp_path / "moves.sh"
    file.write_text(script)
    ran = subprocess.run(["sh", file, "--dry-run"], capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines()[:2] == [
        "note: planned as if no domain was coming or going",
        "note: it isn't $whole yet",
    ]
