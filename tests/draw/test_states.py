"""Several states in one picture: the same numbers, scale and patterns, and what differs marked."""

from __future__ import annotations

from msgspec.structs import replace

from placer.check import check
from placer.draw.content import Content, of_host, of_placement
from placer.draw.headline import Headline
from placer.draw.picture import Picture
from placer.draw.states import State, picture_of_states
from placer.draw.svg import to_svg
from placer.instance import Domain, Placement
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.pictures import faults, titles, two_pnodes, written

HEAD = Headline(title="a host", lines=())


def placed(**pnode_of: tuple[int | None, ...]) -> Content:
    instance, _ = two_pnodes()
    placement = Placement(pnode_of=pnode_of)
    return of_placement(instance, placement, check(instance, placement, allow_unplaced=True))


def drawn(*contents: Content, in_time: bool = True) -> Picture:
    states = [State(caption=f"state {i}", content=content) for i, content in enumerate(contents)]
    return picture_of_states(HEAD, states, in_time=in_time)


def bars(picture: Picture, end: str) -> list[str]:
    return [title for title in titles(to_svg(picture)) if title.endswith(end)]


def test_what_leaves_is_marked_before_and_what_arrives_afterwards() -> None:
    picture = drawn(placed(db=(0, 1), web=(1,)), placed(db=(0, 1), web=(0,)))
    assert bars(picture, "; leaves") == ["web: 1 GiB on pnode 1; leaves"]
    assert bars(picture, "; arrives") == ["web: 1 GiB on pnode 0; arrives"]
    assert not bars(picture, "; changes") and faults(to_svg(picture)) == []


def test_a_guest_that_grows_on_its_pnode_changes() -> None:
    picture = drawn(placed(db=(0, 1), web=(1,)), placed(db=(0, 0), web=(1,)))
    assert bars(picture, "; leaves") == ["db: 2 GiB on pnode 1, vnodes 1; leaves"]
    assert bars(picture, "; changes") == [
        "db: 3 GiB on pnode 0; changes",
        "db: 5 GiB on pnode 0, vnodes 0-1; changes",
    ]


def test_what_comes_and_goes_in_the_middle_is_marked_there() -> None:
    home = {"db": (0, 1), "web": (1,)}
    picture = drawn(placed(**home), placed(db=(0, 1), web=(0,)), placed(**home))
    assert bars(picture, "; leaves") == ["web: 1 GiB on pnode 1; leaves", "web: 1 GiB on pnode 0; leaves"]
    assert bars(picture, "; arrives") == ["web: 1 GiB on pnode 1; arrives"]


def test_answers_are_not_in_time_and_each_says_what_it_has_alone() -> None:
    picture = drawn(placed(db=(0, 1), web=(1,)), placed(db=(0, 1), web=(0,)), in_time=False)
    assert bars(picture, "; only here") == ["web: 1 GiB on pnode 1; only here", "web: 1 GiB on pnode 0; only here"]


def test_states_that_are_the_same_have_no_marks_and_one_entry_for_each_guest() -> None:
    picture = drawn(placed(db=(0, 1), web=(1,)), placed(db=(0, 1), web=(1,)))
    assert not any(";" in title for title in titles(to_svg(picture)))
    assert "changed" not in picture.looks
    assert picture.guests[0].words == "5 GiB, 2 vcpus, mean distance 14.40, pnodes 0-1"


def test_the_legend_says_what_differs_behind_the_state_in_which_it_starts() -> None:
    picture = drawn(placed(db=(0, 1), web=(1,)), placed(db=(0, 0), web=(1,)), placed(db=(0, 0), web=(1,)))
    assert picture.guests[0].words == (
        "5 GiB, 2 vcpus, state 0: mean distance 14.40, pnodes 0-1; state 1: mean distance 10.00, pnode 0"
    )
    assert picture.guests[0].costs == "state 0: reads 60 % at 10, 40 % at 21; state 1: reads near, shares no core"


def test_guests_and_domains_of_one_name_have_one_number_wherever_they_stand() -> None:
    host = replace(a_host(8 * GIB, 4 * GIB), domains=(Domain(name="web", domid=1), Domain(name="db", domid=2)))
    instance = an_instance(a_host(8 * GIB, 4 * GIB), a_guest(GIB), a_guest(GIB, name="web"))
    placement = Placement(pnode_of={"db": (0,), "web": (0,)})
    now = of_host(host, {1: {1: GIB}, 2: {1: GIB}})
    picture = drawn(now, of_placement(instance, placement, check(instance, placement)))
    assert [shown.name for shown in picture.guests] == ["web", "db"]
    rows = [each.text for each in written(to_svg(picture)) if each.text in {"1 web", "2 db"}]
    assert rows.count("1 web") == rows.count("2 db") == 3  # on a pnode of each state, and in the legend


def test_memory_has_one_scale_in_all_states() -> None:
    small = of_host(a_host(GIB, GIB))
    large = of_host(a_host(4 * GIB, 4 * GIB))
    svg = to_svg(drawn(small, large))
    assert "h61v18" in svg and "h244v18" in svg
