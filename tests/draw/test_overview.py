"""What runs beside what would be best, from snapshots of real hosts."""

from __future__ import annotations

from functools import cache

import placer
from placer.draw.overview import picture_of_overview
from placer.draw.picture import Picture
from placer.draw.svg import to_svg
from tests.support.commands import INSTANCES
from tests.support.kvm_snapshots import parts_of_kvm
from tests.support.pictures import faults, titles, written
from tests.support.snapshots import snapshot


@cache
def shown(time_limit_s: float = 30.0) -> Picture:
    shot = placer.read_snapshot(placer.Text(snapshot(parts_of_kvm()), place="kvm1.txt"))
    return picture_of_overview(placer.show(shot, time_limit_s=time_limit_s, workers=1))


def test_a_guest_that_would_move_is_marked_and_the_others_are_not() -> None:
    svg = to_svg(shown())
    assert [panel.caption for panel in shown().panels] == ["now", "best"]
    # web has 0.5 and 1.5 GiB and a vcpu on each pnode, and would be on pnode 1 whole
    marks = [title for title in titles(svg) if title.rpartition("; ")[2] in {"leaves", "arrives", "changes"}]
    assert marks == [
        "web: 512 MiB on pnode 0; leaves",
        "web: 1.5 GiB on pnode 1; changes",
        "web: 2 GiB on pnode 1; changes",
    ]
    assert faults(svg) == []


def test_the_lines_are_those_of_the_report() -> None:
    now, best = shown().panels
    assert now.lines[0] == "mean access distance 12.75, 1 pair of vcpus share a core"
    assert best.lines[0].startswith("mean access distance 10.00, 0 pairs of vcpus share a core; proved")
    assert [table.title.split(" ")[0].strip(":") for table in shown().tables] == ["Guests", "Pnodes", "Notes"]


def test_without_a_search_there_is_only_what_is_now() -> None:
    picture = shown(0)
    assert [panel.caption for panel in picture.panels] == ["now"]
    assert picture.headline.lines == ("best: not known, nothing was searched for",)


def test_pages_that_stray_are_no_memory_of_a_guest_on_a_pnode() -> None:
    shot = placer.read_snapshot(INSTANCES / "xl" / "running" / "snapshot.txt")
    texts = [each.text for each in written(to_svg(picture_of_overview(placer.show(shot, time_limit_s=0))))]
    assert not any(text.startswith("176 KiB") for text in texts)
    assert texts.count("6 web") == 3  # on pnode 0 with its memory, on pnode 1 with its vcpus, and in the legend
