"""What stands in the box and in the line of a pnode."""

from __future__ import annotations

from msgspec.structs import replace

from placer.check import check
from placer.draw.content import Content, of_host, of_placement
from placer.instance import HugePages, Instance, Placement
from placer.terminal.boxes import box, line, most_kib
from placer.terminal.screen import Screen
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.pictures import two_pnodes

ASCII = Screen(width=80, colour=False, unicode=False)


def content(instance: Instance, placement: Placement) -> Content:
    return of_placement(instance, placement, check(instance, placement))


def shown(of: Content, p: int, width: int = 38) -> list[str]:
    return ASCII.printed(box(of, p, width, ASCII)[0]).splitlines()


def test_a_box_names_the_pnode_what_is_left_and_who_has_what() -> None:
    """3 of 8 GiB on pnode 0: 34 columns of bar are 8 GiB, so 13 are those of ``db``; its memory of pnode 1 is far."""
    lines = shown(content(*two_pnodes()), 0)
    assert lines[0] == "+- pnode 0 --------------------------+"
    assert lines[1] == "| ##### 1 #####..................... |"
    assert lines[2] == "| 1 db         3 GiB, 2 vcpus ->14.4 |"
    assert lines[3] == "| 4 pcpus: 2 vcpus                   |"
    assert lines[4] == "| mean distance 14.40                |"
    assert lines[5] == "+----------------------- 5 GiB left -+"
    assert len(lines) == 6


def test_bars_of_all_pnodes_have_one_scale() -> None:
    """34 columns are 8 GiB: on pnode 1 ``db`` ends at 8.5 columns, ``web`` at 12.75, and all memory at 17."""
    lines = shown(content(*two_pnodes()), 1)
    assert lines[1] == "| " + "## 1 ###" + "= 2 =" + "...." + " " * 17 + " |"


def test_the_height_is_that_of_the_box() -> None:
    of = content(*two_pnodes())
    for p in range(2):
        assert box(of, p, 38, ASCII)[1] == len(shown(of, p))


def test_long_names_are_cut_and_figures_are_not() -> None:
    guest = a_guest(GIB, name="n" * 250)
    lines = shown(content(an_instance(a_host(8 * GIB), guest), Placement(pnode_of={guest.name: (0,)})), 0)
    assert lines[2] == "| 1 " + "n" * 18 + " 1 GiB, 1 vcpu |"
    assert {len(each) for each in lines} == {38}


def test_of_many_guests_some_are_counted() -> None:
    names = [f"vm-{i}" for i in range(12)]
    instance = an_instance(a_host(64 * GIB), *(a_guest(GIB, name=name) for name in names))
    lines = shown(content(instance, Placement(pnode_of=dict.fromkeys(names, (0,)))), 0)
    assert lines[8].startswith("| 7 vm-6 ") and lines[9].strip("| ") == "and 5 more"


def test_a_pnode_without_pcpus_or_memory_says_so() -> None:
    host = a_host(8 * GIB, 0)
    host = replace(host, pnodes=(replace(host.pnodes[0], pcpus=()), host.pnodes[1]))
    of = of_host(host)
    assert shown(of, 0)[2].strip("| ") == "no pcpus"
    assert shown(of, 1)[-1].endswith(" no memory -+")


def test_huge_pages_have_a_bar_of_their_own() -> None:
    """Half of the 8 GiB in pages are free: 17 columns of 34."""
    host = a_host(8 * GIB)
    pages = HugePages(page_size=2048, total=4096, free=2048)
    host = replace(host, pnodes=(replace(host.pnodes[0], huge_pages=(pages,)),))
    lines = shown(of_host(host), 0)
    assert lines[2].strip("| ") == "pages of 2 MiB"
    assert lines[3].strip("| ") == "+" * 17 + "." * 17


def test_a_line_counts_guests_and_has_the_same_width_everywhere() -> None:
    of = content(*two_pnodes())
    first, second = (line(of, p, 40, ASCII).plain for p in range(2))
    bar = first.split()[1]
    assert bar == "#" * round(3 / 8 * len(bar)) + "." * round(5 / 8 * len(bar))
    assert first.startswith("0 #") and first.endswith(" 1 guest, 5 GiB left")
    assert second.startswith("1 ") and second.endswith(" 2 guests, 1020 MiB left")
    assert len(first) == len(second) == 40


def test_the_largest_bar_is_that_of_the_pnode_with_most() -> None:
    assert most_kib(content(*two_pnodes())) == 8 * GIB
