"""Pictures of what commands found."""

from __future__ import annotations

import placer
from placer.job.request import from_instance
from placer.terminal.pictures import picture_of_overview, picture_of_result
from placer.terminal.screen import Screen
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.commands import INSTANCES

ASCII = Screen(width=80, colour=False, unicode=False)


def test_a_placement_is_drawn_where_it_is() -> None:
    instance = an_instance(a_host(8 * GIB, 4 * GIB), a_guest(6 * GIB))
    result = placer.solve(instance, strategy="first-fit")
    lines = picture_of_result(result, from_instance(instance, place="the instance"), ASCII).splitlines()
    assert next(line for line in lines if "1 db" in line).index("1 db") < 38  # on pnode 0, at the left


def test_what_is_not_placed_is_not_drawn() -> None:
    instance = an_instance(a_host(8 * GIB), a_guest(9 * GIB))
    result = placer.solve(instance)
    assert picture_of_result(result, from_instance(instance, place="the instance"), ASCII) == ""


def test_what_runs_is_drawn_where_its_memory_lies() -> None:
    """``cache`` has 512 MiB on pnode 0 alone, and its two vcpus are bound there."""
    found = placer.show(placer.read_snapshot(INSTANCES / "xl" / "running" / "snapshot.txt"), time_limit_s=0)
    text = picture_of_overview(found, ASCII)
    (row,) = [line for line in text.splitlines() if " cache " in line]
    assert "3 cache" in row[:39] and row[:39].endswith("511.94 MiB, 2 vcpus |")
