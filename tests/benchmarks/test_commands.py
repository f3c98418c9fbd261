"""What the commands of the benchmarks do before they measure anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks.__main__ import FULL, main
from benchmarks.result_rows import read, write
from benchmarks.runs import COLUMNS, Row

FOLDER = Path(command.__file__).parent
INTERNAL = {"nova_worker"}
"""What another command starts, in an environment of its own."""
COMMANDS = sorted(
    {path.stem for path in FOLDER.glob("*.py") if 'if __name__ == "__main__"' in path.read_text(encoding="utf-8")}
    - INTERNAL
    - {"__main__"}
)


@pytest.mark.parametrize("name", [*COMMANDS, "speed", ""])
def test_every_command_has_help_and_does_nothing_else_then(name: str) -> None:
    """What would measure would take more than the time that this waits, or need a machine to boot."""
    module = f"benchmarks.{name}".rstrip(".")
    ran = subprocess.run(
        [sys.executable, "-m", module, "--help"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("usage: ")


def test_tables_of_several_builds_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    rows = read(FULL)[:3]
    rows[1] = {**rows[1], "versions": "placer 0.0.1"}
    write(tmp_path / "full.csv", COLUMNS, rows)
    monkeypatch.setattr(command, "FULL", tmp_path / "full.csv")
    assert main(["--report"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {tmp_path / 'full.csv'}: rows of several builds, whose times do not compare: 2 of ")
    assert said.endswith("; 1 of placer 0.0.1\n")


def test_a_report_without_its_extra_is_refused_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "benchmarks.plots", raising=False)
    assert main(["--report"]) == 2
    assert capsys.readouterr().err == "error: --report draws with matplotlib: pip install -e '.[bench]'\n"


def test_the_quick_set_prints_its_result_and_writes_only_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[Row] = [row for row in read(FULL) if row["host"] == "epyc-8n" and row["arrival"] == "batch"]
    monkeypatch.setattr(command, "measure", lambda *_args, **_options: rows)
    monkeypatch.setattr(command, "QUICK", tmp_path / "quick.csv")
    assert main(["--quick"]) == 0
    assert not list(tmp_path.iterdir())
    assert "| first-fit |" in capsys.readouterr().out
    assert main(["--quick", "--write"]) == 0
    assert len(read(tmp_path / "quick.csv")) == len(rows)
