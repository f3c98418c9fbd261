"""Shapes of guests that were claimed, as guests that are expected."""

from __future__ import annotations

from placer.claims.learnt import expected_of
from placer.claims.tables import ClaimedShape
from placer.instance.expected import Expected
from tests.support.building import GIB


def test_each_shape_weighs_as_many_guests_as_had_it() -> None:
    shapes = [
        ClaimedShape(memory_kib=8 * GIB, vcpus=4, vnodes=2, count=3),
        ClaimedShape(memory_kib=0, vcpus=2, vnodes=1, count=2),
        ClaimedShape(memory_kib=GIB, vcpus=0, vnodes=1, count=2),
        ClaimedShape(memory_kib=GIB, vcpus=1, vnodes=0, count=2_000_000),
        ClaimedShape(memory_kib=GIB, vcpus=100, vnodes=100, count=1),
    ]
    assert expected_of(shapes) == (
        Expected(memory_kib=8 * GIB, vcpu_count=4, vnodes=2, weight=3),
        Expected(memory_kib=GIB, vcpu_count=1, vnodes=1, weight=1_000_000),
        Expected(memory_kib=GIB, vcpu_count=100, vnodes=32, weight=1),
    )


def test_the_rarest_are_left_out_of_more_than_a_file_may_have() -> None:
    shapes = [ClaimedShape(memory_kib=GIB * i, vcpus=1, vnodes=1, count=2000 - i) for i in range(1, 1101)]
    assert [shape.memory_kib // GIB for shape in expected_of(shapes)] == list(range(1, 1001))
