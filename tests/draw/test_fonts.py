"""Text that fits its room; widths are those of DejaVu Sans 2.37, as its own tables state them."""

from __future__ import annotations

from placer.draw.fonts import ELLIPSIS, clean, cut, fold, width


def test_a_text_is_as_wide_as_its_letters() -> None:
    # i 278, W 989, space 318 thousandths
    assert width("i W", 10) == 15.85
    assert width("W", 10, bold=True) > 11.03  # what DejaVu Sans Bold has


def test_emoji_and_wide_letters_are_wider_and_marks_have_no_width() -> None:
    assert width("\U0001f99c", 10) == width("\u6570", 10) == 14
    assert width("e\u0301", 10) == width("e", 10)


def test_what_is_cut_fits_and_ends_in_an_ellipsis() -> None:
    for room in (12, 33, 60, 90):
        text = cut("a database with a long name", room, 12)
        assert text.endswith(ELLIPSIS) and width(text, 12) <= room
    assert cut("db", 100, 12) == "db"
    assert (cut("database", 12, 12), cut("database", 11, 12)) == (ELLIPSIS, "")


def test_a_letter_keeps_its_mark_and_an_emoji_its_parts() -> None:
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    room = width("ab\U0001f469", 10) + width(ELLIPSIS, 10)
    assert cut(f"ab{family}cdef", room, 10) == f"ab{ELLIPSIS}"
    assert cut("abe\u0301fghij", width("ab", 10) + width(ELLIPSIS, 10) + 6.2, 10) == f"abe\u0301{ELLIPSIS}"


def test_lines_fold_at_spaces_and_a_word_too_wide_is_cut() -> None:
    assert fold("one two", width("one two", 10), 10) == ["one two"]
    assert fold("one two", width("one two", 10) - 1, 10) == ["one", "two"]
    assert fold("x" * 50, 40, 10)[0].endswith(ELLIPSIS)
    assert fold("", 40, 10) == []


def test_control_characters_and_turning_marks_are_not_shown() -> None:
    assert clean("a\x00b\ud800c\u202ed\ufffee") == "a\ufffdb\ufffdc\ufffdd\ufffde"
    assert clean("tab\there, \u0645\u0631") == "tab\there, \u0645\u0631"
