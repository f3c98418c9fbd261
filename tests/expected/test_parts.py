"""Expected guests as the vnodes that a host could hold now."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from placer.errors import InputError
from placer.expected.parts import parts_that_fit
from placer.instance import Host
from placer.instance.expected import Expected
from tests.support.building import GIB, a_host

HOST = a_host(6 * GIB, 4 * GIB)


def kinds(host: Host, *shapes: Expected) -> list[tuple[int, int, int]]:
    return [(part.kib, part.milli_pcpus, part.count) for part in parts_that_fit(host, shapes, place="expect.json")]


def test_a_guest_is_split_into_as_few_equal_parts_as_fit() -> None:
    assert kinds(HOST, Expected(memory_kib=6 * GIB, vcpu_count=2)) == [(6 * GIB, 0, 1)]
    # two of 5 GiB do not fit, three of 3 1/3 do: one on pnode 0 and one on 1, and no third; four of 2.5 do
    assert kinds(HOST, Expected(memory_kib=10 * GIB - 4, vcpu_count=2)) == [(10 * GIB // 5, 0, 5)]


def test_stated_vnodes_are_kept_and_a_shape_without_room_is_left_out() -> None:
    small, wide = (
        Expected(memory_kib=2 * GIB, vcpu_count=4, vnodes=2),
        Expected(memory_kib=10 * GIB, vcpu_count=1, vnodes=2),
    )
    assert kinds(HOST, wide, small) == [(GIB, 0, 2)]


def test_dedicated_vcpus_need_pcpus_of_their_own_and_shared_ones_a_part_under_a_limit() -> None:
    own = Expected(memory_kib=GIB, vcpu_count=4, cpu_policy="dedicated")
    assert kinds(HOST, own) == [(GIB, 4000, 1)]
    uneven = Expected(memory_kib=GIB, vcpu_count=3, vnodes=2, cpu_policy="dedicated")
    assert kinds(HOST, uneven) == [(GIB // 2, 2000, 2)]
    assert kinds(replace(HOST, overcommit=2.0), Expected(memory_kib=GIB, vcpu_count=4)) == [(GIB, 2000, 1)]


@pytest.mark.parametrize(
    ("shape", "fault"),
    [
        (
            Expected(memory_kib=64 * GIB, vcpu_count=1),
            "^expect.json: not one of the 1 expected shapes fits this host: the smallest is 64 GiB, the largest pnode "
            "has 6 GiB free$",
        ),
        (
            Expected(memory_kib=GIB, vcpu_count=9, vnodes=1, cpu_policy="dedicated"),
            "the largest pnode has 6 GiB free and 4 pcpus that a vcpu may own$",
        ),
    ],
)
def test_shapes_that_fit_nothing_are_refused_with_what_there_is(shape: Expected, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        parts_that_fit(HOST, [shape], place="expect.json")


def test_a_part_fits_by_the_scarcer_of_memory_and_pcpus() -> None:
    (part,) = parts_that_fit(HOST, [Expected(memory_kib=GIB, vcpu_count=2, cpu_policy="dedicated")], place="")
    kib, milli_pcpus = np.array([3 * GIB, 3 * GIB - 1, -1]), np.array([4000, 99_000, -1])
    assert part.fitting(kib, milli_pcpus).tolist() == [2, 2, 0]
