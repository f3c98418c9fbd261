"""How a guest of which only memory and vcpus are given is cut, by hand."""

from __future__ import annotations

import pytest

from placer.instance.flexible import Flexible, parts

GIB = 1024**2
MIB = 1024


def test_the_counts_reach_from_least_to_most_or_to_the_32_of_xen() -> None:
    assert [*Flexible(memory_kib=GIB, vcpu_count=4, least=2, most=4).counts] == [2, 3, 4]
    assert [*Flexible(memory_kib=GIB, vcpu_count=4, least=31).counts] == [31, 32]


def test_most_below_least_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^most is 2 vnodes, expected at least 3, as least says$"):
        Flexible(memory_kib=GIB, vcpu_count=4, least=3, most=2)


def test_larger_parts_come_first_and_vcpus_are_contiguous() -> None:
    # 32 GiB in three: 11, 11 and 10, each within 10 % of 10.67; 8 vcpus: 3, 3 and 2
    assert parts(32 * GIB, 8, 3) == [
        (11 * GIB, range(3)),
        (11 * GIB, range(3, 6)),
        (10 * GIB, range(6, 8)),
    ]


def test_parts_that_whole_gib_leave_uneven_are_cut_in_2_mib() -> None:
    # 3 GiB in two: 2 and 1 are a third off 1.5
    assert [kib for kib, _ in parts(3 * GIB, 2, 2)] == [1536 * MIB, 1536 * MIB]
    # 3 superpages in two: 2 and 1
    assert [kib for kib, _ in parts(6 * MIB, 2, 2)] == [4 * MIB, 2 * MIB]


def test_what_is_left_over_is_in_part_0_and_there_may_be_parts_without_vcpus() -> None:
    assert parts(20 * GIB + 5, 1, 2) == [(10 * GIB + 5, range(1)), (10 * GIB, range(1, 1))]
