"""The shapes of guests that were claimed, as guests that are expected."""

from __future__ import annotations

from collections.abc import Iterable

from placer.claims.tables import ClaimedShape
from placer.instance.expected import MOST_SHAPES, MOST_WEIGHT, Expected
from placer.instance.flexible import MOST_VNODES


def expected_of(shapes: Iterable[ClaimedShape]) -> tuple[Expected, ...]:
    """
    Give the shapes of guests that were claimed, the weight of each the number of guests that had it.

    Claims do not say which guests have dedicated vcpus or huge pages: all count as shared, and in ordinary memory.
    Shapes without memory or without vcpus are left out; of more than a file of expected guests may have, the rarest.

    Parameters
    ----------
    shapes
        As :meth:`placer.Claims.shapes` gives them, the most frequent first.
    """
    whole = [shape for shape in shapes if shape.memory_kib and shape.vcpus]
    return tuple(
        Expected(
            memory_kib=shape.memory_kib,
            vcpu_count=shape.vcpus,
            vnodes=min(max(1, shape.vnodes), MOST_VNODES),
            weight=min(shape.count, MOST_WEIGHT),
        )
        for shape in whole[:MOST_SHAPES]
    )
