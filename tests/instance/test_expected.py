"""Shapes of expected guests: what is refused, and what is learnt from guests that came."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from placer.errors import InstanceError
from placer.instance import Flexible, Guest
from placer.instance.expected import Expectations, Expected, learnt
from tests.support.building import GIB, MIB, a_guest

SMALL = Expected(memory_kib=GIB, vcpu_count=1)


def test_guests_of_one_shape_are_counted_together() -> None:
    flexible = Guest(name="c", flexible=Flexible(memory_kib=4 * GIB, vcpu_count=2))
    seen = [a_guest(GIB, GIB, name="a"), a_guest(2 * GIB, 0, name="b"), flexible]
    assert learnt(seen) == (
        Expected(memory_kib=2 * GIB, vcpu_count=2, vnodes=2, weight=2),
        Expected(memory_kib=4 * GIB, vcpu_count=2),
    )


def test_overhead_is_memory_that_a_guest_needs_and_huge_pages_are_not() -> None:
    with_overhead = a_guest(GIB, overhead_kib=8 * MIB)
    in_pages = replace(a_guest(GIB, name="web"), page_size=2 * MIB)
    assert learnt([with_overhead, in_pages]) == (Expected(memory_kib=GIB + 8 * MIB, vcpu_count=1, vnodes=1),)


def test_guests_on_huge_pages_alone_and_guests_without_vcpus_are_no_shape() -> None:
    paged = Guest(name="c", flexible=Flexible(memory_kib=4 * GIB, vcpu_count=2), page_size=2 * MIB)
    assert learnt([paged, a_guest(GIB, vcpus=(0,))]) == ()


def test_more_vnodes_than_a_shape_may_have_are_as_many_as_it_may() -> None:
    (shape,) = learnt([a_guest(*[GIB] * 40)])
    assert shape.vnodes == 32


def test_a_guest_with_a_dedicated_vcpu_needs_pcpus() -> None:
    (shape,) = learnt([a_guest(GIB, vcpus=(2,), cpu_policy="mixed", dedicated_vcpus=(1,))])
    assert shape.cpu_policy == "dedicated"


@pytest.mark.parametrize(
    ("guests", "fault"),
    [
        ([], "guests holds 0 shapes, expected 1 to 1000"),
        ([SMALL] * 1001, "guests holds 1001 shapes"),
    ],
)
def test_no_shapes_and_too_many_are_refused(guests: list[Expected], fault: str) -> None:
    with pytest.raises(InstanceError, match=fault):
        Expectations(guests=guests)


def test_a_guest_without_memory_is_refused() -> None:
    with pytest.raises(InstanceError, match="memory_kib is 0, expected the memory of a guest"):
        Expected(memory_kib=0, vcpu_count=1)
