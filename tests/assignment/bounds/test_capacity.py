"""What no capacity can take is found without a search, and nothing else is: by hand, and against the oracle."""

from __future__ import annotations

import pytest

from placer.assignment.bounds.capacity import overfull
from placer.instance import Instance
from placer.lowering.lower import lower
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.oracle import best
from tests.support.random_instances import random_instance


def why(instance: Instance) -> str:
    return overfull(lower(instance).problem)


@pytest.mark.parametrize(
    ("guests", "room", "reason"),
    [
        ([a_guest(3 * GIB, 1 * GIB)], (2, 2), "no site takes item 0 even alone"),
        ([a_guest(2 * GIB), a_guest(2 * GIB, name="b"), a_guest(1 * GIB, name="c")], (2, 2), "the items need"),
        ([a_guest(2 * GIB, 2 * GIB)], (2, 2), ""),
    ],
)
def test_items_too_large_alone_or_together(guests: list[object], room: tuple[int, ...], reason: str) -> None:
    instance = an_instance(a_host(*(r * GIB for r in room)), *guests)  # type: ignore[arg-type]
    assert why(instance).startswith(reason) if reason else not why(instance)


def test_a_group_too_large_for_each_part_of_a_host_that_falls_apart() -> None:
    # pnodes 0 and 1 reach each other, pnode 2 reaches neither: 4 GiB and 3 GiB at most
    apart = ((10, 20, -1), (20, 10, -1), (-1, -1, 10))
    host = a_host(2 * GIB, 2 * GIB, 3 * GIB, slit=apart)
    assert not why(an_instance(host, a_guest(2 * GIB, 2 * GIB)))
    assert "reach each other" in why(an_instance(host, a_guest(2 * GIB, 2 * GIB, 1 * GIB)))


def test_a_set_whose_second_part_fits_only_where_the_first_must_be() -> None:
    host = a_host(3 * GIB, 1 * GIB, 1 * GIB)
    assert "take one item each" in why(an_instance(host, a_guest(2 * GIB, 1 * GIB + 4, one_to_one=True)))
    assert not why(an_instance(host, a_guest(2 * GIB, 1 * GIB, one_to_one=True)))
    assert "take one item each" in why(an_instance(host, a_guest(*(GIB // 8,) * 4, one_to_one=True)))


def test_nothing_that_the_oracle_places_is_called_too_large() -> None:
    found = 0
    for seed in range(300):
        instance = random_instance(seed)
        if why(instance):
            found += 1
            assert best(instance, False) is None, seed
    assert found > 10
