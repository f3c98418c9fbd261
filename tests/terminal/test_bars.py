"""Bars: to scale, with numbers where there is room, told apart with colour and without."""

from __future__ import annotations

from placer.terminal.bars import Look, Segment, bar
from placer.terminal.screen import Screen

PLAIN = Screen(width=80, colour=False)
ASCII = Screen(width=80, colour=False, unicode=False)
COLOUR = Screen(width=80)


def guests(*kib: int) -> list[Segment]:
    return [Segment(kib=each, look="guest", guest=g) for g, each in enumerate(kib)]


def test_a_cell_stands_for_as_much_everywhere() -> None:
    segments = [*guests(100, 50), Segment(kib=20, look="overhead"), Segment(kib=30, look="free")]
    assert bar(segments, 0.1, ASCII).plain == "### 1 ####" + "= 2 =" + "%%" + "..."


def test_what_is_less_than_a_cell_adds_up() -> None:
    """Ten parts of 0.4 cells end at cells 0, 1, 1, 2, 2, 2, 3, 3, 4, 4."""
    drawn = bar(guests(*[4] * 10), 0.1, ASCII).plain
    assert len(drawn) == 4
    assert bar(guests(4), 0.1, ASCII).plain == ""


def test_guests_beside_each_other_differ_without_colour() -> None:
    assert bar(guests(20, 20, 20), 0.1, ASCII).plain == "##==##"
    assert bar(guests(20, 20), 0.1, PLAIN).plain == "\u2592\u2592\u2593\u2593"


def test_without_colour_a_number_stands_apart_from_other_numbers() -> None:
    assert bar(guests(30, 30), 0.1, ASCII).plain == "###==="
    assert bar(guests(40, 40), 0.1, ASCII).plain == " 1 #" + " 2 ="


def test_with_colour_each_guest_has_its_own_and_its_number() -> None:
    drawn = bar(guests(30, 10), 0.1, COLOUR)
    assert drawn.plain == " 1 2"
    assert [f"{span.style}".split(" on ")[1] for span in drawn.spans] == ["#e69f00", "#56b4e9"]


def test_numbers_can_be_left_out() -> None:
    assert bar(guests(90), 0.1, ASCII, numbers=False).plain == "#########"
    assert bar(guests(90), 0.1, COLOUR, numbers=False).plain == " " * 9


def test_every_look_has_a_character_of_its_own() -> None:
    looks: tuple[Look, ...] = ("used", "overhead", "free", "reserve")
    for screen in (PLAIN, ASCII):
        drawn = bar([*guests(1), *(Segment(kib=1, look=look) for look in looks)], 1, screen).plain
        assert len(set(drawn)) == len(drawn) == 5
