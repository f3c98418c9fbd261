"""Shapes of guests are counted as they come."""

from __future__ import annotations

from placer.fleet.arrivals.shapes import MOST_SHAPES, Mix, Shape
from placer.fleet.problem.loads import Load, Split


def shape(vcpus: int, kib: int, *labels: str) -> Shape:
    return Shape(Load(splits=(Split(parts=((vcpus, kib),), distinct=False),), weight=kib), frozenset(labels))


def test_guests_that_take_the_same_but_ask_for_other_labels_are_two_shapes() -> None:
    mix = Mix()
    for each in (shape(1, 2), shape(1, 2, "ssd"), shape(1, 2)):
        mix.saw(each)
    assert mix.expected() == [(shape(1, 2), 2), (shape(1, 2, "ssd"), 1)]


def test_a_guest_that_takes_nothing_has_no_price_and_rare_shapes_have_none_where_there_are_many() -> None:
    mix = Mix()
    mix.saw(shape(0, 0), 1000)
    for kib in range(1, MOST_SHAPES + 3):
        mix.saw(shape(1, kib), kib)
    expected = mix.expected()
    assert len(expected) == MOST_SHAPES
    assert min(count for _, count in expected) == 3
