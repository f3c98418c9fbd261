"""A snapshot stands for the host and its other files in every command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import INSTANCES, placer
from tests.support.snapshots import RUNNING, output, parts_of_xl

GUEST = INSTANCES / "xl" / "app.cfg"
SHIPPED = RUNNING / "snapshot.txt"


@pytest.fixture
def files(tmp_path: Path) -> list[object]:
    """The options that say one by one what the shipped snapshot says."""
    parts = parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}
    options = {
        "--host": "xl-info",
        "--pools": "xl-cpupool-list",
        "--running": "xl-list",
        "--vcpu-list": "xl-vcpu-list",
        "--numa-dump": "xl-dmesg",
    }
    words: list[object] = []
    for option, name in options.items():
        (tmp_path / name).write_text(parts[name], encoding="utf-8")
        words += [option, tmp_path / name]
    return words


@pytest.mark.parametrize(
    "command",
    [
        ("solve", RUNNING / "xl-list.json", "--free-pnodes", "--strategy", "first-fit-decreasing", "--format", "json"),
        ("import", GUEST, "--free-pnodes"),
        ("import", RUNNING / "xl-list.json", "--free-pnodes"),
        ("check",),
    ],
    ids=lambda command: (
        f"{command[0]} {len(command)} {Path(str(command[-2])).name}" if len(command) > 1 else command[0]
    ),
)
def test_every_command_takes_a_snapshot_for_all_that_it_holds(command: tuple[object, ...], files: list[object]) -> None:
    whole, one_by_one = placer(*command, "--host", SHIPPED), placer(*command, *files)
    assert _without_times(whole.out) == _without_times(one_by_one.out) != ""
    assert (whole.code, whole.err) == (one_by_one.code, one_by_one.err)


def _without_times(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "wall_time_s" not in line)
