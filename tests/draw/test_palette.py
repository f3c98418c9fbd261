"""Colours and patterns: guests next to each other differ in both."""

from __future__ import annotations

from placer.draw.palette import COLOURS, PATTERNS, colour_of, kind_of, pattern_of, stroke_of


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_fifty_six_guests_have_a_colour_and_pattern_of_their_own() -> None:
    assert len({(colour_of(i), pattern_of(i)) for i in range(len(COLOURS) * len(PATTERNS))}) == 56
    assert [kind_of(i) for i in (0, 55, 56, 57)] == [0, 55, 0, 1]


def test_the_next_guest_differs_without_colour_too() -> None:
    assert all(pattern_of(i) != pattern_of(i + 1) and colour_of(i) != colour_of(i + 1) for i in range(60))
    assert len(set(PATTERNS)) == len(PATTERNS)


def test_lines_stand_out_from_their_colour() -> None:
    for number in range(len(COLOURS)):
        one, other = sorted((luminance(colour_of(number)), luminance(stroke_of(number))))
        assert (other + 0.05) / (one + 0.05) >= 3
