"""Shapes: where they are put, and what occurs among them."""

from __future__ import annotations

from placer.draw.fonts import ELLIPSIS
from placer.draw.scene import Block, Box, Label, Part, fills, fitted, looks, number_on_pattern, stacked

BOX = Box(x=0, y=0, width=10, height=20, look="g", fill=3)


def test_blocks_stand_below_each_other_and_empty_ones_take_no_gap() -> None:
    block = stacked(
        [
            Block(width=10, height=20, items=(BOX,)),
            Block(width=50, height=0, items=()),
            Block(width=30, height=5, items=()),
        ],
        6,
    )
    assert (block.width, block.height) == (50, 31)
    assert [part.y for part in block.items if isinstance(part, Part)] == [0, 26]


def test_a_label_that_is_cut_keeps_its_whole_text() -> None:
    label = fitted(Label(x=0, y=0, text="a long name of a guest"), 60)
    assert label.text.endswith(ELLIPSIS) and label.whole == "a long name of a guest"
    assert fitted(Label(x=0, y=0, text="db"), 60).whole == ""


def test_fills_and_looks_are_found_at_any_depth() -> None:
    nested = Part(items=(Part(items=(BOX,)), Label(x=0, y=0, text="x", look="muted")), look="entry")
    assert list(fills((nested,))) == [3]
    assert set(looks((nested,))) == {"entry", "g", "muted"}


def test_a_number_on_a_pattern_has_a_look_of_its_own() -> None:
    assert number_on_pattern(5, 9, "3").look == "number"
